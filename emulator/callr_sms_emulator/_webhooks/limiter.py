"""How many requests may be under way to all receivers, and whose turn it is where that is reached."""

from __future__ import annotations

from collections.abc import Callable

OnAcquired = Callable[[], bool]
"""Is given a slot; tells whether it is used."""


class Limiter:
    """Gives out `count` slots; where all are taken, to those who wait in turn."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: dict[OnAcquired, None] = {}  # in order, each once

    def acquire(self, on_acquired: OnAcquired) -> bool:
        """Take a slot; where there is none, False, and `on_acquired` is called once there is one."""
        if self._free:
            self._free -= 1
            return True
        self._waiting[on_acquired] = None
        return False

    def release(self) -> None:
        """Give a slot back: it goes to whoever has waited longest and has a use for it."""
        self._free += 1
        while self._free and self._waiting:
            on_acquired = next(iter(self._waiting))
            del self._waiting[on_acquired]
            self._free -= 1
            if not on_acquired():
                self._free += 1

    def withdraw(self, on_acquired: OnAcquired) -> None:
        """Learn that somebody waits no longer."""
        self._waiting.pop(on_acquired, None)
