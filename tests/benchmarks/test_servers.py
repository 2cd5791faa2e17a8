"""The benchmark of servers, without the peers: what it reads, measures and draws."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from benchmarks._measure import Spread
from benchmarks._peers import MissingError, ours, prism
from benchmarks._plot import svg
from benchmarks.servers import Load, cpu_seconds, read

if TYPE_CHECKING:
    from pathlib import Path

WRK = """
Running 4s test @ http://127.0.0.1:80/sms
  1 threads and 32 connections
  7380 requests in 4.01s, 1.62MB read
Requests/sec:   1840.30
"""


def test_output_of_wrk_is_read() -> None:
    assert read(WRK) == Load(7380, 0, 4.01, 0.0)
    assert read(f"{WRK}  Non-2xx or 3xx responses: 12\n").failed == 12
    with pytest.raises(ValueError, match="no count of requests"):
        read("unable to connect")


def test_only_the_cpu_time_of_the_server_counts(tmp_path: Path) -> None:
    with ours(sorted(os.sched_getaffinity(0))[:1], str(tmp_path / "sms.sqlite3")) as server:
        assert server.urls[0].startswith("http://127.0.0.1:")
        assert 0 < cpu_seconds(server.pids) < 60


def test_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks._peers.PRISM", tmp_path / "nothing")
    with (
        ExitStack() as stack,
        pytest.raises(MissingError, match="Prism is not installed: run"),
    ):
        stack.enter_context(prism([0]))


def test_plot_has_a_bar_for_each_server() -> None:
    root = ET.fromstring(svg("A < B", {"one": Spread(1, 2, 4), "two": Spread(8, 8, 8)}))  # noqa: S314 - our own
    bars = root.findall("{http://www.w3.org/2000/svg}rect")[1:]
    assert [float(bar.attrib["width"]) for bar in bars] == [110.0, 440.0]
