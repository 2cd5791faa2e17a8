"""A webhook receiver on loopback, which responds with given statuses and keeps every request."""

import errno
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Final

from callr_sms_contract.wire.messages import Request, Timing, join_headers

HANG_UP: Final = 0
"""Instead of a status: the connection is closed without a response."""
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True)
class Push:
    """A request that was received, and the status of its response."""

    request: Request
    status: int
    timing: Timing
    """When its head was received, and when its response was sent."""

    @property
    def is_acknowledged(self) -> bool:
        """Return whether the response was a 2xx, so that the event is not retried."""
        return 200 <= self.status < 300  # noqa: PLR2004 - what a 2xx is


class Listener:
    """Listens on a free port of 127.0.0.1 while its context is open.

    `respond` is called from another thread with each request, one at a time, in the order of their arrival.
    It returns the status of the response, or HANG_UP.
    """

    def __init__(self, respond: Callable[[Request], int]) -> None:
        self.pushes: queue.SimpleQueue[Push] = queue.SimpleQueue()
        self.has_lost = False
        """Whether a connection was closed before its request was complete, which cannot be judged."""
        self.port = 0
        self._respond, self._lock = respond, threading.Lock()

    @property
    def url(self) -> str:
        """Return the URL of the receiver, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def listening(self) -> Iterator["Listener"]:
        """Listen until the context exits."""
        server = LoopbackServer(0, _handler(self))
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="listener", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def decide(self, request: Request) -> int:
        """Return the status of the response to `request`."""
        with self._lock:
            return self._respond(request)


class _Accepted(socket.socket):
    """A connection from this machine that knows its peer also after a disconnect, as the guard needs.

    Writing to it fails then, which must not end the run.
    """

    peer: tuple[str, int] = ("", 0)

    def getpeername(self) -> tuple[str, int]:
        """Return the address of the peer."""
        return self.peer

    def connect(self, _: object) -> None:
        """Refuse: it is connected."""
        raise OSError(errno.EISCONN, os.strerror(errno.EISCONN))

    def connect_ex(self, _: object) -> int:
        """Refuse: it is connected."""
        return errno.EISCONN


class LoopbackServer(ThreadingHTTPServer):
    """An HTTP server on a port of 127.0.0.1, which ignores errors of its connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection."""
        sock, address = super().get_request()
        accepted = _Accepted(sock.family, sock.type, sock.proto, sock.detach())
        accepted.peer = address
        return accepted, address

    def handle_error(self, *_: object) -> None:
        """Print nothing: a traceback may contain a text."""


def read_chunks(stream: BufferedIOBase) -> bytes:
    """Return a body that was sent in chunks (RFC 9112, 7.1), without its trailers."""
    body = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass  # trailers
    return body


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        owner = listener

    return Handler


class _Handler(BaseHTTPRequestHandler):
    owner: Listener
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 30

    def handle_one_request(self) -> None:
        """Handle a request of any method."""
        try:
            self.raw_requestline = self.rfile.readline()
        except OSError:  # idle for too long
            self.raw_requestline = b""
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        arrived = time.monotonic()
        try:
            request = self._request()
        except (OSError, ValueError):
            self.owner.has_lost = self.close_connection = True
            return
        status = self.owner.decide(request)
        if status == HANG_UP:
            self.close_connection = True
        else:
            self._send_status(status)
        self.owner.pushes.put(Push(request, status, Timing(arrived, time.monotonic())))

    def _send_status(self, status: int) -> None:
        self.send_response_only(status)
        if status not in _NO_BODY:
            self.send_header("Content-Length", "0")
        self.end_headers()
        with suppress(OSError):  # the client may have disconnected
            self.wfile.flush()

    def _request(self) -> Request:
        # parse_request() shortens a path that begins with two slashes; the line still has it.
        target = self.requestline.split(" ")[1] if " " in self.requestline else self.path
        return Request(
            str(self.command), self.owner.url + target, join_headers(self.headers.items()), self._body()
        )

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return read_chunks(self.rfile)
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the body ended early")
        return body

    def finish(self) -> None:
        """Flush, unless the client has disconnected."""
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Print nothing: a request may contain a text."""
