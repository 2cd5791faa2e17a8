"""The default transports: the connections of httpx2.

Its connections (`httpcore2`, a dependency of httpx2) follow no redirects, keep no cookies, read no `.netrc`,
and accept sockets that respect a deadline. httpx2's `Client` is not used because it logs URLs, and the
query string of a request may hold personal data.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

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
from .._response import Response
from .._support import guard
from .base import Request
from .certificates import load_certificates
from .exchange import CURRENT, Exchange
from .interruptions import hide_library_frames, is_interruption
from .log_filters import install_log_filters
from .loops import current_loop, has_ended
from .pools import AsyncPool, Pool
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

"".encode("idna")  # imports the codec, which look-ups and TLS need, here: see `guard`


def _pool_settings(route: Route, proxy: Proxy | None) -> dict[str, Any]:
    uses_tls_to_proxy = proxy is not None and proxy.scheme == "https"
    # The platform's certificates are slow to load: not where no TLS is spoken.
    tls = route.tls or (load_certificates() if route.uses_tls or uses_tls_to_proxy else None)
    over_http: httpcore2.Proxy | None = None
    if proxy and not proxy.is_socks:  # SOCKS is spoken by our connections
        over_http = httpcore2.Proxy(
            proxy.url, auth=proxy.auth, ssl_context=tls if uses_tls_to_proxy else None
        )
    return {"ssl_context": tls, "proxy": over_http, "keepalive_expiry": KEEP_IDLE, "retries": 0}


class Httpx2Transport:
    """Connections for threads. Each process has its own."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._closed = False
        self._pool = self._new_pool()

    def send(self, request: Request) -> Response:
        """Send the request once and return the complete response."""
        exchange, outer = Exchange(request.timeout), CURRENT.get()
        CURRENT.set(exchange)
        try:
            return self._exchange(request, exchange)
        except BaseException as caught:
            if is_interruption(caught):
                hide_library_frames(caught)
                raise
            error = _translate_error(caught, began=exchange.began)
        finally:
            CURRENT.set(outer)
        # Raised outside of the handler: with the exception of httpx2 as its context, the error would carry
        # frames of httpx2, with the credentials and the text in their locals.
        raise error

    def _exchange(self, request: Request, exchange: Exchange) -> Response:
        translated = _translate_request(request)
        pool = self._own_pool()
        permit = pool.admit(exchange.deadline.left(request.timeout.pool))
        try:
            connection = pool.take(translated.url.origin)
            try:
                response = connection.handle_request(translated)
                body = _Body(response, exchange)
                for piece in response.iter_stream():
                    body.add(piece)
                response.close()
                made = body.join()
            except BaseException:
                connection.close()
                exchange.abandon()
                raise
            pool.give_back(connection)
            return made
        finally:
            pool.release(permit)

    def _new_pool(self) -> Pool:
        proxy = self._route.proxy()
        return Pool(MAX_CONNECTIONS, proxy, _pool_settings(self._route, proxy))

    def _own_pool(self) -> Pool:
        if self._pool.pid != os.getpid():
            with guard():
                if self._pool.pid != os.getpid():
                    self._pool = self._new_pool()
                    if self._closed:
                        self._pool.close()
        return self._pool

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        self._pool.close()


class AsyncHttpx2Transport:
    """Connections for the tasks of asyncio or trio. Each event loop of each process has its own."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._closed = False
        self._pid = os.getpid()
        self._proxy = route.proxy()
        self._settings = _pool_settings(route, self._proxy)
        self._pools: WeakKeyDictionary[object, AsyncPool] = WeakKeyDictionary()

    async def send(self, request: Request) -> Response:
        """Send the request once and return the complete response."""
        exchange, outer = Exchange(request.timeout), CURRENT.get()
        CURRENT.set(exchange)
        try:
            return await self._exchange(request, exchange)
        except BaseException as caught:
            error: BaseException
            if exchange.interruption is not None and exchange.interruption is not caught:
                # The HTTP library cleans up in the event loop. If that has ended, it raises another exception
                # than the one that ended the request.
                error = exchange.interruption
            elif is_interruption(caught):
                hide_library_frames(caught)
                raise
            else:
                error = _translate_error(caught, began=exchange.began)
        finally:
            CURRENT.set(outer)
        raise error  # outside of the handler, as above

    async def _exchange(self, request: Request, exchange: Exchange) -> Response:
        translated = _translate_request(request)
        pool = self._own_pool()
        permits = await pool.admit(exchange.deadline.left(request.timeout.pool))
        try:
            connection = await pool.take(translated.url.origin)
            try:
                response = await connection.handle_async_request(translated)
                body = _Body(response, exchange)
                async for piece in response.aiter_stream():
                    body.add(piece)
                await response.aclose()
                made = body.join()
            except BaseException:
                exchange.abandon()
                await connection.aclose()
                raise
            pool.give_back(connection)
            return made
        finally:
            permits.release()

    def _own_pool(self) -> AsyncPool:
        loop = current_loop()
        with guard():
            if self._pid != os.getpid():
                self._pid, self._pools = os.getpid(), WeakKeyDictionary()
                self._settings = _pool_settings(self._route, self._proxy)
            pool = self._pools.get(loop)
            if pool is None:
                self._drop_ended_loops()
                pool = self._pools[loop] = AsyncPool(MAX_CONNECTIONS, self._proxy, self._settings)
            if self._closed:
                pool.close()
            return pool

    def _drop_ended_loops(self) -> None:
        for loop in [loop for loop in self._pools if has_ended(loop)]:
            self._pools.pop(loop).close()

    async def aclose(self) -> None:
        """Close all connections, those of other event loops, too."""
        self._closed = True
        with guard():
            pools = list(self._pools.values())
        for pool in pools:
            pool.close()


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


def _translate_request(request: Request) -> httpcore2.Request:
    url = httpcore2.URL(request.url)
    if b":" in url.host:  # proxies need the brackets of IPv6 addresses
        url.host = b"[%b]" % url.host
    headers = [("Host", request.url.split("/", 3)[2]), *request.headers]
    if request.body is not None:
        headers.append(("Content-Length", str(len(request.body))))
    timeout = request.timeout
    steps = {"connect": timeout.connect, "read": timeout.read, "write": timeout.write}
    return httpcore2.Request(
        request.method, url, headers=headers, content=request.body, extensions={"timeout": steps}
    )


def _translate_headers(headers: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    made: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        made[name] = f"{made[name]}, {value}" if name in made else value
    return made


def _translate_error(caught: BaseException, *, began: bool) -> CallrError:
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


def _translate_early(caught: BaseException) -> CallrError:
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
        case httpcore2.RemoteProtocolError():  # of a proxy: nothing was sent to the server
            why = "the proxy's response is cut off or not HTTP"
        case _:
            pass
    return CallrConnectionError(f"no connection ({why}); nothing was sent", outcome="not_sent")
