"""The latest events of one account, as server-sent events (HTML Living Standard 9.2)."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

EventName = Literal[
    "sms.mt.created",
    "sms.mt.status_update",
    "sms.mo",
    "sms.deleted",
    "delivery.attempt",
    "account.cleared",
    "clock.changed",
    "faults.changed",
    "request.refused",
]

MOST = 10_000
"""Events that are kept, of at most `MOST_BYTES`."""

MOST_BYTES = 1024 * 1024

# Events in quick succession are sent together, after a pause for each stream, so that a hundred streams do
# not slow down a sender (`make bench ONLY=streams`). With one, nobody sees a pause.
_PAUSE_S = 0.001
_SHORTEST_S, _LONGEST_S = 0.01, 0.25
# A client that comes back within this time misses nothing.
_KEPT_S = 60.0


class LogReader(Protocol):
    """Reads a log from its `position`, the number of the last event that it has got."""

    position: int

    def wake(self) -> None:
        """Called when there are new events."""

    def drop(self) -> None:
        """Called when what comes after the position is no longer kept."""

    def end(self) -> None:
        """Called when there will be no more events."""


class EventLog:
    """The latest events of an account, kept for the streams that follow it.

    An `id` is the random name of the log and a number from 1. `on_idle` is called when nobody has followed it
    for a minute.
    """

    def __init__(self, on_idle: Callable[[], None]) -> None:
        self.last = 0
        self._name = secrets.token_hex(4)
        self._entries: deque[bytes] = deque()
        self._held = 0
        self._followers: set[LogReader] = set()
        self._joined: tuple[int, int, bytes] = (0, 0, b"")
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._woken_at = 0.0
        self._on_idle = on_idle
        self._idle: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """The number of streams that follow it."""
        return len(self._followers)

    def publish(self, name: EventName, data: bytes) -> None:
        """Add an event, whose `data` is JSON in one line."""
        self.last += 1
        entry = b"id: %b-%d\nevent: %b\ndata: %b\n\n" % (self._name.encode(), self.last, name.encode(), data)
        self._entries.append(entry)
        self._held += len(entry)
        while self._held > MOST_BYTES or len(self._entries) > MOST:
            self._held -= len(self._entries.popleft())
        if self._timer is None:
            pause = min(max(_PAUSE_S * len(self._followers), _SHORTEST_S), _LONGEST_S)
            self._timer = self._loop.call_at(self._woken_at + pause, self._wake)

    def read(self, position: int) -> bytes | None:
        """Return all events after the number `position`; None when some of them are no longer kept."""
        skipped = position - (self.last - len(self._entries))
        if skipped < 0:
            return None
        if self._joined[:2] != (position, self.last):  # most followers are at the same position
            self._joined = (position, self.last, b"".join(islice(self._entries, skipped, None)))
        return self._joined[2]

    def position_of(self, event_id: str) -> int | None:
        """Return the number of an event after which a stream can go on; None if it cannot."""
        name, _, number = event_id.rpartition("-")
        if name != self._name or not number.isascii() or not number.isdigit():
            return None
        position = int(number[:18])
        return position if self.last - len(self._entries) <= position <= self.last else None

    def id_of(self, position: int) -> str:
        """Return the `id` of an event by its number; 0 stands for the one before the first."""
        return f"{self._name}-{position}"

    def add(self, follower: LogReader) -> None:
        """Wake a follower when there are new events."""
        self._followers.add(follower)
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def remove(self, follower: LogReader) -> None:
        """Wake a follower no more."""
        self._followers.discard(follower)
        if not self._followers:
            self._idle = self._loop.call_later(_KEPT_S, self._on_idle)

    def end(self) -> None:
        """End all streams, because the account was removed."""
        for follower in self._followers:
            follower.end()

    def _wake(self) -> None:
        self._timer, self._woken_at = None, self._loop.time()
        oldest = self.last - len(self._entries)
        for follower in [*self._followers]:
            if follower.position < oldest:
                self._followers.discard(follower)
                follower.drop()
            else:
                follower.wake()
