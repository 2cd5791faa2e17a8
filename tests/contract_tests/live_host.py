"""Plays the live host, which keeps every byte that reaches it, and a guard that tests survive."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn

from callr_sms_contract.guard.allowed_requests import Reads
from callr_sms_contract.guard.guard import Guard, install

BASE = "/rest/v1.1"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class LiveHost:
    """It answers whatever it is asked. What reached it, in the pieces in which it came."""

    port: int
    received: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{BASE}"


@contextmanager
def live_host(context: ssl.SSLContext | None = None) -> Iterator[LiveHost]:
    """Listen on a free port, with TLS when there is a `context`; any number of connections at once."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        host = LiveHost(listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, host, context), daemon=True)
        thread.start()
        yield host
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _accept(listener: socket.socket, host: LiveHost, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        host.connections += 1
        threading.Thread(target=_serve, args=(connection, host, context), daemon=True).start()


def _serve(connection: socket.socket, host: LiveHost, context: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        connection.settimeout(60)
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            while data := connection.recv(65536):
                host.received.append(data)
                connection.sendall(_ANSWER)


class EndOfProcessError(BaseException):
    """Stands for the end of the process, which the tests have to survive."""


class SurvivableGuard(Guard):
    """Does all that a guard does, and then counts and raises where a guard ends the process."""

    ended = 0

    def end(self, objection: str) -> NoReturn:
        self.ended += 1
        raise EndOfProcessError(objection)


@contextmanager
def guarding(live: LiveHost) -> Iterator[SurvivableGuard]:
    """A guard to whom everything but the answers of `live` is the world outside."""

    def is_local(peer: object) -> bool:
        # The server's side of a connection has the client's port as its peer, the client's side the server's.
        return isinstance(peer, tuple) and peer[1] != live.port

    guard = SurvivableGuard(Reads(f"127.0.0.1:{live.port}", BASE), is_local=is_local)
    remove = install(guard)
    try:
        yield guard
    finally:
        remove()
