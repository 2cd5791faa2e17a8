"""Connections for threads that respect a deadline, below the HTTP library.

`httpcore2` limits each single read and write, which a server can evade by sending a byte a second. Here every
step gets the rest of the exchange's time. Every byte passes through this module, so it also knows whether a
byte of a request may have left.
"""

import socket
import ssl
from collections.abc import Iterable

import httpcore2

from .addresses import open_socket
from .deadline import Deadline, is_over
from .exchange import current
from .interruptions import is_interruption
from .proxies import Proxy
from .resolver import bare_host
from .sockets import Owner, Stream, Want, check_open, wait
from .tunnels import SocksError, advance, ask, check_piece


class Connection(Stream, httpcore2.NetworkStream):
    """A connection of a thread."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive some bytes; wait for them if necessary."""
        exchange = current()
        # The deadline first: a server that sends without a pause never lets a read wait.
        while not is_over(seconds := exchange.rest(timeout)):
            got = self.receive(max_bytes)
            if not isinstance(got, Want):
                return got
            if not wait(self._socket, got, seconds):
                break
        raise httpcore2.ReadTimeout

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        if not buffer:
            return
        exchange = current()
        self.check(exchange, buffer, readable=self.used and not exchange.began and self.is_readable())
        left = memoryview(buffer)
        while left:
            seconds = exchange.rest(timeout)
            if is_over(seconds):
                raise httpcore2.WriteTimeout
            sent = self.send(left)
            if not isinstance(sent, Want):
                left = left[sent:]
            elif not wait(self._socket, sent, seconds):
                raise httpcore2.WriteTimeout

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Perform the TLS handshake within the rest of the time."""
        step = Deadline(current().rest(timeout))
        secured = Connection(*self.wrap(ssl_context, server_hostname))
        while want := secured.shake_hands(server_hostname):
            seconds = step.rest()
            if is_over(seconds) or not wait(secured._socket, want, seconds):
                raise httpcore2.ConnectTimeout(f"{server_hostname}: no TLS handshake")
        return secured


class Backend(Owner, httpcore2.NetworkBackend):
    """Opens connections for threads, and owns them."""

    def __init__(self, proxy: Proxy | None = None) -> None:
        """Create a backend whose connections go through a proxy, if one is given."""
        super().__init__()
        self._about = "the proxy " if proxy else ""
        self._socks = proxy if proxy and proxy.is_socks else None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - never given
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never given
    ) -> httpcore2.NetworkStream:
        """Connect to the host, in the time of one attempt."""
        check_open(closed=self.closed)
        try:
            deadline = current().connect(timeout)
            if self._socks:
                connection = self._open_tunnel(self._socks, bare_host(host), port, deadline)
            else:
                connection = Connection(open_socket(bare_host(host), port, deadline, self), self)
        except OSError as caught:
            if is_interruption(caught, socket.socket):
                raise
            check_open(closed=self.closed)
            if isinstance(caught, TimeoutError):
                raise httpcore2.ConnectTimeout(f"{self._about}{caught}") from None
            raise httpcore2.ConnectError(f"{self._about}{caught}") from None
        try:
            check_open(closed=self.closed)  # it may have been closed while this connected
        except httpcore2.ConnectError:
            connection.close()
            raise
        return connection

    def _open_tunnel(self, proxy: Proxy, host: str, port: int, deadline: Deadline) -> Connection:
        connection = Connection(open_socket(proxy.host, proxy.port, deadline, self), self)
        try:
            steps = ask(host, port, proxy.auth)
            step = next(steps, None)
            while step:
                connection.write(step.send)
                received = b""
                while len(received) < step.receive:
                    received += check_piece(connection.read(step.receive - len(received)))
                step = advance(steps, received)
        except SocksError as caught:
            raise httpcore2.ConnectError(f"the proxy {proxy.host}: {caught}") from None
        return connection
