"""Like `network`, for the tasks of asyncio and trio.

A task waits for a plain socket. It belongs to no event loop, so it can be closed after the loop has ended.
"""

import socket
import ssl
from collections.abc import Iterable

import httpcore2

from .async_addresses import open_socket
from .deadline import Deadline, is_over
from .exchange import current
from .interruptions import is_interruption
from .proxies import Proxy
from .resolver import bare_host
from .sockets import Owner, Stream, Want, check_open, wait_in_task
from .tunnels import SocksError, advance, ask, check_piece


class AsyncConnection(Stream, httpcore2.AsyncNetworkStream):
    """A connection of a task."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as the base
        """Receive some bytes; wait for them if necessary."""
        exchange = current()
        while not is_over(seconds := exchange.rest(timeout)):
            got = self.receive(max_bytes)
            if not isinstance(got, Want):
                return got
            if not await self._wait(got, seconds):
                break
        raise httpcore2.ReadTimeout

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
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
            elif not await self._wait(sent, seconds):
                raise httpcore2.WriteTimeout

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore2.AsyncNetworkStream:
        """Perform the TLS handshake within the rest of the time."""
        step = Deadline(current().rest(timeout))
        secured = AsyncConnection(*self.wrap(ssl_context, server_hostname))
        while want := secured.shake_hands(server_hostname):
            seconds = step.rest()
            if is_over(seconds) or not await secured._wait(want, seconds):
                raise httpcore2.ConnectTimeout(f"{server_hostname}: no TLS handshake")
        return secured

    async def aclose(self) -> None:
        """Close the connection."""
        self.close()

    async def _wait(self, want: Want, seconds: float | None) -> bool:
        exchange = current()
        self._waiting = True
        try:
            return await wait_in_task(self._socket, want, seconds)
        except BaseException as caught:
            exchange.interruption = caught
            raise
        finally:
            self._waiting = False
            if self._closed:
                self.close()


class AsyncBackend(Owner, httpcore2.AsyncNetworkBackend):
    """Opens connections for tasks, and owns them."""

    def __init__(self, proxy: Proxy | None = None) -> None:
        """Create a backend whose connections go through a proxy, if one is given."""
        super().__init__()
        self._about = "the proxy " if proxy else ""
        self._socks = proxy if proxy and proxy.is_socks else None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
        local_address: str | None = None,  # noqa: ARG002 - never given
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never given
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the host, in the time of one attempt."""
        check_open(closed=self.closed)
        exchange = current()
        try:
            seconds = exchange.connect(timeout).left()
            connection = await self._connect(bare_host(host), port, seconds)
        except OSError as caught:
            if is_interruption(caught, socket.socket):
                raise
            check_open(closed=self.closed)
            if isinstance(caught, TimeoutError):
                raise httpcore2.ConnectTimeout(f"{self._about}{caught}") from None
            raise httpcore2.ConnectError(f"{self._about}{caught}") from None
        except (httpcore2.NetworkError, httpcore2.TimeoutException):
            raise
        except BaseException as caught:
            exchange.interruption = caught
            raise
        try:
            check_open(closed=self.closed)  # it may have been closed while this connected
        except httpcore2.ConnectError:
            connection.close()
            raise
        return connection

    async def _connect(self, host: str, port: int, seconds: float | None) -> AsyncConnection:
        if self._socks is None:
            return AsyncConnection(await open_socket(host, port, seconds, self), self)
        return await self._open_tunnel(self._socks, host, port, seconds)

    async def _open_tunnel(
        self, proxy: Proxy, host: str, port: int, seconds: float | None
    ) -> AsyncConnection:
        connection = AsyncConnection(await open_socket(proxy.host, proxy.port, seconds, self), self)
        try:
            steps = ask(host, port, proxy.auth)
            step = next(steps, None)
            while step:
                await connection.write(step.send)
                received = b""
                while len(received) < step.receive:
                    received += check_piece(await connection.read(step.receive - len(received)))
                step = advance(steps, received)
        except SocksError as caught:
            raise httpcore2.ConnectError(f"the proxy {proxy.host}: {caught}") from None
        return connection
