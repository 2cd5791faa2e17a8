"""Connections for threads that keep to a deadline, below the HTTP library.

`httpcore2` bounds each single read and write. A server that sends a byte a second is never late for one of
those, so every step here gets what is left of the exchange's time. As the place through which every byte
goes, this also knows for certain whether a request may have left.
"""

import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore2

from ._deadline import Deadline
from ._exchange import CURRENT, Watched
from ._resolve import resolve

CLOSED_BY_US = "the client was closed"


class Connection(Watched, httpcore2.NetworkStream):
    """A connection of a thread."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive what is there, or wait for it."""
        exchange = CURRENT.get()
        try:
            seconds = exchange.deadline.left(timeout)
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        data = self._inner.read(max_bytes, seconds)
        exchange.note_received(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it, as fast as the server takes it."""
        if not buffer:
            return
        exchange = CURRENT.get()
        self.begin(exchange, buffer, readable=self.used and bool(self.get_extra_info("is_readable")))
        connection: socket.socket = self._inner.get_extra_info("socket")
        # Not by the inner `write`: each time that it gets rid of a byte, its time begins anew.
        rest = memoryview(buffer)
        try:
            while rest:
                connection.settimeout(exchange.deadline.left(timeout))
                rest = rest[connection.send(rest) :]
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        except OSError as caught:
            raise httpcore2.WriteError(type(caught).__name__) from None

    def close(self) -> None:
        """Close it, also under the hands of another thread."""
        connection: socket.socket = self._inner.get_extra_info("socket")
        # Only this wakes a thread that waits in a read. And not the method of `SSLSocket`: that one first
        # forgets the encryption, so that a byte of another thread could leave in the clear.
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Shake hands; OpenSSL is told the time for the whole of it."""
        try:
            seconds = CURRENT.get().deadline.left(timeout)
        except TimeoutError:
            self.close()
            raise httpcore2.ConnectTimeout from None
        return Connection(self._inner.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class has it
        """What the HTTP library wants to know."""
        if self.spoiled and info == "is_readable":
            return True
        return self._inner.get_extra_info(info)


class Backend(httpcore2.NetworkBackend):
    """Opens connections for threads.

    Attributes:
        closed: Whether none are opened any more.
    """

    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()
        self.closed = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers, all of it in the time of one attempt."""
        if self.closed:
            raise httpcore2.ConnectError(CLOSED_BY_US)
        try:
            step = Deadline(CURRENT.get().deadline.left(timeout))
            *others, last = resolve(host, port, step.left())
            for address in others:
                with suppress(httpcore2.ConnectError):
                    return Connection(
                        self._inner.connect_tcp(address, port, step.left(), local_address, socket_options)
                    )
            return Connection(self._inner.connect_tcp(last, port, step.left(), local_address, socket_options))
        except TimeoutError:
            raise httpcore2.ConnectTimeout from None
        except OSError as caught:
            raise httpcore2.ConnectError(str(caught)) from None
