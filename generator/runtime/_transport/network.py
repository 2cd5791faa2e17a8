"""Connections for threads that respect a deadline, below the HTTP library.

`httpcore2` limits each single read and write, which a server can evade by sending a byte a second. Here every
step gets the rest of the exchange's time. Every byte passes through this module, so it also knows whether a
byte of a request may have left.
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
        """Receive some bytes; wait for them if necessary."""
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
        """Send all bytes."""
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
        """Close the connection, even while another thread uses it."""
        # Only this wakes a thread that waits in a read. Not the method of `SSLSocket`, which first drops the
        # encryption, so that a byte of another thread could be sent in clear text.
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Perform the TLS handshake within the rest of the time."""
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
        """Return information for the HTTP library."""
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
        """Return whether there is data or the end to read; an idle connection has neither."""
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
        closed: Whether no more connections may be opened.
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
        """Connect to the host, in the time of one attempt."""
        if self.closed:
            raise httpcore2.ConnectError(CLOSED_BY_US)
        try:
            step = Deadline(CURRENT.get().deadline.left(timeout))
            return Connection(open_socket(host, port, step))
        except TimeoutError:
            raise httpcore2.ConnectTimeout from None
        except OSError as caught:
            raise httpcore2.ConnectError(str(caught)) from None
