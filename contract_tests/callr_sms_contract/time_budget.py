"""How long a run may make up requests: when the time is over it comes to its end politely, and says so."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class TimeBudget:
    """Seconds that begin now."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    was_cut: bool = False
    """Set by whoever ended something early because the time was over."""
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return self.clock() - self._began

    @property
    def left(self) -> float:
        """Seconds until it is over; 0 afterwards."""
        return max(0.0, self.seconds - self.spent)

    @property
    def is_over(self) -> bool:
        """Whether no more requests should be made up."""
        return self.left <= 0

    def cut(self) -> bool:
        """Whether the time is over; remembers that somebody ended early for it."""
        self.was_cut = self.was_cut or self.is_over
        return self.is_over
