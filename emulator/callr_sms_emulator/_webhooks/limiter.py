"""Limits the requests under way to all receivers; waiters get free slots in turn."""

from __future__ import annotations

from collections.abc import Callable

OnAcquired = Callable[[], bool]
"""Called with a slot acquired; returns whether it is used."""


class Limiter:
    """A semaphore of `count` slots with callbacks, first come, first served."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: dict[OnAcquired, None] = {}  # in order, each once

    def acquire(self, on_acquired: OnAcquired) -> bool:
        """Acquire a slot; when none is free, return False, and call `on_acquired` once one is."""
        if self._free:
            self._free -= 1
            return True
        self._waiting[on_acquired] = None
        return False

    def release(self) -> None:
        """Release a slot: it goes to the longest waiter that has a use for it."""
        self._free += 1
        while self._free and self._waiting:
            on_acquired = next(iter(self._waiting))
            del self._waiting[on_acquired]
            self._free -= 1
            if not on_acquired():
                self._free += 1

    def withdraw(self, on_acquired: OnAcquired) -> None:
        """Wait no longer for a slot."""
        self._waiting.pop(on_acquired, None)
