"""The default transports: the connection pools of httpx2.

The pool (`httpcore2`, a dependency of httpx2) does not follow redirects, keeps no cookies, reads no `.netrc`,
and accepts connections that respect a deadline. httpx2's `Client` is not used because it logs URLs, and the
query string of a request may hold personal data.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import httpcore2
import httpx2

from .._errors import (
    ArgumentError,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    ProtocolError,
)
from .async_network import AsyncBackend
from .base import Request, Response
from .certificates import load_certificates
from .exchange import CURRENT, Exchange
from .log_filters import install_log_filters
from .network import Backend
from .proxies import Proxy
from .route import Route

MAX_RESPONSE_BYTES = 256 * 1024 * 1024
"""A longer response is not read to its end."""

MAX_CONNECTIONS = 100
KEEP_IDLE = 4.0
"""Seconds. Servers keep an idle connection for 5 seconds or longer. The client must close it first, because
a request on a connection that the server is closing may be lost."""

_DESCRIBED = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.ReadError, httpcore2.WriteError)
"""Raised by our connections only, with a text of the operating system, of OpenSSL or ours."""

install_log_filters()


def _pool_settings(route: Route, proxy: Proxy | None) -> dict[str, Any]:
    uses_tls_to_proxy = proxy is not None and proxy.scheme == "https"
    # The platform's certificates are slow to load: not where no TLS is spoken.
    tls = route.tls or (load_certificates() if route.uses_tls or uses_tls_to_proxy else None)
    over_http: httpcore2.Proxy | None = None
    if proxy and not proxy.is_socks:  # SOCKS is spoken by our connections
        over_http = httpcore2.Proxy(
            proxy.url, auth=proxy.auth, ssl_context=tls if uses_tls_to_proxy else None
        )
    return {
        "ssl_context": tls,
        "proxy": over_http,
        "max_connections": MAX_CONNECTIONS,
        "max_keepalive_connections": MAX_CONNECTIONS,
        "keepalive_expiry": KEEP_IDLE,
        "retries": 0,
    }


class Httpx2Transport:
    """A pool of connections for threads."""

    def __init__(self, route: Route) -> None:
        proxy = route.proxy()
        self._backend = Backend(proxy if proxy and proxy.is_socks else None)
        settings = _pool_settings(route, proxy)
        self._pool = httpcore2.ConnectionPool(network_backend=self._backend, **settings)

    def send(self, request: Request) -> Response:
        """Send the request once and return the complete response."""
        exchange = Exchange(request.timeout)
        token = CURRENT.set(exchange)
        try:
            return self._exchange(_translate_request(request, exchange), exchange)
        except Exception as caught:  # noqa: BLE001 - any exception of httpx2 becomes an error of the client
            error = _translate_error(caught, began=exchange.began)
        finally:
            CURRENT.reset(token)
        # Raised outside of the handler: with the exception of httpx2 as its context, the error would carry
        # frames of httpx2, with the credentials and the text in their locals.
        raise error

    def _exchange(self, request: httpcore2.Request, exchange: Exchange) -> Response:
        response = self._pool.handle_request(request)
        try:
            body = _Body(response, exchange)
            for piece in response.iter_stream():
                body.add(piece)
            return body.join()
        finally:
            response.close()

    def close(self) -> None:
        """Close all connections."""
        self._backend.closed = True
        self._pool.close()


class AsyncHttpx2Transport:
    """A pool of connections for the tasks of asyncio or trio."""

    def __init__(self, route: Route) -> None:
        proxy = route.proxy()
        self._backend = AsyncBackend(proxy if proxy and proxy.is_socks else None)
        settings = _pool_settings(route, proxy)
        self._pool = httpcore2.AsyncConnectionPool(network_backend=self._backend, **settings)

    async def send(self, request: Request) -> Response:
        """Send the request once and return the complete response."""
        exchange = Exchange(request.timeout)
        token = CURRENT.set(exchange)
        try:
            return await self._exchange(_translate_request(request, exchange), exchange)
        except Exception as caught:  # noqa: BLE001 - as above
            error = _translate_error(caught, began=exchange.began)
        finally:
            CURRENT.reset(token)
        raise error  # outside of the handler, as above

    async def _exchange(self, request: httpcore2.Request, exchange: Exchange) -> Response:
        response = await self._pool.handle_async_request(request)
        try:
            body = _Body(response, exchange)
            async for piece in response.aiter_stream():
                body.add(piece)
            return body.join()
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        self._backend.closed = True
        await self._pool.aclose()


class _Body(httpx2.SyncByteStream):
    """Collects the body of a response."""

    def __init__(self, response: httpcore2.Response, exchange: Exchange) -> None:
        if not exchange.received:
            raise ProtocolError("the response was sent before the request")
        self._response = response
        self._exchange = exchange
        self._headers = _translate_headers(response.headers)
        self._pieces: list[bytes] = []
        self._length = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._length = _count(self._length, piece)

    def join(self) -> Response:
        """Return the complete response, decompressed."""
        self._exchange.end(self._headers)
        return Response(self._response.status, self._headers, b"".join(self._decoded()))

    def _decoded(self) -> list[bytes]:
        encoding = self._headers.get("content-encoding")
        if encoding is None:
            return self._pieces
        made: list[bytes] = []
        length = 0
        for piece in httpx2.Response(200, headers={"content-encoding": encoding}, stream=self).iter_bytes():
            length = _count(length, piece)
            made.append(piece)
        return made


def _count(length: int, piece: bytes) -> int:
    length += len(piece)
    if length > MAX_RESPONSE_BYTES:
        raise ProtocolError(f"the response is longer than {MAX_RESPONSE_BYTES:,} bytes")
    return length


def _translate_request(request: Request, exchange: Exchange) -> httpcore2.Request:
    url = httpcore2.URL(request.url)
    if b":" in url.host:  # proxies need the brackets of IPv6 addresses
        url.host = b"[%b]" % url.host
    headers = [("Host", request.url.split("/", 3)[2]), *request.headers]
    if request.body is not None:
        headers.append(("Content-Length", str(len(request.body))))
    timeout = request.timeout
    steps = {
        "connect": timeout.connect,
        "read": timeout.read,
        "write": timeout.write,
        "pool": exchange.deadline.left(timeout.pool),
    }
    return httpcore2.Request(
        request.method, url, headers=headers, content=request.body, extensions={"timeout": steps}
    )


def _translate_headers(headers: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    made: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        made[name] = f"{made[name]}, {value}" if name in made else value
    return made


def _translate_error(caught: Exception, *, began: bool) -> CallrError:
    """Return the error for an exception of httpx2: `not_sent` when no byte of the request can have left."""
    if isinstance(caught, CallrError):
        return caught
    if not began:
        return _translate_early(caught)
    name = type(caught).__name__
    match caught:
        case httpcore2.TimeoutException() | TimeoutError():
            return CallrTimeoutError(f"no response in time ({name})")
        case httpcore2.RemoteProtocolError() | httpx2.DecodingError():
            error = ProtocolError(f"the response is cut off or not HTTP ({name})")
            error.looks_cut = True
            return error
        case _:
            why = str(caught) if isinstance(caught, _DESCRIBED) else name
            return CallrConnectionError(f"the connection broke before the response was complete ({why})")


def _translate_early(caught: Exception) -> CallrError:
    name = type(caught).__name__
    why = (str(caught) if isinstance(caught, _DESCRIBED) else "") or name
    match caught:
        case httpcore2.TimeoutException() | TimeoutError():
            return CallrTimeoutError(f"no connection in time ({why}); nothing was sent", outcome="not_sent")
        case httpcore2.UnsupportedProtocol():
            return ConfigurationError("base_url: expected http:// or https://")
        case httpcore2.LocalProtocolError() | UnicodeError():
            return ArgumentError("request", f"it cannot be sent ({name})")
        case httpcore2.ProxyError():
            # The proxy's own text follows the status.
            why = f"the proxy responded with {str(caught)[:3]}"
        case _:
            pass
    return CallrConnectionError(f"no connection ({why}); nothing was sent", outcome="not_sent")
