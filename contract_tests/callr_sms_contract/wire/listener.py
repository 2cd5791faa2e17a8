"""A receiver of webhooks on loopback: it answers what it is told to, and keeps every request as it came."""

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
"""For a status: the connection is closed without an answer."""
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True)
class Push:
    """A request that came, and what it was answered."""

    request: Request
    status: int
    timing: Timing
    """When its head had come, and when its answer had left."""

    @property
    def is_acknowledged(self) -> bool:
        """Whether the answer was a 2xx, so that the sender is done."""
        return 200 <= self.status < 300  # noqa: PLR2004 - what a 2xx is


class Listener:
    """Listens on a free port of 127.0.0.1 while its context is open.

    `answer` is called with each request in the order in which they came, one at a time, from another thread.
    It gives the status to answer, or HANG_UP.
    """

    def __init__(self, response: Callable[[Request], int]) -> None:
        self.pushes: queue.SimpleQueue[Push] = queue.SimpleQueue()
        self.has_lost = False
        """Whether a connection ended before its request was whole: a try that nobody can judge."""
        self.port = 0
        self._response, self._lock = response, threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def listening(self) -> Iterator["Listener"]:
        """Listen until the context is left."""
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
        """What `request` is to be answered."""
        with self._lock:
            return self._response(request)


class _Accepted(socket.socket):
    """A connection from this machine, which knows its peer also when that is gone: the guard asks for it.

    What is written then fails, as it should; it must not end the run.
    """

    peer: tuple[str, int] = ("", 0)

    def getpeername(self) -> tuple[str, int]:
        """Who connected."""
        return self.peer

    def connect(self, _: object) -> None:
        """Refuse: it is connected."""
        raise OSError(errno.EISCONN, os.strerror(errno.EISCONN))

    def connect_ex(self, _: object) -> int:
        """Refuse: it is connected."""
        return errno.EISCONN


class LoopbackServer(ThreadingHTTPServer):
    """A server of HTTP on a port of 127.0.0.1; whatever goes wrong with a connection stays there."""

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
        """Say nothing: a traceback may hold a text."""


def read_chunks(stream: BufferedIOBase) -> bytes:
    """Give a body that comes in chunks (RFC 9112, 7.1), without its trailers."""
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
        """As the base class, but for any method."""
        try:
            self.raw_requestline = self.rfile.readline()
        except OSError:  # kept open for longer than anything came
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
            self._tell(status)
        self.owner.pushes.put(Push(request, status, Timing(arrived, time.monotonic())))

    def _tell(self, status: int) -> None:
        self.send_response_only(status)
        if status not in _NO_BODY:
            self.send_header("Content-Length", "0")
        self.end_headers()
        with suppress(OSError):  # whoever asked may be gone
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
        """As the base class; whoever asked may be gone."""
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Say nothing: a request may hold a text."""
