"""Alternation, comparisons and tables."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from benchmarks import _measure
from benchmarks._measure import Goal, Result, Scale, Spread, alternate
from benchmarks._table import show

if TYPE_CHECKING:
    import pytest

SLOW, FAST = "slow", "fast"


def result(*goals: Goal) -> Result:
    return Result("Title", {FAST: [0.010, 0.020], SLOW: [0.040, 0.030]}, goals)


def test_cases_take_turns_and_the_first_round_does_not_count() -> None:
    called: list[str] = []
    cases = {name: lambda name=name: called.append(name) for name in "abc"}
    found = alternate("", cases, (), rounds=3)
    assert "".join(called) == "abccbaabccba"
    assert {name: len(seconds) for name, seconds in found.seconds.items()} == {"a": 3, "b": 3, "c": 3}


def test_what_a_case_made_is_freed_outside_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()

    class Made:
        def __del__(self) -> None:
            freed.append(next(ticks))

    freed: list[int] = []
    clock = type("Clock", (), {"perf_counter": staticmethod(lambda: float(next(ticks)))})
    monkeypatch.setattr(_measure, "time", clock)
    assert alternate("", {"a": Made}, (), rounds=1).seconds["a"] == [1.0]
    assert freed == [2, 5]


def test_comparisons() -> None:
    goal = Goal(SLOW, FAST, 2)
    assert result().rounds(goal) == Spread(1.5, 2.75, 4.0)
    assert result().best(goal) == 3.0
    difference = Goal(SLOW, FAST, in_ms=True)
    assert round(result().best(difference), 6) == 20.0
    assert round(result().rounds(difference).high, 6) == 30.0


def test_a_goal_is_missed_when_the_best_rounds_miss_it() -> None:
    missed, met, told = Goal(SLOW, FAST, 2.9), Goal(SLOW, FAST, 3.1), Goal(SLOW, FAST)
    assert result(missed, met, told).missed() == [missed]


def test_the_tables() -> None:
    text = show(result(Goal(SLOW, FAST, 2), Goal(SLOW, FAST, 25, in_ms=True)))
    assert "| fast         | 10.00 | 15.00  | 20.00 |" in text
    assert "| slow, times fast    | 1.50  | 2.75   | 4.00  | 3.00           | at most 2, missed |" in text
    assert "| slow, ms above fast | 10.00 | 20.00  | 30.00 | 20.00          | at most 25        |" in text


def test_an_amount_is_never_nothing() -> None:
    assert (Scale(1).of(300), Scale(1, 0.5).of(300), Scale(1, 0).of(300)) == (300, 150, 1)
