"""One stream of events: what its client gets, and when it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from callr_sms_emulator._events.log import EventLog

# Proxies close a connection on which nothing comes for half a minute or more.
_HEARTBEAT_S = 15.0
_HEARTBEAT = b": still here\n\n"
_RESET = "the events after this one are not kept: read again what you need"


class Follower:
    """Follows a log from its end, or from the event `last_id` if that is still kept.

    It holds no events, only its position in the log. A client that reads so slowly that the log has dropped
    what comes next for it is dropped, too: `drop` closes its connection.
    """

    def __init__(self, log: EventLog, last_id: str | None, drop: Callable[[], None]) -> None:
        self._drop = drop
        self._log = log
        self._last_id = last_id
        found = None if last_id is None else log.position_of(last_id)
        self._is_reset = last_id is not None and found is None
        self.position = log.last if found is None else found
        self._news = asyncio.Event()
        self._is_ended = False

    def wake(self) -> None:
        """Called when there are new events."""
        self._news.set()

    def drop(self) -> None:
        """End the stream at once: its client would miss events."""
        self.end()
        self._drop()

    def end(self) -> None:
        """End the stream."""
        self._is_ended = True
        self._news.set()

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the events as they come, and a comment when none has come for 15 s."""
        self._log.add(self)
        try:
            yield self._begin()
            while not self._is_ended:
                found = self._log.read(self.position)
                if found is None:
                    return
                if found:
                    self.position = self._log.last
                    yield found
                try:  # also when there are more by now: the log wakes all streams together, after a pause
                    await asyncio.wait_for(self._news.wait(), _HEARTBEAT_S)
                except TimeoutError:
                    yield _HEARTBEAT
                self._news.clear()
        finally:
            self._log.remove(self)

    def _begin(self) -> bytes:
        """Return the position as an `id`, so that a client that never got an event can resume, too."""
        here = self._log.id_of(self.position).encode()
        if not self._is_reset:
            return b"retry: 1000\nid: %b\n\n" % here
        data = msgspec.json.encode({"after": self._last_id, "reason": _RESET})
        return b"retry: 1000\nid: %b\nevent: reset\ndata: %b\n\n" % (here, data)
