"""Like `network`, for the tasks of asyncio and trio."""

import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore2

from .exchange import CURRENT, Watched
from .network import CLOSED_BY_US


class AsyncConnection(Watched, httpcore2.AsyncNetworkStream):
    """A connection of a task."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as the base
        """Receive some bytes; wait for them if necessary."""
        exchange = CURRENT.get()
        try:
            seconds = exchange.deadline.left(timeout)
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        data = await self._inner.read(max_bytes, seconds)
        exchange.note_received(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Send all bytes."""
        if not buffer:
            return
        exchange = CURRENT.get()
        self.check(exchange, buffer, readable=self.used and bool(self.get_extra_info("is_readable")))
        try:
            seconds = exchange.deadline.left(timeout)
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        await self._inner.write(buffer, seconds)

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
            seconds = CURRENT.get().deadline.left(timeout)
        except TimeoutError:
            await self.aclose()
            raise httpcore2.ConnectTimeout from None
        return AsyncConnection(await self._inner.start_tls(ssl_context, server_hostname, seconds))

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

    def __init__(self) -> None:
        # Without anyio, httpcore2 has a stub of this type; httpx2 depends on anyio.
        self._inner = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())
        self.closed = False

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the host, in the time of one attempt.

        anyio tries its addresses in parallel, staggered (RFC 8305).
        """
        if self.closed:
            raise httpcore2.ConnectError(CLOSED_BY_US)
        try:
            seconds = CURRENT.get().deadline.left(timeout)
        except TimeoutError:
            raise httpcore2.ConnectTimeout from None
        return AsyncConnection(
            await self._inner.connect_tcp(host, port, seconds, local_address, socket_options)
        )
