"""Results as Markdown tables, for a terminal and for a document."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from benchmarks._measure import Goal, Result, Spread

if TYPE_CHECKING:
    from collections.abc import Iterable


def machine() -> str:
    """What this runs on."""
    return (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    )


def show(result: Result) -> str:
    """The tables of one benchmark: the times of each case, and the comparisons."""
    times = (
        (name, *_numbers(Spread.of([one * 1e3 for one in seconds])))
        for name, seconds in result.seconds.items()
    )
    return "\n".join(
        (
            f"## {result.title}",
            "",
            *_table(("milliseconds", "min", "median", "max"), times),
            "",
            *_table(
                ("compared", "min", "median", "max", "best with best", "goal"),
                (_compared(result, goal) for goal in result.goals),
            ),
        )
    )


def _compared(result: Result, goal: Goal) -> tuple[str, ...]:
    unit = "ms above" if goal.in_ms else "times"
    limit = "" if goal.limit is None else f"at most {goal.limit:g}"
    missed = ", missed" if goal in result.missed() else ""
    return (
        f"{goal.case}, {unit} {goal.against}",
        *_numbers(result.rounds(goal)),
        f"{result.best(goal):.2f}",
        limit + missed,
    )


def _numbers(spread: Spread) -> tuple[str, str, str]:
    return f"{spread.low:.2f}", f"{spread.middle:.2f}", f"{spread.high:.2f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    return [f"| {' | '.join(map(str.ljust, line, widths))} |" for line in (head, rule, *lines[1:])]
