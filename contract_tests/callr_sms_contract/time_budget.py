"""The time limit of a run: when it is over, no more requests are generated and the report says so."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class TimeBudget:
    """A number of seconds from now on."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
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

    def cut(self) -> bool:
        """Return whether the time is over, and remember that something ended early because of it."""
        self.was_cut = self.was_cut or self.is_over
        return self.is_over
