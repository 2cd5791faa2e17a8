"""The HTTP/1.1 protocol: errors that uvicorn would send as plain text have the API's envelope."""

import asyncio
from collections.abc import Callable

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from callr_sms_emulator import _errors
from callr_sms_emulator._http import CONNECTION, Connection, write_error

_UNKNOWN_PATH = b"/"
_LONGEST_PATH = 2048  # bytes: far more than that of any endpoint
_BODY_HEADERS = (b"content-length", b"transfer-encoding")


class EnvelopeProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, with the API's error envelope for requests that are not HTTP.

    A request to upgrade to another protocol is handled as if it did not ask for that (RFC 9110, 7.8). This is
    common: Java's own client asks for HTTP/2 with each first request, also if it has a body.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Share the connection with the application, in the `state` of each request."""
        super().connection_made(transport)
        self._connection = Connection(transport)
        self.app_state = self.app_state | {CONNECTION: self._connection}

    def data_received(self, data: bytes) -> None:
        """Parse data. The parser stops after a request for an upgrade, so another one parses the rest."""
        self._unset_keepalive_if_required()
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                body = self._announced_body()
                parser = httptools.HttpRequestParser(_SkipFirstHead(self) if body else self)
                if body:
                    parser.feed_data(b"\r\n".join([b"POST / HTTP/1.1", *body, b"", b""]))
                self.parser = parser
            except httptools.HttpParserError:
                self.send_400_response("")
                return
            else:
                return

    def eof_received(self) -> bool | None:  # type: ignore[override] # uvicorn narrows what asyncio allows
        """Keep the connection for a client that closed its side and awaits a response; else close it."""
        cycle = self.cycle
        # uvicorn has no cycle before the first request, whatever its annotation says.
        if cycle is None or cycle.response_complete or cycle.more_body:  # type: ignore[redundant-expr]
            return None
        self._connection.half_closed = cycle.scope
        if self._connection.unanswered is cycle.scope:
            return None
        if self.scheme == "https":
            return None  # asyncio closes the connection, because TLS has no half-closed one (RFC 8446, 6.1)
        cycle.keep_alive = False
        return True

    def on_headers_complete(self) -> None:
        """Pass the path alone to uvicorn, and add the query string to its scope.

        uvicorn's URL parser stops at 64 KiB, which a long text in `GET /sms/send` exceeds. It also rejects a
        target that is not a path (`*`, `host:port`), which is replaced with a path that does not exist.
        """
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        self.url = path if path.startswith(b"/") else _path_of(path)
        if len(self.url) > _LONGEST_PATH:
            self.url = _UNKNOWN_PATH
        super().on_headers_complete()
        self.scope["query_string"] = query

    def on_message_complete(self) -> None:
        """End the request, unless the parser stopped before its body."""
        if not (self.parser.should_upgrade() and self._announced_body()):
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's text; the message is in _errors
        """Send a 400 and close the connection, because the start of the next request is unknown."""
        body = write_error(_errors.invalid_http())
        headers = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[400] + headers % len(body) + body)
        self.transport.close()

    def _announced_body(self) -> list[bytes]:
        """Return the header lines that delimit the body of this request."""
        return [name + b": " + value for name, value in self.headers if name in _BODY_HEADERS]


class _SkipFirstHead:
    """Forwards the events of a parser to a protocol, except for the head of the first message."""

    def __init__(self, protocol: EnvelopeProtocol) -> None:
        self._is_first = True
        self._end_message = protocol.on_message_complete
        self.on_message_begin = self._after_first(protocol.on_message_begin)
        self.on_url = self._after_first(protocol.on_url)
        self.on_header = self._after_first(protocol.on_header)
        self.on_headers_complete = self._after_first(protocol.on_headers_complete)
        self.on_body = protocol.on_body

    def _after_first(self, event: Callable[..., None]) -> Callable[..., None]:
        def forward(*values: bytes) -> None:
            if not self._is_first:
                event(*values)

        return forward

    def on_message_complete(self) -> None:
        self._is_first = False
        self._end_message()


def _path_of(url: bytes) -> bytes:
    """Return the path of an absolute URL, the target of requests to a proxy (RFC 9112, 3.2.2)."""
    try:
        return httptools.parse_url(url).path or _UNKNOWN_PATH
    except httptools.HttpParserInvalidURLError:
        return _UNKNOWN_PATH
