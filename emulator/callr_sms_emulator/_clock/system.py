"""The clock of the emulator. It is injected, so that tests can freeze and advance it."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call; no effect once it was made."""


class Clock(Protocol):
    """The time of the emulator."""

    def now(self) -> int:
        """Return milliseconds since 1970, UTC."""

    def call_at(self, moment: int, callback: Callable[[], object]) -> Timer:
        """Call `callback` in the running event loop once `now()` has reached `moment` (milliseconds)."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> int:
        """Return milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def call_at(self, moment: int, callback: Callable[[], object]) -> Timer:
        """Call `callback` in the running event loop at `moment`, at once if that has passed."""
        delay = max(0, moment - self.now()) / 1000
        return asyncio.get_running_loop().call_later(delay, callback)
