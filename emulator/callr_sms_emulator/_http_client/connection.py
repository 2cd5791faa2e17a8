"""One HTTP/1.1 connection: a request is sent, its response comes in, and the next may follow.

Written by hand, because it takes a sixth of the CPU time of the leanest maintained library (`benchmarks/`).
httptools, a dependency of uvicorn, parses. Results come by callback, because to wait in a
coroutine costs more than to parse the response.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httptools
import msgspec

from callr_sms_emulator._http_client.errors import ResponseTimeoutError, StaleConnectionError, TransportError

RESPONSE_LIMIT = 64 * 1024
"""Bytes of a response, head included, that are read at most."""

EXCERPT_LIMIT = 1024
"""Bytes of a response that are kept for its excerpt."""

_FIRST_FINAL = 200
_SWITCHING = 101


class HttpResponse(msgspec.Struct, frozen=True):
    """A response: its status, its first bytes as they came, and what was wrong after its head."""

    status: int
    start: bytes
    flaw: str


OnResponse = Callable[[HttpResponse | Exception], None]
"""Called with the response or an error: once, and never before `send` has returned."""


class Connection(asyncio.Protocol):
    """A connection that serves one request at a time."""

    def __init__(self) -> None:
        self.usable = True
        # Kept, because before Python 3.12 each look-up is a system call.
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._on_response: OnResponse | None = None
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

    def send(self, request: bytes, timeout: float, on_response: OnResponse) -> None:
        """Send one request; `on_response` is called with the response, if its head comes within `timeout` s.

        A body that breaks off, stalls or does not end is no failure, because the status is known; it is
        the `flaw` of the response. Otherwise `on_response` is called with one of these:

        - `ResponseTimeoutError`: No complete head in time.
        - `StaleConnectionError`: The connection was closed before it could be used again.
        - `TransportError`: The receiver closed or reset it, or what it sent is not HTTP.
        """
        assert self._transport is not None  # noqa: S101 - a connection is handed out connected
        self._begin()
        self._on_response = on_response
        self._transport.write(request)
        self._deadline = self._loop.time() + timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._check_deadline, timeout)

    def close(self) -> None:
        """Drop the connection, without a call to `on_response`."""
        self.usable = False
        self._on_response = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio's events -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called when the connection is open."""
        self._transport = transport  # type: ignore[assignment] # asyncio's own annotation is too wide

    def data_received(self, data: bytes) -> None:
        """Called with data: parse it, up to the limit."""
        if self._on_response is None:  # nothing was requested
            self.close()
            return
        if self._received < EXCERPT_LIMIT:
            self._start += data[: EXCERPT_LIMIT - self._received]
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("the response is not HTTP/1.1")
            return
        if self._complete:
            self._finish(HttpResponse(self._status, self._start, ""))
        elif self._received > RESPONSE_LIMIT:
            self._fail(f"the response is longer than {RESPONSE_LIMIT} bytes: not read further")

    def connection_lost(self, exc: Exception | None) -> None:
        """Called when the receiver closed or reset the connection."""
        self.usable = False
        if self._status and not self._length_known and exc is None:
            self._fail("")
        elif self._served and not self._received:
            self._finish(StaleConnectionError("the receiver had closed the connection"))
        else:
            self._fail("the connection was reset" if exc else "the receiver closed the connection too early")

    # --- the parser's events ----------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: ARG002 - the parser passes both
        """Called with a header: note whether one says where the body ends."""
        if len(name) in {14, 17} and name.lower() in {b"content-length", b"transfer-encoding"}:
            self._length_known = True

    def on_headers_complete(self) -> None:
        """Called after a head; a status below 200 announces another response (RFC 9110, 15.2)."""
        status = self._parser.get_status_code()
        if self._complete:  # a second response: nothing on this connection can be trusted any more
            self.usable = False
        elif status >= _FIRST_FINAL or status == _SWITCHING:
            self._status = status

    def on_message_complete(self) -> None:
        """Called at the end of a response."""
        if self._status:
            self._complete = True
            # Here, because the parser has forgotten it when it returns.
            self.usable = self.usable and self._parser.should_keep_alive()
        else:
            self._length_known = False

    # --- the end ----------------------------------------------------------------------------------------

    def _check_deadline(self, timeout: float) -> None:
        """Fail the request after its deadline; one timer serves many requests, because it is expensive."""
        self._timer = None
        if self._on_response is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._check_deadline, timeout)
            return
        self._fail(f"no complete response within {timeout:g} s", ResponseTimeoutError)

    def _fail(self, words: str, error: type[TransportError] = TransportError) -> None:
        """End the exchange with an error, or with a flawed response where the status is known."""
        self.usable = False
        self._finish(HttpResponse(self._status, self._start, words) if self._status else error(words))

    def _finish(self, end: HttpResponse | Exception) -> None:
        """Call `on_response`, as the last step, because the callback may send the next request at once."""
        on_response = self._on_response
        self._on_response = None
        self._served += 1
        if not self.usable:
            self.close()
        if on_response is not None:
            on_response(end)
