"""Connections for threads that keep to a deadline, below the HTTP library.

`httpcore2` bounds each single read and write. A server that sends a byte a second is never late for one of
those, so every step here gets what is left of the exchange's time. As the place through which every byte
goes, this also knows for certain whether a request may have left.
"""

import select
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore2

from .addresses import open_socket
from .deadline import Deadline
from .exchange import CURRENT, Watched

CLOSED_BY_US = "the client was closed"


class Connection(Watched, httpcore2.NetworkStream):
    """A connection of a thread."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive what is there, or wait for it."""
        exchange = CURRENT.get()
        try:
            self._socket.settimeout(exchange.deadline.left(timeout))
            data = self._socket.recv(max_bytes)
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        except OSError as caught:
            raise httpcore2.ReadError(type(caught).__name__) from None
        exchange.note_received(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it, as fast as the server takes it."""
        if not buffer:
            return
        exchange = CURRENT.get()
        self.check(exchange, buffer, readable=self.used and self._is_readable())
        rest = memoryview(buffer)
        try:
            while rest:
                self._socket.settimeout(exchange.deadline.left(timeout))
                rest = rest[self._socket.send(rest) :]
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        except OSError as caught:
            raise httpcore2.WriteError(type(caught).__name__) from None

    def close(self) -> None:
        """Close it, also under the hands of another thread."""
        # Only this wakes a thread that waits in a read. And not the method of `SSLSocket`: that one first
        # forgets the encryption, so that a byte of another thread could leave in the clear.
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Shake hands; OpenSSL is told the time for the whole of it."""
        try:
            self._socket.settimeout(CURRENT.get().deadline.left(timeout))
            return Connection(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname))
        except TimeoutError:
            self.close()
            raise httpcore2.ConnectTimeout from None
        except OSError as caught:
            self.close()
            raise httpcore2.ConnectError(str(caught)) from None

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class has it
        """What the HTTP library wants to know."""
        match info:
            case "is_readable":
                return self._is_readable()
            case "socket":
                return self._socket
            case "ssl_object":
                return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
            case _:
                return None

    def _is_readable(self) -> bool:
        """Whether there is something to read, be it the end; an idle connection has nothing."""
        if self.spoiled or self._socket.fileno() < 0:
            return True
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([self._socket], [], [], 0)[0])
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


class Backend(httpcore2.NetworkBackend):
    """Opens connections for threads.

    Attributes:
        closed: Whether none are opened any more.
    """

    def __init__(self) -> None:
        self.closed = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - never given
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never given
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers, all of it in the time of one attempt."""
        if self.closed:
            raise httpcore2.ConnectError(CLOSED_BY_US)
        try:
            step = Deadline(CURRENT.get().deadline.left(timeout))
            return Connection(open_socket(host, port, step))
        except TimeoutError:
            raise httpcore2.ConnectTimeout from None
        except OSError as caught:
            raise httpcore2.ConnectError(str(caught)) from None
