"""Event loops and green threads: what belongs to one is not used in another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client.programs import run

MAY_HAVE = ["sms.send: interrupted; the request may have been sent"]


@pytest.fixture(scope="module")
def loops() -> dict[str, Any]:
    return dict(json.loads(run("loops")))


def test_one_loop_after_another(loops: dict[str, Any]) -> None:
    """Twelve loops, each with one connection for its two sends. The connections end after their loops."""
    assert loops["one_after_another"] == [[True] * 12, 12, 12]


def test_a_loop_that_lives_on_keeps_its_connection(loops: dict[str, Any]) -> None:
    assert loops["left_open"] == [True, 1]


def test_loops_of_several_threads(loops: dict[str, Any]) -> None:
    assert loops["at_once"] == [40, True]


def test_without_a_loop_nothing_is_sent(loops: dict[str, Any]) -> None:
    assert loops["without_a_loop"] == ["ConfigurationError", "not_sent", 0]


def test_closing_in_another_loop(loops: dict[str, Any]) -> None:
    assert loops["closed_elsewhere"] == [True, "not_sent"]


def test_timeouts_of_each_loop(loops: dict[str, Any]) -> None:
    assert loops["timeouts"] == [["CallrTimeoutError", "unknown"]] * 3


@pytest.mark.parametrize("library", ["gevent", "eventlet"])
def test_green_threads(library: str) -> None:
    """They share a client. Timeouts are ours, and time limits of the library pass unchanged."""
    assert json.loads(run("green", library, strict=False)) == {
        "many": [True, True],
        "tls": [True, True],
        "our timeout": ["CallrTimeoutError", "unknown"],
        "their timeout": [True, MAY_HAVE],
        "their TimeoutError": [True, MAY_HAVE],
        "their OSError": [True, MAY_HAVE],
        "killed": ["GreenletExit"],
    }
