"""How many requests may be under way to all receivers, and whose turn it is where that is reached."""

from __future__ import annotations

from collections.abc import Callable

OnSlot = Callable[[], bool]
"""Is given a slot; tells whether it is used."""


class Limiter:
    """Gives out `count` slots; where all are taken, to those who wait in turn."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: dict[OnSlot, None] = {}  # in order, each once

    def take(self, on_slot: OnSlot) -> bool:
        """Take a slot; where there is none, False, and `on_slot` is called once there is one."""
        if self._free:
            self._free -= 1
            return True
        self._waiting[on_slot] = None
        return False

    def leave(self) -> None:
        """Give a slot back: it goes to whoever has waited longest and has a use for it."""
        self._free += 1
        while self._free and self._waiting:
            on_slot = next(iter(self._waiting))
            del self._waiting[on_slot]
            self._free -= 1
            if not on_slot():
                self._free += 1

    def forget(self, on_slot: OnSlot) -> None:
        """Learn that somebody waits no longer."""
        self._waiting.pop(on_slot, None)
