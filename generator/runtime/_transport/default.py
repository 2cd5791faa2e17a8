"""The transports that are used unless another is given: httpx2, by the connection pool that it is made of.

The pool (`httpcore2`, which httpx2 brings) neither follows redirects nor keeps cookies, reads no `.netrc`,
and can be given connections that keep to a deadline. httpx2's own `Client` logs URLs, and the query string
of a request may hold personal data.
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
from .exchange import CURRENT, Exchange
from .log_filters import install_log_filters
from .network import Backend
from .route import Route

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""A longer answer is not read to its end."""

MAX_CONNECTIONS = 100
KEEP_IDLE = 4.0
"""Seconds. Servers keep an idle connection for 5 seconds or longer: whoever gives up first must be the
client, for a request that meets a closing connection may be lost."""

install_log_filters()


def _pool_settings(route: Route) -> dict[str, Any]:
    proxy = route.proxy()
    # The platform's certificates are slow to load: not where no TLS is spoken.
    tls = route.tls or (httpx2.create_ssl_context() if route.uses_tls else None)
    return {
        "ssl_context": tls,
        "proxy": proxy and httpcore2.Proxy(proxy.url, auth=proxy.auth),
        "max_connections": MAX_CONNECTIONS,
        "max_keepalive_connections": MAX_CONNECTIONS,
        "keepalive_expiry": KEEP_IDLE,
        "retries": 0,
    }


class Httpx2Transport:
    """A pool of connections for threads."""

    def __init__(self, route: Route) -> None:
        self._backend = Backend()
        self._pool = httpcore2.ConnectionPool(network_backend=self._backend, **_pool_settings(route))

    def send(self, request: Request) -> Response:
        """Send the request once and receive the whole answer."""
        exchange = Exchange(request.timeout)
        token = CURRENT.set(exchange)
        try:
            return self._exchange(_translate_request(request, exchange), exchange)
        except Exception as caught:  # noqa: BLE001 - whatever a server does to httpx2, our errors come out
            error = _translate_error(caught, began=exchange.began)
        finally:
            CURRENT.reset(token)
        # Raised here, not above: an error that httpx2's is the context of would carry the frames of httpx2,
        # with the credentials and the text in their locals.
        raise error

    def _exchange(self, request: httpcore2.Request, exchange: Exchange) -> Response:
        answer = self._pool.handle_request(request)
        try:
            pieces = _Pieces(answer, exchange)
            for piece in answer.iter_stream():
                pieces.add(piece)
            return pieces.join()
        finally:
            answer.close()

    def close(self) -> None:
        """Close all connections."""
        self._backend.closed = True
        self._pool.close()


class AsyncHttpx2Transport:
    """A pool of connections for the tasks of asyncio or trio."""

    def __init__(self, route: Route) -> None:
        self._backend = AsyncBackend()
        self._pool = httpcore2.AsyncConnectionPool(network_backend=self._backend, **_pool_settings(route))

    async def send(self, request: Request) -> Response:
        """Send the request once and receive the whole answer."""
        exchange = Exchange(request.timeout)
        token = CURRENT.set(exchange)
        try:
            return await self._exchange(_translate_request(request, exchange), exchange)
        except Exception as caught:  # noqa: BLE001 - as above
            error = _translate_error(caught, began=exchange.began)
        finally:
            CURRENT.reset(token)
        raise error  # here for the reason above

    async def _exchange(self, request: httpcore2.Request, exchange: Exchange) -> Response:
        answer = await self._pool.handle_async_request(request)
        try:
            pieces = _Pieces(answer, exchange)
            async for piece in answer.aiter_stream():
                pieces.add(piece)
            return pieces.join()
        finally:
            await answer.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        self._backend.closed = True
        await self._pool.aclose()


class _Pieces(httpx2.SyncByteStream):
    """The body of an answer, as it comes in."""

    def __init__(self, answer: httpcore2.Response, exchange: Exchange) -> None:
        if not exchange.received:
            raise ProtocolError("the answer was there before the request")
        self._answer = answer
        self._exchange = exchange
        self._headers = _translate_headers(answer.headers)
        self._pieces: list[bytes] = []
        self._length = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._length = _count(self._length, piece)

    def join(self) -> Response:
        """The whole answer, decompressed."""
        self._exchange.end(self._headers)
        return Response(self._answer.status, self._headers, b"".join(self._decoded()))

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
    if length > MAX_ANSWER_BYTES:
        raise ProtocolError(f"the answer is longer than {MAX_ANSWER_BYTES:,} bytes")
    return length


def _translate_request(request: Request, exchange: Exchange) -> httpcore2.Request:
    url = httpcore2.URL(request.url)
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
    """Our error for one of httpx2's; `not_sent` when no byte of the request can have left."""
    if isinstance(caught, CallrError):
        return caught
    if not began:
        return _translate_early(caught)
    name = type(caught).__name__
    match caught:
        case httpcore2.TimeoutException() | TimeoutError():
            return CallrTimeoutError(f"no answer in time ({name})")
        case httpcore2.RemoteProtocolError() | httpx2.DecodingError():
            error = ProtocolError(f"the answer is cut or not HTTP ({name})")
            error.looks_cut = True
            return error
        case _:
            return CallrConnectionError(f"the connection broke before the answer was complete ({name})")


def _translate_early(caught: Exception) -> CallrError:
    name = type(caught).__name__
    match caught:
        case httpcore2.TimeoutException() | TimeoutError():
            return CallrTimeoutError(f"no connection in time ({name}); nothing was sent", outcome="not_sent")
        case httpcore2.UnsupportedProtocol():
            return ConfigurationError("base_url: expected http:// or https://")
        case httpcore2.LocalProtocolError() | UnicodeError():
            return ArgumentError("request", f"it cannot be sent ({name})")
        case httpcore2.ProxyError():
            # Behind the status stand the proxy's own words.
            why = f"the proxy answered {str(caught)[:3]}"
        case httpcore2.ConnectError():
            # The text is the operating system's or OpenSSL's: it tells why, and knows nothing of the request.
            why = str(caught)
        case _:
            why = name
    return CallrConnectionError(f"no connection ({why}); nothing was sent", outcome="not_sent")
