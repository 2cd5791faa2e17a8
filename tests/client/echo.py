"""A server whose answer to a send follows from the text, so that the answer to another send is found out."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import zlib
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.client.support import http_answer, success

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

CERTIFICATE = Path(__file__).parents[1] / "contract_tests" / "localhost.pem"


def hash_of(text: str) -> str:
    """Return the hash that the server gives to an SMS with this text."""
    return f"{zlib.crc32(text.encode()):08X}"


class EchoServer:
    """It keeps connections, and serves each in a thread. A proxy's CONNECT is answered as if it were one."""

    def __init__(self, delay: float, context: ssl.SSLContext | None, *, tunnels: bool) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.texts: Counter[str] = Counter()
        self.connections = 0
        self.ended = threading.Semaphore(0)
        self.released = threading.Event()
        self._delay = delay
        self._context = context
        self._tunnels = tunnels

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def base_url(self) -> str:
        return f"http{'s' if self._context else ''}://localhost:{self.port}"

    def accept(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            if self.released.is_set():
                connection.close()
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._tunnels:
                _read(connection, b"")
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            if self._context:
                with self._context.wrap_socket(connection, server_side=True) as secure:
                    self._answer(secure)
            else:
                self._answer(connection)
        self.ended.release()

    def _answer(self, connection: socket.socket) -> None:
        rest = b""
        while request := _read(connection, rest):
            body, rest = request
            text = str(json.loads(body)["body"])
            self.texts[text] += 1
            self.released.wait(self._delay)
            answer = http_answer(success(hash_of(text)))
            connection.sendall(answer.replace(b"Connection: close\r\n", b""))


def _read(connection: socket.socket, received: bytes) -> tuple[bytes, bytes] | None:
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return None
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    size = int(length[1]) if length else 0
    while len(body) < size:
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    return body[:size], body[size:]


@contextmanager
def echoing(
    *, delay: float = 0.0, context: ssl.SSLContext | None = None, tunnels: bool = False
) -> Iterator[EchoServer]:
    """Run such a server."""
    server = EchoServer(delay, context, tunnels=tunnels)
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    process = os.getpid()
    try:
        yield server
    finally:
        if os.getpid() == process:  # a forked one would end it, too
            server.released.set()
            # Only a connection wakes a thread that waits in accept(), green ones included.
            socket.create_connection(("127.0.0.1", server.port)).close()
            thread.join()
            server.listener.close()
