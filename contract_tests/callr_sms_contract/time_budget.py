"""The time of a run: how much is left, and how it is shared out among the phases, so that none starves."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Share:
    """What one phase is entitled to."""

    weight: float
    """Its part of the time that is left, next to the weights of the phases that follow."""
    minimum: int
    """How many requests it makes even if that takes longer; with fewer it counts as not tried."""


NO_SHARE: Final = Share(1, 0)
_LEAST_SECONDS: Final = 1.0
"""What each phase gets, even if those before it have used up the time,"""
_LEAST_PART: Final = 20
"""but no more than this part of all."""


@dataclass
class TimeBudget:
    """A number of seconds from now on."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    extra: float = 0
    """Seconds after these, which only phases without their minimum may use."""
    was_cut: bool = False
    """Whether anything ended early because the time was over."""
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @property
    def spent(self) -> float:
        """Return the seconds since it began."""
        return self.clock() - self._began

    @property
    def left(self) -> float:
        """Return the seconds until it is over; 0 afterwards."""
        return max(0.0, self.seconds - self.spent)

    @property
    def is_over(self) -> bool:
        """Return whether the time is over."""
        return self.left <= 0

    @property
    def is_spent(self) -> bool:
        """Return whether the extra time is over, too."""
        return self.spent >= self.seconds + self.extra

    def extend(self, seconds: float) -> None:
        """Let it be over later."""
        self.seconds += seconds

    def cut(self) -> bool:
        """Return whether the time is over, and remember that something ended early because of it."""
        self.was_cut = self.was_cut or self.is_over
        return self.is_over


@dataclass
class PhaseTime:
    """What one phase got of the time of a run."""

    name: str
    minimum: int
    requests: int = 0
    seconds: float = 0.0
    was_cut: bool = False
    """Whether it made fewer requests than it was meant to, because its time was over."""
    is_finished: bool = False

    @property
    def is_starved(self) -> bool:
        """Return whether it did not get its minimum."""
        return self.requests < self.minimum and (self.was_cut or not self.is_finished)


class Schedule:
    """Shares out the time of a run: what one phase leaves goes to those that follow."""

    def __init__(self, budget: TimeBudget, shares: Mapping[str, Share] = MappingProxyType({})) -> None:
        self._budget, self._shares = budget, shares
        self.phases: dict[str, PhaseTime] = {}
        """In the order of the run."""
        self._current: PhaseTime | None = None
        self._began = self._deadline = 0.0

    def plan(self, names: Iterable[str]) -> None:
        """Say which phases the run has."""
        for name in names:
            self.phases[name] = PhaseTime(name, self._shares.get(name, NO_SHARE).minimum)

    def begin(self, name: str) -> None:
        """Start the time of a phase, or start it again; one that was not planned has no time of its own."""
        found = self.phases.get(name)
        if found is None:
            return
        waiting = [each.name for each in self.phases.values() if not each.is_finished]
        weights = {each: self._shares.get(each, NO_SHARE).weight for each in waiting}
        seconds = self._budget.left * weights.get(name, 0) / (sum(weights.values()) or 1)
        seconds = max(seconds, min(_LEAST_SECONDS, self._budget.seconds / _LEAST_PART))
        self._current, self._began = found, self._budget.clock()
        self._deadline = self._began + seconds

    def extend(self, seconds: float) -> None:
        """Give the run and its current phase more time, for what no phase is responsible for."""
        self._budget.extend(seconds)
        self._deadline += seconds

    def end(self, name: str) -> None:
        """End the time of a phase."""
        found = self._current
        if found is not None and found.name == name:
            found.seconds += self._budget.clock() - self._began
            found.is_finished = True
            self._current = None

    def count(self) -> None:
        """Count a request of the current phase."""
        if self._current is not None:
            self._current.requests += 1

    @property
    def current(self) -> str:
        """Return the name of the current phase; an empty string between phases."""
        return self._current.name if self._current else ""

    @property
    def minimum(self) -> int:
        """Return the minimum of the current phase."""
        return self._current.minimum if self._current else 0

    @property
    def is_spent(self) -> bool:
        """Return whether phases without their minimum have to end, too."""
        return self._budget.is_spent

    @property
    def left(self) -> float:
        """Return the seconds that the current phase has left."""
        if self._current is None:
            return self._budget.left
        return max(0.0, self._deadline - self._budget.clock())

    @property
    def is_over(self) -> bool:
        """Return whether the current phase has to end: its time is over, and it made its minimum."""
        if self.left > 0:
            return False
        found = self._current
        return found is None or found.requests >= found.minimum or self._budget.is_spent

    def cut(self) -> bool:
        """Return whether the current phase has to end, and remember that it ended early."""
        if self.is_over:
            self.was_cut()
            return True
        return False

    def was_cut(self) -> None:
        """Remember that the current phase ended early, because its time was over."""
        self._budget.was_cut = True
        if self._current is not None:
            self._current.was_cut = True

    @property
    def starved(self) -> list[PhaseTime]:
        """Return the phases that did not get their minimum."""
        return [each for each in self.phases.values() if each.is_starved]
