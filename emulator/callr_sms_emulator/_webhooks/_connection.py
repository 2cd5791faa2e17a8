"""One connection to a receiver: a request goes out, the answer comes in, and the next may follow.

A client of our own, for it costs an eighth of the leanest of the well-kept libraries (`benchmarks/`).
httptools, which uvicorn brings along, parses.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import httptools

from callr_sms_emulator._webhooks._errors import DeliveryError, SilentError

if TYPE_CHECKING:
    from callr_sms_emulator._webhooks._attempt import Mark

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer, head included, that are read at most."""

START_LIMIT = 1024
"""Bytes of an answer that are kept to be looked at."""

_FIRST_FINAL = 200
_SWITCHING = 101


class Answer(NamedTuple):
    """What a receiver answered: the status, the first bytes as they came, and any flaw behind the head.

    `mark` is of the fault that the request has met.
    """

    status: int
    start: bytes
    flaw: str
    mark: Mark | None = None


class StaleError(DeliveryError):
    """The receiver had closed the kept connection: it saw nothing of the request."""


class Connection(asyncio.Protocol):
    """A connection that serves one request at a time."""

    def __init__(self) -> None:
        self.usable = True
        # To ask for it is a system call, each time, before Python 3.12.
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[Answer] | None = None
        self._served = 0
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._timeout = 0.0
        self._begin()

    def _begin(self) -> None:
        self._start = b""
        self._received = 0
        self._status = 0
        self._length_known = False
        self._complete = False

    async def exchange(self, head: bytes, body: bytes, timeout: float) -> Answer:  # noqa: ASYNC109 - a handle is far cheaper than asyncio.timeout
        """Send one request and give the answer, when its head came within `timeout` seconds.

        A body that breaks off, stalls or does not end is no failure, for the status has been said; the flaw
        of the answer tells it.

        Raises:
            SilentError: No complete head in time.
            StaleError: The connection was closed before it could be used again.
            DeliveryError: The receiver closed or reset it, or what it sent is not HTTP.
        """
        assert self._transport is not None  # noqa: S101 - a connection is handed out connected
        loop = self._loop
        self._begin()
        self._answered = loop.create_future()
        self._transport.write(head + body)
        self._timeout, self._deadline = timeout, loop.time() + timeout
        if self._timer is None:
            self._timer = loop.call_at(self._deadline, self._ring)
        try:
            return await self._answered
        finally:
            self._answered = None
            self._served += 1
            if not self._complete:
                self.close()

    def close(self) -> None:
        """Drop the connection."""
        self.usable = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio's events -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Learn of the transport."""
        self._transport = transport  # type: ignore[assignment] # asyncio's own annotation is too wide

    def data_received(self, data: bytes) -> None:
        """Parse what came in, up to the limit."""
        if not self._is_asked():
            self.close()
            return
        if self._received < START_LIMIT:
            self._start += data[: START_LIMIT - self._received]
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end("the answer is not HTTP/1.1")
            return
        if self._complete:
            self._settle("")
            if not self.usable:
                self.close()
        elif self._received > ANSWER_LIMIT:
            self._end(f"the answer is longer than {ANSWER_LIMIT} bytes: not read further")

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the receiver closed or reset the connection."""
        self.usable = False
        if self._status and not self._length_known and exc is None:
            self._settle("")
        elif self._served and not self._received:
            self._fail(StaleError("the receiver had closed the connection"))
        else:
            self._end("the connection was reset" if exc else "the receiver closed the connection too early")

    # --- the parser's events ----------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: ARG002 - the parser gives both
        """Notice what tells where the body ends."""
        if len(name) in {14, 17} and name.lower() in {b"content-length", b"transfer-encoding"}:
            self._length_known = True

    def on_headers_complete(self) -> None:
        """Take the status; those below 200 announce another answer (RFC 9110, 15.2)."""
        status = self._parser.get_status_code()
        if self._complete:  # a second answer: nothing on this connection can be trusted any more
            self.usable = False
        elif status >= _FIRST_FINAL or status == _SWITCHING:
            self._status = status

    def on_message_complete(self) -> None:
        """End the answer; what follows belongs to none."""
        if self._status:
            self._complete = True
            # Asked here, for the parser has forgotten it when it returns.
            self.usable = self.usable and self._parser.should_keep_alive()
        else:
            self._length_known = False

    # --- the end ----------------------------------------------------------------------------------------

    def _ring(self) -> None:
        """Give up where the time is over; one timer for many requests, for each costs more than a look."""
        self._timer = None
        if self._answered is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._ring)
            return
        self._end(f"no complete answer within {self._timeout:g} s", SilentError)

    def _end(self, words: str, error: type[DeliveryError] = DeliveryError) -> None:
        if self._status:
            self._settle(words)
        else:
            self._fail(error(words))
        self.close()

    def _is_asked(self) -> bool:
        return self._answered is not None and not self._complete

    def _settle(self, flaw: str) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(Answer(self._status, self._start, flaw))

    def _fail(self, error: DeliveryError) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)
