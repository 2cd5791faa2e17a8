"""Servers in threads, over TLS or not, and the authority of their certificates."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import trustme

from tests.client.support import CRLF, HASH, http_answer, success

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SENT = http_answer(success(HASH))
AUTHORITY = trustme.CA()
PATIENCE = 30.0


def trusting(authority: trustme.CA = AUTHORITY) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


def certified(*names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*(names or ("localhost",))).configure_cert(context)
    return context


@contextmanager
def listening(serve: Callable[[socket.socket], None], host: str = "127.0.0.1") -> Iterator[int]:
    """Serve each connection in a thread, and return the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(PATIENCE)
                threading.Thread(target=run, args=(connection,), daemon=True).start()

    def run(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            serve(connection)

    with socket.create_server((host, 0), family=family) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def read_head(connection: socket.socket) -> bytes:
    received = b""
    while CRLF + CRLF not in received and (piece := connection.recv(65536)):
        received += piece
    return received


def answer(connection: socket.socket) -> None:
    received = read_head(connection)
    while not received.endswith(b"}") and (piece := connection.recv(65536)):  # the body
        received += piece
    connection.sendall(SENT)


def over_tls(
    context: ssl.SSLContext, serve: Callable[[socket.socket], None]
) -> Callable[[socket.socket], None]:
    def run(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secure:
            try:
                secure.do_handshake()
            except ssl.SSLError:
                while socket.socket.recv(secure, 65536):
                    pass  # closed with bytes unread, the connection would be reset, and the alert lost
                raise
            serve(secure)

    return run
