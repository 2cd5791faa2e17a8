"""The HTTP/1.1 protocol: every error has the API's envelope, and every request has a size and a time."""

from __future__ import annotations

import asyncio
import enum
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from callr_sms_emulator import _errors
from callr_sms_emulator._api import CONTROL_PATH
from callr_sms_emulator._http import CONNECTION, Connection, write_error
from callr_sms_emulator._server.cycle import ResponseCycle
from callr_sms_emulator._server.targets import UNKNOWN_PATH, find_path
from callr_sms_emulator._server.timeouts import DEFAULT_TIMEOUTS, Timeouts
from callr_sms_emulator._server.transport import LingeringTransport
from callr_sms_emulator._server.upgrade import SkipFirstHead

if TYPE_CHECKING:
    from typing import Any

    from uvicorn._types import ASGI3Application
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
    from uvicorn.server import ServerState

_LONGEST_PATH = 2048  # bytes: far more than that of any endpoint
# Bytes. A text of 255 parts, each character nine bytes as %XX%XX%XX, needs 150 KiB in `GET /sms/send`.
_LONGEST_TARGET = 192 * 1024
_LONGEST_HEADERS = 64 * 1024
_LONGEST_HEAD = _LONGEST_TARGET + _LONGEST_HEADERS
# Bytes that are read after the last response, so that a client that is still sending can read that.
_DISCARDED_HEAD = 2 * 1024 * 1024
_DISCARDED_BODY = 64 * 1024 * 1024
_SEPARATORS = 4  # bytes of a header line that are neither name nor value
_BODY_HEADERS = (b"content-length", b"transfer-encoding")
_BODILESS = frozenset({"GET", "HEAD"})
_RECHECK_S = 0.1


class _Awaited(enum.Enum):
    """What comes next from the client, or goes to it."""

    REQUEST = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()
    RESPONSE = enum.auto()
    END = enum.auto()  # the connection is closing, and what comes is discarded


class EnvelopeProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, with the API's error envelope for requests that are not HTTP.

    A request to upgrade to another protocol is handled as if it did not ask for that (RFC 9110, 7.8). This is
    common: Java's own client asks for HTTP/2 with each first request, also if it has a body.

    The server calls `check` every second; a timer for each request would cost more than all of this.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timeouts = timeouts
        self._keep_alive = (b"keep-alive", b"timeout=%d" % timeouts.idle)
        self._awaited = _Awaited.REQUEST
        self._since = self.loop.time()
        self._arrived = 0  # bytes of the body, in this span
        self._swallowed = 0  # bytes that the parser took and has not delivered
        self._discardable = _DISCARDED_BODY
        self._is_suspect = False  # whether the head may be too large
        self._has_delivered = False
        self._framing: list[bytes] = []
        self._error: _errors.ApiError | None = None
        self._active: RequestResponseCycle | None = None
        self._is_half_closed = False
        self._is_stopping = False
        self._task: asyncio.Task[None] | None = None

    # --- the connection ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Share the connection with the application, in the `state` of each request."""
        self._lingering = LingeringTransport(transport, self._on_close)
        super().connection_made(self._lingering)  # type: ignore[arg-type] # it has all that uvicorn uses
        self._connection = Connection(transport)
        self.app_state = self.app_state | {CONNECTION: self._connection}

    def connection_lost(self, exc: Exception | None) -> None:
        """End every request of the connection; uvicorn would end the last one only."""
        self._lingering.is_closed = True
        self._awaited = _Awaited.END
        self.pipeline.clear()
        if self._active is not None:
            _disconnect(self._active)
        super().connection_lost(exc)
        # Without these reference cycles a connection is freed now, and not by the garbage collector, which
        # seldom runs: a thousand of them are 6 MB.
        self.cycle = self._active = self._task = None  # type: ignore[assignment] # as before the first request
        self._connection.half_closed = None
        self._lingering.forget()

    def eof_received(self) -> bool | None:  # type: ignore[override] # uvicorn narrows what asyncio allows
        """Keep the connection for a client that closed its side and awaits a response; else close it."""
        self._is_half_closed = True
        cycle = self.cycle
        # uvicorn has no cycle before the first request, whatever its annotation says.
        if cycle is None or cycle.response_complete or cycle.more_body:  # type: ignore[redundant-expr]
            return None
        if self._lingering.is_closed:
            return None
        self._connection.half_closed = cycle.scope
        if self._connection.unanswered is cycle.scope:
            return None
        if self.scheme == "https":
            return None  # asyncio closes the connection, because TLS has no half-closed one (RFC 8446, 6.1)
        cycle.keep_alive = False
        return True

    def shutdown(self) -> None:
        """End the connection, because the server stops; after the response if one is awaited."""
        self._is_stopping = True
        if self._awaited is _Awaited.END:
            self._lingering.inner.close()
        elif self._is_answering():
            assert self._active is not None  # noqa: S101 - for the type checker
            self._active.keep_alive = False
        else:
            self._lingering.is_closed = True
            self._lingering.inner.close()

    def check(self, now: float) -> None:
        """End the connection if it has been waited for too long; `now` is the time of the event loop."""
        waited = now - self._since
        limits = self._timeouts
        match self._awaited:
            case _Awaited.REQUEST if waited > limits.idle + limits.grace:
                # What has arrived meanwhile is read first.
                self.loop.call_later(_RECHECK_S, self._end_if_idle, self._since)
            case _Awaited.HEAD if waited > limits.head and not self._is_answering():
                self._refuse(_errors.too_slow("head", limits.head))
            case _Awaited.BODY:
                self._check_body(now, waited)
            case _Awaited.END if waited > 0:
                self._lingering.inner.close()

    def _check_body(self, now: float, waited: float) -> None:
        limits = self._timeouts
        if self.cycle.response_complete:
            if waited > limits.discard:
                self.transport.close()
        elif waited > limits.body:
            is_slow = self._arrived < limits.body * limits.rate and not self.flow.read_paused
            self._since, self._arrived = now, 0
            if is_slow:
                self._refuse(_errors.too_slow("body", limits.body))

    def _end_if_idle(self, since: float) -> None:
        if self._awaited is _Awaited.REQUEST and self._since == since:
            self.transport.close()

    def _on_close(self) -> None:
        """Close this side, and read on until the client has closed its own."""
        transport = self._lingering.inner
        is_whole = self._awaited in {_Awaited.REQUEST, _Awaited.RESPONSE}
        self._discardable = _DISCARDED_BODY if self._awaited is _Awaited.BODY else _DISCARDED_HEAD
        self._awaited = _Awaited.END
        is_at_end = self._is_half_closed or self._is_stopping or transport.is_closing()
        if is_at_end or (is_whole and not transport.can_write_eof()):
            transport.close()
            return
        self.flow.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
        # `check` ends it when this is over.
        limits = self._timeouts
        self._since = self.loop.time() + (limits.farewell if is_whole else limits.discard)

    def _discard(self, count: int) -> None:
        self._discardable -= count
        if self._discardable < 0:
            self._lingering.inner.abort()

    # --- what comes in ----------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Parse data. The parser stops after a request for an upgrade, so another one parses the rest."""
        if self._awaited is _Awaited.END or self._error is not None:
            self._discard(len(data))
            return
        # Most requests are one small chunk, so the size of their head needs no other look.
        self._is_suspect = self._awaited is _Awaited.HEAD or len(data) > _LONGEST_HEADERS
        if self._awaited is _Awaited.REQUEST:
            self._await(_Awaited.HEAD)
        self._has_delivered = False
        self._task = None
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            # An error in a method below comes with the parser's own around it.
            reason = error.__context__
            self._refuse(reason if isinstance(reason, _errors.ApiError) else _errors.invalid_http())
            return
        if self._has_delivered:
            self._swallowed = 0
            return
        # What the parser keeps for itself: an unfinished line of the head, of a chunk, of a trailer.
        self._swallowed += len(data)
        if self._swallowed > _LONGEST_HEAD:
            is_target = self._awaited is _Awaited.HEAD and not self.headers
            self._refuse(self._too_long(is_target=is_target))

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                body = self._framing
                self.parser = httptools.HttpRequestParser(SkipFirstHead(self) if body else self)
                if body:
                    self.parser.feed_data(b"\r\n".join([b"POST / HTTP/1.1", *body, b"", b""]))
            else:
                return

    def on_message_begin(self) -> None:
        """Begin a request, which may have come together with the one before."""
        self._has_delivered = True
        if self._awaited is not _Awaited.HEAD:
            self._await(_Awaited.HEAD)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start a request, as uvicorn does but for its target.

        uvicorn's URL parser stops at 64 KiB, which a long text in `GET /sms/send` exceeds. It also rejects a
        target that is not a path (`*`, `host:port`), which is replaced with a path that does not exist.
        """
        self._has_delivered = True
        if self._is_suspect:
            self._check_size()
        parser, scope = self.parser, self.scope
        method, version = parser.get_method(), parser.get_http_version()
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        if not path.startswith(b"/"):
            path = find_path(path, method, self.headers)
        if len(path) > _LONGEST_PATH:
            path = UNKNOWN_PATH
        scope["method"], scope["http_version"] = method.decode(), version
        scope["path"], scope["raw_path"], scope["query_string"] = unquote(path.decode("ascii")), path, query
        before, defaults = self.cycle, self.server_state.default_headers
        is_kept = version != "1.0" and parser.should_keep_alive()
        self.cycle = ResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=[*defaults, self._keep_alive] if is_kept else defaults,
            message_event=asyncio.Event(),
            # A client of HTTP/1.0 would take it for the response (RFC 9110, 10.1.1).
            expect_100_continue=self.expect_100_continue and version != "1.0",
            keep_alive=is_kept,
            on_response=self.on_response_complete,
        )
        # uvicorn has no cycle before the first request, whatever its annotation says.
        if before is None or before.response_complete:  # type: ignore[redundant-expr]
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        if self.parser.should_upgrade():
            self._framing = [name + b": " + value for name, value in self.headers if name in _BODY_HEADERS]
        else:
            self._framing = []
        # The parser reports trailers as headers. Nobody needs them, and they must not add to the headers of a
        # request that is running (RFC 9110, 6.5.1).
        self.headers = []
        self._arrived = 0
        self._awaited = _Awaited.BODY
        if self._is_suspect:  # else it began with this chunk
            self._since = self.loop.time()

    def on_body(self, body: bytes) -> None:
        """Add to the body of the request."""
        self._has_delivered = True
        self._arrived += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request, unless the parser stopped before its body."""
        if self.parser.should_upgrade() and self._framing:
            return
        super().on_message_complete()
        self._has_delivered = True
        if self.cycle.response_complete and not self.pipeline:
            self._await(_Awaited.REQUEST)
        else:
            self._awaited = _Awaited.RESPONSE

    def _await(self, awaited: _Awaited) -> None:
        self._awaited = awaited
        self._since = self.loop.time()
        self._arrived = 0

    def _check_size(self) -> None:
        if len(self.url) > _LONGEST_TARGET:
            raise self._too_long(is_target=True)
        if sum(len(name) + len(value) + _SEPARATORS for name, value in self.headers) > _LONGEST_HEADERS:
            raise self._too_long(is_target=False)

    def _too_long(self, *, is_target: bool) -> _errors.ApiError:
        if not is_target:
            return _errors.head_too_large(_LONGEST_HEADERS)
        is_control = CONTROL_PATH.encode() in self.url[:_LONGEST_PATH]
        return _errors.target_too_long(_LONGEST_TARGET, is_control=is_control)

    # --- what goes out ----------------------------------------------------------------------------------

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Start a request as uvicorn does, and remember it."""
        self._active = cycle
        self._task = self.loop.create_task(cycle.run_asgi(app))
        self._task.add_done_callback(self.tasks.discard)
        self.tasks.add(self._task)

    def on_response_complete(self) -> None:
        """Start the next request that was sent ahead, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._error is not None:
            self._write(self._error)
        elif self._awaited is _Awaited.RESPONSE:
            self._await(_Awaited.REQUEST)
        else:
            self._since = self.loop.time()

    def _is_answering(self) -> bool:
        return self._active is not None and not self._active.response_complete

    def _refuse(self, error: _errors.ApiError) -> None:
        """Respond with an error to what comes in, and close the connection: where the next begins is unknown.

        The responses to earlier requests go first.
        """
        cycle = self.cycle
        if self._awaited is _Awaited.BODY:
            if cycle is not self._active:
                self.pipeline.popleft()
            elif cycle.response_complete:
                self.transport.close()
                return
            elif not self._stop(cycle):
                cycle.keep_alive = False
        if self._is_answering():
            self._error = error
        else:
            self._write(error)

    def _stop(self, cycle: RequestResponseCycle) -> bool:
        """Stop a request whose body is broken, unless it may have done its work without the body."""
        if self._task is not None:
            self._task.cancel()  # it has not begun
        elif cycle.response_started or cycle.scope["method"] in _BODILESS:
            return False
        cycle.response_complete = True
        _disconnect(cycle)
        return True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's text; the message is in _errors
        """Respond to what is not HTTP."""
        self._refuse(_errors.invalid_http())

    def _write(self, error: _errors.ApiError) -> None:
        body = write_error(error)
        headers = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[error.status] + headers % len(body) + body)
        self.transport.close()


def _disconnect(cycle: RequestResponseCycle) -> None:
    """Let a request find that its client has left."""
    cycle.disconnected = True
    cycle.message_event.set()
