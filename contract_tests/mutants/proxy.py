"""The lying proxy: a right server behind it looks like a wrong one.

Plain HTTP/1.1 from the standard library, one thread for each connection. What no lie touches goes on as it
came: the request line, the headers in their order and case, the bytes of the body.
"""

import http.client
import select
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Final, cast
from urllib.parse import urlsplit

from callr_sms_contract.wire import LoopbackServer, read_chunks
from mutants.messages import Headers, Lie, Request, Response

_HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_UPSTREAM_SECONDS: Final = 60
_NO_BODY: Final = frozenset({204, 304})


def truth(request: Request, forward: Callable[[Request], Response]) -> Response:
    """Return the response of the right server unchanged."""
    return forward(request)


class LyingProxy:
    """A proxy in front of the server at the URL `upstream`, on loopback while its context is open.

    `on_request` is called with every request before it is answered, from the thread of its connection.
    """

    def __init__(
        self,
        upstream: str,
        lie: Lie = truth,
        *,
        port: int = 0,
        on_request: Callable[[Request], None] = lambda _: None,
    ) -> None:
        self.upstream = urlsplit(upstream)
        self.lie = lie
        self.on_request = on_request
        self.breakdowns: list[str] = []
        """Where the lie itself broke down: the connection is closed, and nothing is proved by it."""
        self._port = port
        self._local = threading.local()
        self._open: set[http.client.HTTPConnection] = set()

    @property
    def base_url(self) -> str:
        """Where the API is reached through the proxy."""
        return f"http://127.0.0.1:{self._port}{self.upstream.path}"

    @contextmanager
    def listening(self) -> Iterator["LyingProxy"]:
        """Listen while the context is open."""
        server = LoopbackServer(self._port, _handler(self))
        self._port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="lying-proxy")
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            getattr(self.lie, "close", lambda: None)()
            for connection in tuple(self._open):
                connection.close()

    def answer(self, request: Request) -> Response:
        """Answer a request with the lie."""
        self.on_request(request)
        try:
            return self.lie(request, self.forward)
        except (OSError, http.client.HTTPException):
            raise  # no answer is an answer too
        except Exception as error:
            self.breakdowns.append(f"{type(error).__name__}: {error}")
            raise

    def forward(self, request: Request) -> Response:
        """Send a request to the right server, once: a send that is repeated bills twice."""
        connection = self._connection()
        try:
            self._put(connection, request)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        kept = tuple(
            (name, text)
            for name, text in answer.getheaders()
            if name.lower() not in _HOP_BY_HOP | {"content-length"}
        )
        length = answer.getheader("Content-Length") if request.method == "HEAD" else None
        return Response(answer.status, kept, body, int(length) if length else None)

    def _connection(self) -> http.client.HTTPConnection:
        """The connection of this thread, kept open between requests."""
        kept: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if kept is None:
            kept = self._local.connection = self._connect()
        elif kept.sock is not None and select.select([kept.sock], [], [], 0)[0]:
            kept.close()  # the server has closed it; asking now would lose the request
        return kept

    def release(self) -> None:
        """Close the connection of this thread to the right server."""
        kept: http.client.HTTPConnection | None = self._local.__dict__.pop("connection", None)
        if kept is not None:
            self._open.discard(kept)
            kept.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = str(self.upstream.hostname), self.upstream.port
        connection = (
            _TlsConnection(host, port, timeout=_UPSTREAM_SECONDS, context=ssl.create_default_context())
            if self.upstream.scheme == "https"
            else _Connection(host, port, timeout=_UPSTREAM_SECONDS)
        )
        self._open.add(connection)
        return connection

    def _put(self, connection: http.client.HTTPConnection, request: Request) -> None:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self.upstream.netloc)
        connection.putheader("Accept-Encoding", "identity")  # a lie has to read what it changes
        for name, text in request.headers:
            if name.lower() not in _HOP_BY_HOP | {"host", "accept-encoding", "content-length", "expect"}:
                connection.putheader(name, text)
        if request.body or request.header("content-length"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)


class _AnyTarget(http.client.HTTPConnection):
    """Sends a request line unchanged, so that the right server judges it."""

    def _validate_path(self, url: str) -> None:
        """Accept any target."""

    def _encode_request(self, request: str) -> bytes:
        return request.encode("latin-1")


class _Connection(_AnyTarget):
    pass


class _TlsConnection(http.client.HTTPSConnection, _AnyTarget):
    pass


def _handler(proxy: LyingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        owner = proxy

    return Handler


class _Handler(BaseHTTPRequestHandler):
    owner: LyingProxy
    protocol_version = "HTTP/1.1"
    # Headers and body leave together; else the kernel waits for an acknowledgement between them.
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """As the base class, but for any method and a request line of any length."""
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        reply = self.owner.answer(self._asked())
        self.send_response_only(reply.status)
        for name, text in reply.headers:
            self.send_header(name, text)
        length = len(reply.body) if reply.length is None else reply.length
        if reply.status not in _NO_BODY:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD" and reply.status not in _NO_BODY:
            self.wfile.write(reply.body)
            self.close_connection |= length != len(reply.body)
        self.wfile.flush()

    def _asked(self) -> Request:
        # parse_request() shortens a path that begins with two slashes; the line still has it.
        target = self.requestline.split(" ")[1] if " " in self.requestline else self.path
        headers = cast("Headers", tuple((name, str(text)) for name, text in self.headers.items()))
        base_path = self.owner.upstream.path.rstrip("/")
        return Request(self.command, target, headers, self._body(), base_path)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return read_chunks(self.rfile)
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def finish(self) -> None:
        """Finish as the base class; the client may be gone."""
        with suppress(OSError):
            super().finish()
        self.owner.release()

    def log_message(self, *_: object) -> None:
        """Log nothing, because a request line may hold a text."""
