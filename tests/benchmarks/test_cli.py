"""Each benchmark with tiny numbers, so that none of them rots; how fast it is, is not looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import _cli, _measure
from benchmarks._cli import BENCHMARKS, app

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "benchmarks", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("name", [name for name in BENCHMARKS if name != "servers"])  # see test_servers.py
def test_a_benchmark_runs(name: str) -> None:
    done = run(name, "--rounds", "1", "--amount", "0.002")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n## ") == 1
    assert "best with best" in done.stdout


def test_an_unknown_benchmark_is_named() -> None:
    done = run("nothing")
    assert done.returncode == 2
    assert "no benchmark nothing" in done.stderr


@pytest.mark.parametrize(("limit", "status"), [(0.5, 1), (2, 0)])
def test_check_fails_when_a_goal_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], limit: float, status: int
) -> None:
    goal = _measure.Goal("a", "b", limit)
    found = _measure.Result("Title", {"a": [1.0], "b": [1.0]}, (goal,))
    monkeypatch.setattr(_cli, "BENCHMARKS", {"one": lambda _: found})
    with pytest.raises(SystemExit) as caught:
        app(["--check"])
    assert caught.value.code == status
    assert ("missed: one: a" in capsys.readouterr().err) is bool(status)
