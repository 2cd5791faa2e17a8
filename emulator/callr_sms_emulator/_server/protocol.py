"""HTTP below the application: what uvicorn would answer with plain text is answered with the envelope too."""

import asyncio
from collections.abc import Callable

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from callr_sms_emulator import _errors
from callr_sms_emulator._http import CONNECTION, Connection, write_error

_NOWHERE = b"/"
_LONGEST_PATH = 2048  # bytes: far more than that of any endpoint
_BODY_HEADERS = (b"content-length", b"transfer-encoding")


class EnvelopeProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, with the API's error envelope for what is not HTTP.

    A request that asks for another protocol is answered as if it did not (RFC 9110, 7.8). That is no rare
    case: Java's own client asks for HTTP/2 in this way with every first request, bodies included.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Share the connection with the application, in what each of its requests gets as its state."""
        super().connection_made(transport)
        self._connection = Connection(transport)
        self.app_state = self.app_state | {CONNECTION: self._connection}

    def data_received(self, data: bytes) -> None:
        """Parse what came in. The parser stops behind a request for an upgrade: another one goes on."""
        self._unset_keepalive_if_required()
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                self.parser = self._parser_for_the_rest()
            except httptools.HttpParserError:
                self.send_400_response("")
                return
            else:
                return

    def eof_received(self) -> bool | None:  # type: ignore[override] # uvicorn narrows what asyncio allows
        """Answer a client that has sent all it had and only listens now; else close, as uvicorn does."""
        cycle = self.cycle
        # uvicorn has no cycle before the first request, whatever its annotation says.
        if cycle is None or cycle.response_complete or cycle.more_body:  # type: ignore[redundant-expr]
            return None
        self._connection.half_closed = cycle.scope
        if self._connection.unanswered is cycle.scope:
            return None
        if self.scheme == "https":  # TLS knows no half-closed connection (RFC 8446, 6.1): asyncio closes it
            return None
        cycle.keep_alive = False
        return True

    def on_headers_complete(self) -> None:
        """Give uvicorn the path alone, and add the query string to what it made of it.

        Its URL parser stops at 64 KiB, which a long text in `GET /sms/send` exceeds. It also knows no target
        that is not a path (`*`, `host:port`): those become a path that does not exist.
        """
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        self.url = path if path.startswith(b"/") else _path_of(path)
        if len(self.url) > _LONGEST_PATH:
            self.url = _NOWHERE
        super().on_headers_complete()
        self.scope["query_string"] = query

    def on_message_complete(self) -> None:
        """End the request, unless its body is still to come because the parser stopped before it."""
        if not (self.parser.should_upgrade() and self._announced_body()):
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words; ours are in _errors
        """Answer what is not HTTP, and close: where the next request starts is not known."""
        body = write_error(_errors.invalid_http())
        headers = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[400] + headers % len(body) + body)
        self.transport.close()

    def _announced_body(self) -> list[bytes]:
        """Give the header lines that say how the body of this request is delimited."""
        return [name + b": " + value for name, value in self.headers if name in _BODY_HEADERS]

    def _parser_for_the_rest(self) -> httptools.HttpRequestParser:
        body = self._announced_body()
        parser = httptools.HttpRequestParser(_BehindTheHead(self) if body else self)
        if body:
            parser.feed_data(b"\r\n".join([b"POST / HTTP/1.1", *body, b"", b""]))
        return parser


class _BehindTheHead:
    """Hands everything to a protocol but the head of the first message, which it knows already."""

    def __init__(self, protocol: EnvelopeProtocol) -> None:
        self._protocol = protocol
        self._forwards = False
        self.on_body = protocol.on_body

    def _forward(self, event: Callable[..., None], *values: bytes) -> None:
        if self._forwards:
            event(*values)

    def on_message_begin(self) -> None:
        self._forward(self._protocol.on_message_begin)

    def on_url(self, url: bytes) -> None:
        self._forward(self._protocol.on_url, url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._forward(self._protocol.on_header, name, value)

    def on_headers_complete(self) -> None:
        self._forward(self._protocol.on_headers_complete)

    def on_message_complete(self) -> None:
        self._forwards = True
        self._protocol.on_message_complete()


def _path_of(url: bytes) -> bytes:
    """Give the path of an absolute URL, as it is sent to a proxy (RFC 9112, 3.2.2)."""
    try:
        return httptools.parse_url(url).path or _NOWHERE
    except httptools.HttpParserInvalidURLError:
        return _NOWHERE
