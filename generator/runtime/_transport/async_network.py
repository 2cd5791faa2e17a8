"""Like `network`, for the tasks of asyncio and trio."""

import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore2

from .async_addresses import close_anyway, open_stream
from .exchange import CURRENT, Watched
from .network import check_open
from .proxies import Proxy
from .reasons import describe
from .resolver import bare_host
from .socks import SocksError, advance, ask, check_piece


class AsyncConnection(Watched, httpcore2.AsyncNetworkStream):
    """A connection of a task."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as the base
        """Receive some bytes; wait for them if necessary."""
        exchange = CURRENT.get()
        try:
            seconds = exchange.left(timeout)
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        try:
            data = await self._inner.read(max_bytes, seconds)
        except (httpcore2.ReadError, OSError) as caught:
            raise httpcore2.ReadError(describe(caught)) from None
        exchange.note_received(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Send all bytes."""
        if not buffer:
            return
        exchange = CURRENT.get()
        self.check(exchange, buffer, readable=self.used and bool(self.get_extra_info("is_readable")))
        try:
            seconds = exchange.left(timeout)
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        try:
            await self._inner.write(buffer, seconds)
        except (httpcore2.WriteError, OSError) as caught:
            raise httpcore2.WriteError(describe(caught)) from None

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore2.AsyncNetworkStream:
        """Perform the TLS handshake within the rest of the time."""
        try:
            seconds = CURRENT.get().left(timeout)
        except TimeoutError:
            await self.aclose()
            raise httpcore2.ConnectTimeout from None
        name = server_hostname and bare_host(server_hostname)
        try:
            return AsyncConnection(await self._inner.start_tls(ssl_context, name, seconds))
        except httpcore2.ConnectTimeout:
            raise httpcore2.ConnectTimeout(f"{server_hostname}: no TLS handshake") from None
        except (httpcore2.ConnectError, OSError, ValueError) as caught:
            raise httpcore2.ConnectError(f"{server_hostname}: {describe(caught)}") from None
        except BaseException:
            await close_anyway(self)
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class has it
        """Return information for the HTTP library."""
        if self.spoiled and info == "is_readable":
            return True
        return self._inner.get_extra_info(info)


class AsyncBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections for tasks.

    Attributes:
        closed: Whether no more connections may be opened.
    """

    def __init__(self, socks: Proxy | None = None) -> None:
        """Create a backend whose connections go through a SOCKS proxy, if one is given."""
        # Without anyio, httpcore2 has a stub of this type; httpx2 depends on anyio.
        self._inner = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())
        self.closed = False
        self._socks = socks

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
        local_address: str | None = None,  # noqa: ARG002 - never given
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never given
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the host, in the time of one attempt."""
        check_open(self)
        try:
            seconds = CURRENT.get().connect(timeout).left()
        except TimeoutError:
            raise httpcore2.ConnectTimeout from None
        if self._socks:
            connection = await self._open_tunnel(self._socks, bare_host(host), port, seconds)
        else:
            connection = AsyncConnection(await open_stream(self._inner, bare_host(host), port, seconds))
        try:
            check_open(self)  # the pool cannot close a connection that it does not have yet
        except httpcore2.ConnectError:
            await connection.aclose()
            raise
        return connection

    async def _open_tunnel(
        self, proxy: Proxy, host: str, port: int, seconds: float | None
    ) -> AsyncConnection:
        connection = AsyncConnection(await open_stream(self._inner, proxy.host, proxy.port, seconds))
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
            await connection.aclose()
            raise httpcore2.ConnectError(f"the proxy {proxy.host}: {caught}") from None
        except BaseException:
            await close_anyway(connection)
            raise
        return connection
