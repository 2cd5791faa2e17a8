"""One connection to a receiver: a request goes out, the answer comes in, and the next may follow.

A client of our own, for it costs a sixth of the leanest of the well-kept libraries (`benchmarks/`).
httptools, which uvicorn brings along, parses. Whoever asks is called back: to wait in a coroutine costs more
than to parse the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httptools
import msgspec

from callr_sms_emulator._http_client.errors import ResponseTimeoutError, StaleConnectionError, TransportError

RESPONSE_LIMIT = 64 * 1024
"""Bytes of an answer, head included, that are read at most."""

EXCERPT_LIMIT = 1024
"""Bytes of an answer that are kept to be looked at."""

_FIRST_FINAL = 200
_SWITCHING = 101


class HttpResponse(msgspec.Struct, frozen=True):
    """What a receiver answered: the status, the first bytes as they came, and any flaw behind the head."""

    status: int
    start: bytes
    flaw: str


OnResponse = Callable[[HttpResponse | Exception], None]
"""Is told the answer, or why there is none: once, and never before the call that began it has returned."""


class Connection(asyncio.Protocol):
    """A connection that serves one request at a time."""

    def __init__(self) -> None:
        self.usable = True
        # To ask for it is a system call, each time, before Python 3.12.
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._on_end: OnResponse | None = None
        self._served = 0
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._begin()

    def _begin(self) -> None:
        self._start = b""
        self._received = 0
        self._status = 0
        self._length_known = False
        self._complete = False

    def send(self, request: bytes, timeout: float, on_end: OnResponse) -> None:
        """Send one request; `on_end` is told the answer, when its head came within `timeout` seconds.

        A body that breaks off, stalls or does not end is no failure, for the status has been said; the flaw
        of the answer tells it. `on_end` may be told instead:

        - `ResponseTimeoutError`: No complete head in time.
        - `StaleConnectionError`: The connection was closed before it could be used again.
        - `TransportError`: The receiver closed or reset it, or what it sent is not HTTP.
        """
        assert self._transport is not None  # noqa: S101 - a connection is handed out connected
        self._begin()
        self._on_end = on_end
        self._transport.write(request)
        self._deadline = self._loop.time() + timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._check_deadline, timeout)

    def close(self) -> None:
        """Drop the connection; nobody is told."""
        self.usable = False
        self._on_end = None
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
        if self._on_end is None:  # nothing was asked
            self.close()
            return
        if self._received < EXCERPT_LIMIT:
            self._start += data[: EXCERPT_LIMIT - self._received]
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("the answer is not HTTP/1.1")
            return
        if self._complete:
            self._finish(HttpResponse(self._status, self._start, ""))
        elif self._received > RESPONSE_LIMIT:
            self._fail(f"the answer is longer than {RESPONSE_LIMIT} bytes: not read further")

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the receiver closed or reset the connection."""
        self.usable = False
        if self._status and not self._length_known and exc is None:
            self._fail("")
        elif self._served and not self._received:
            self._finish(StaleConnectionError("the receiver had closed the connection"))
        else:
            self._fail("the connection was reset" if exc else "the receiver closed the connection too early")

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

    def _check_deadline(self, timeout: float) -> None:
        """Give up where the time is over; one timer for many requests, for each costs more than a look."""
        self._timer = None
        if self._on_end is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._check_deadline, timeout)
            return
        self._fail(f"no complete answer within {timeout:g} s", ResponseTimeoutError)

    def _fail(self, words: str, error: type[TransportError] = TransportError) -> None:
        """Tell what is wrong, with the status where that has been said."""
        self.usable = False
        self._finish(HttpResponse(self._status, self._start, words) if self._status else error(words))

    def _finish(self, end: HttpResponse | Exception) -> None:
        """Tell the end; it is the last thing done, for whoever hears it may ask again at once."""
        on_end = self._on_end
        self._on_end = None
        self._served += 1
        if not self.usable:
            self.close()
        if on_end is not None:
            on_end(end)
