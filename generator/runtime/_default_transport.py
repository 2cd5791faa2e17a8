"""The default transports as objects of a user, who can wrap them, for example to trace requests."""

from typing import TYPE_CHECKING, NoReturn

from ._calls import AsyncPool, Pool
from ._errors import ConfigurationError
from ._response import Response
from ._support import LazyModule
from ._transport import Request, Route

if TYPE_CHECKING:
    import ssl
    from urllib import parse
else:
    ssl, parse = LazyModule("ssl"), LazyModule("urllib.parse")

_CLOSED = "the transport is closed"
_NOT_PICKLED = (
    "a transport cannot be pickled or copied: it holds connections, and may hold the credentials of a proxy. "
    "Create one in each process."
)


class DefaultTransport:
    """The transport that a client uses by default, with pooled connections, to wrap it in one of your own.

    A client with it sends as one without: the same deadlines and proxies, and nothing is sent twice. It is
    closed with the client.

    Example:
        ```python
        import time


        class Timing:
            def __init__(self, inner: Transport) -> None:
                self.inner = inner

            def send(self, request: Request) -> Response:
                began = time.monotonic()
                try:
                    return self.inner.send(request)
                finally:
                    print(request.method, f"{time.monotonic() - began:.0f} s")  # POST 0 s

            def close(self) -> None:
                self.inner.close()

        with Callr.from_env(transport=Timing(DefaultTransport())) as callr:
            callr.sms.send(to="+33612345678", body="Hello")
        ```
    """

    def __init__(self, *, proxy: str | None = None, tls: "ssl.SSLContext | None" = None) -> None:
        """Create a transport. Nothing is opened before the first request.

        Args:
            proxy: As for the client.
            tls: As for the client.

        Raises:
            ConfigurationError: An argument is invalid. The message names the argument, not its value.
        """
        self._route = Route.of("", tls, proxy, alone=True)
        del proxy
        self._route.check()
        self._pools: dict[str, Pool] = {}
        self._closed = False

    def send(self, request: Request) -> Response:
        """Send the request once and return the complete response.

        Raises:
            CallrError: There is no complete response. `outcome` is `not_sent` only when no byte of the
                request left.
        """
        if self._closed:
            raise ConfigurationError(_CLOSED)
        origin = _origin_of(request)
        # The first of two threads makes the pool; no pool opens anything before it is used.
        pool = self._pools.get(origin) or self._pools.setdefault(
            origin, Pool(self._route._replace(base_url=origin), None)
        )
        return pool.transport().send(request)

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)

    def close(self) -> None:
        """Close all connections. The transport cannot be used afterwards."""
        self._closed = True
        for pool in list(self._pools.values()):
            pool.close()


class AsyncDefaultTransport:
    """Like `DefaultTransport`, for the asynchronous client.

    Example:
        ```python
        class Counting:
            def __init__(self, inner: AsyncTransport) -> None:
                self.inner, self.count = inner, 0

            async def send(self, request: Request) -> Response:
                self.count += 1
                return await self.inner.send(request)

            async def aclose(self) -> None:
                await self.inner.aclose()

        counting = Counting(AsyncDefaultTransport())
        async with AsyncCallr.from_env(transport=counting) as callr:
            await callr.sms.send(to="+33612345678", body="Hello")
        print(counting.count)  # 1
        ```
    """

    def __init__(self, *, proxy: str | None = None, tls: "ssl.SSLContext | None" = None) -> None:
        """Create a transport. Nothing is opened before the first request.

        Args:
            proxy: As for the client.
            tls: As for the client.

        Raises:
            ConfigurationError: An argument is invalid. The message names the argument, not its value.
        """
        self._route = Route.of("", tls, proxy, alone=True)
        del proxy
        self._route.check()
        self._pools: dict[str, AsyncPool] = {}
        self._closed = False

    async def send(self, request: Request) -> Response:
        """Send the request once and return the complete response.

        Raises:
            CallrError: As for `DefaultTransport`.
        """
        if self._closed:
            raise ConfigurationError(_CLOSED)
        origin = _origin_of(request)
        pool = self._pools.get(origin) or self._pools.setdefault(
            origin, AsyncPool(self._route._replace(base_url=origin), None)
        )
        return await pool.transport().send(request)

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)

    async def aclose(self) -> None:
        """Close all connections. The transport cannot be used afterwards."""
        self._closed = True
        for pool in list(self._pools.values()):
            await pool.aclose()


def _origin_of(request: Request) -> str:
    """Return the part of the URL that decides on TLS and on the proxy."""
    parts = parse.urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}"
