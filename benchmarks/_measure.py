"""Rounds in which all cases take turns, ratios between them, and what these are held to.

The cases of a round run one after the other in the same process, in an order that turns round each time, so
that a machine that gets slower or faster does so for all of them. The garbage collector is on, as for users;
it collects before each measurement, so that no case pays for the garbage of another.
"""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.

    Attributes:
        rounds: How often each case is measured.
        amount: How much one measurement takes, in parts of the usual amount: 1 is all of it.
    """

    rounds: int
    amount: float = 1

    def of(self, usual: int) -> int:
        """So many instead of the usual ones, but one at least."""
        return max(1, round(usual * self.amount))


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the most of some numbers."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """The spread of some numbers."""
        return cls(min(numbers), median(numbers), max(numbers))


@dataclass(frozen=True, slots=True)
class Goal:
    """What one case may take, compared with another one.

    Attributes:
        case: The case that is judged.
        against: The case that it is compared with.
        limit: How many times as long it may take, or how many milliseconds longer; None for no limit.
        in_ms: Whether milliseconds count, and not the ratio.
    """

    case: str
    against: str
    limit: float | None = None
    in_ms: bool = False

    def compare(self, seconds: float, against: float) -> float:
        """The ratio, or the difference in milliseconds."""
        return (seconds - against) * 1e3 if self.in_ms else seconds / against


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found: the seconds of each case in each round."""

    title: str
    seconds: Mapping[str, Sequence[float]]
    goals: Sequence[Goal]

    def rounds(self, goal: Goal) -> Spread:
        """The comparison in each round."""
        pairs = zip(self.seconds[goal.case], self.seconds[goal.against], strict=True)
        return Spread.of([goal.compare(*pair) for pair in pairs])

    def best(self, goal: Goal) -> float:
        """The comparison of the best round of each: what the code takes when nothing else disturbs it."""
        return goal.compare(min(self.seconds[goal.case]), min(self.seconds[goal.against]))

    def missed(self) -> list[Goal]:
        """The goals that even the best rounds miss."""
        return [goal for goal in self.goals if goal.limit is not None and self.best(goal) > goal.limit]


def alternate(
    title: str,
    cases: Mapping[str, Call],
    goals: Sequence[Goal],
    rounds: int,
    clock: Callable[[], float] | None = None,
) -> Result:
    """Measure all cases in each round, after one round that does not count.

    `clock` returns the seconds that are compared; real ones by default.
    """
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for count in range(rounds + 1):
        for name in order:
            taken = _time(cases[name], clock or time.perf_counter)
            if count:
                seconds[name].append(taken)
        order.reverse()
    return Result(title, seconds, goals)


def _time(call: Call, clock: Callable[[], float]) -> float:
    gc.collect()
    begin = clock()
    kept = call()
    taken = clock() - begin
    del kept  # freed outside the time, whatever it is
    return taken
