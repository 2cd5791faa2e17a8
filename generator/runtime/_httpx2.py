"""The transports that are used unless another is given: httpx2, one layer below its `Client`.

The layer below neither follows redirects nor keeps cookies, reads no `.netrc`, and, what matters most, does
not log URLs: the query string of a send holds the text and the recipient.
"""

import ssl
from collections.abc import Iterable

import httpx2

from ._errors import (
    ArgumentError,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    ProtocolError,
)
from ._transport import Request, Response, Timeout

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""A longer answer is not read to its end."""


class Httpx2Transport:
    """A pool of connections for threads."""

    def __init__(self, *, tls: bool) -> None:
        self._http = httpx2.HTTPTransport(verify=_tls_context(tls=tls), retries=0)

    def send(self, request: Request) -> Response:
        """Send the request once and receive the whole answer."""
        try:
            return self._exchange(_translate_request(request))
        except Exception as caught:  # noqa: BLE001 - whatever a server does to httpx2, our errors come out
            error = _translate_error(caught)
        # Raised here, not above: an error that httpx2's is the context of would carry the frames of httpx2,
        # with the credentials and the text in their locals.
        raise error

    def _exchange(self, request: httpx2.Request) -> Response:
        response = self._http.handle_request(request)
        try:
            return _translate_response(response, _join(response.iter_bytes()))
        finally:
            response.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


class AsyncHttpx2Transport:
    """A pool of connections for the tasks of asyncio or trio."""

    def __init__(self, *, tls: bool) -> None:
        self._http = httpx2.AsyncHTTPTransport(verify=_tls_context(tls=tls), retries=0)

    async def send(self, request: Request) -> Response:
        """Send the request once and receive the whole answer."""
        try:
            return await self._exchange(_translate_request(request))
        except Exception as caught:  # noqa: BLE001 - as above
            error = _translate_error(caught)
        raise error  # here for the reason above

    async def _exchange(self, request: httpx2.Request) -> Response:
        response = await self._http.handle_async_request(request)
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                _extend(body, piece)
            return _translate_response(response, bytes(body))
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _tls_context(*, tls: bool) -> ssl.SSLContext | bool:
    """How to verify servers; without TLS a context that trusts nobody, for the usual one is slow to load."""
    return True if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _translate_request(request: Request) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url,
        headers=list(request.headers),
        content=request.body,
        extensions={"timeout": _parts(request.timeout)},
    )


def _parts(timeout: Timeout) -> dict[str, float | None]:
    return {"connect": timeout.connect, "read": timeout.read, "write": timeout.write, "pool": timeout.pool}


def _join(pieces: Iterable[bytes]) -> bytes:
    body = bytearray()
    for piece in pieces:
        _extend(body, piece)
    return bytes(body)


def _extend(body: bytearray, piece: bytes) -> None:
    body += piece
    if len(body) > MAX_ANSWER_BYTES:
        raise ProtocolError(f"the answer is longer than {MAX_ANSWER_BYTES:,} bytes")


def _translate_response(response: httpx2.Response, body: bytes) -> Response:
    return Response(response.status_code, dict(response.headers), body)


def _translate_error(caught: Exception) -> CallrError:  # noqa: PLR0911 - a table
    """Our error for one of httpx2's; `not_sent` only for those that come before the first byte."""
    name = type(caught).__name__
    match caught:
        case CallrError():
            return caught
        case httpx2.InvalidURL():
            return ArgumentError("request", "its URL is too long or malformed")
        case httpx2.UnsupportedProtocol():
            return ConfigurationError("base_url: expected http:// or https://")
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return CallrTimeoutError(f"no connection in time ({name}); nothing was sent", outcome="not_sent")
        case httpx2.ConnectError():
            # The text is the operating system's or OpenSSL's: it tells why, and knows nothing of the request.
            return CallrConnectionError(f"no connection ({caught}); nothing was sent", outcome="not_sent")
        case httpx2.TimeoutException():
            return CallrTimeoutError(f"no answer in time ({name})")
        case httpx2.RemoteProtocolError() | httpx2.DecodingError():
            return ProtocolError(f"the answer is cut or not HTTP ({name})")
        case _:
            return CallrConnectionError(f"the connection broke before the answer was complete ({name})")
