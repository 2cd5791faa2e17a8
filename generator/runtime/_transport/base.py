"""The interface of transports: timeouts, requests, responses and the protocols."""

from collections.abc import Awaitable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from .._errors import ConfigurationError, ProtocolError
from .._response import Response
from .._support import LazyModule, Value, load_json, value

if TYPE_CHECKING:
    from urllib import parse
else:
    parse = LazyModule("urllib.parse")

DEFAULT_CONNECT = 5.0
DEFAULT_TIMEOUT = 30.0
MAX_TIMEOUT = 1_000_000
"""In seconds, about 11 days. Longer timeouts overflow the clocks of sockets and event loops."""

MAX_URL = 65_536
"""In characters. No server is known to accept more."""

_DURATION = f"expected seconds above 0 and up to {MAX_TIMEOUT:,}"


@value(kw_only=True)
class Timeout(Value):
    """The seconds that a call and its steps may take, up to 1,000,000; None for no limit.

    `total` limits everything: all attempts, the waits between them, and each step of an attempt, even when a
    server keeps sending single bytes. No timeout limits the time that your own machine needs to decode a
    response.

    Attributes:
        total: The whole call.
        connect: One attempt to connect, including TLS.
        read: Between two chunks of the response.
        write: Between two chunks of the request.
        pool: The wait for a free connection when all are in use.

    Example:
        ```python
        Timeout(total=60, connect=2, read=10)
        ```
    """

    __slots__ = ("connect", "pool", "read", "total", "write")

    total: float | None
    connect: float | None
    read: float | None
    write: float | None
    pool: float | None

    def __init__(
        self,
        *,
        total: float | None = DEFAULT_TIMEOUT,
        connect: float | None = DEFAULT_CONNECT,
        read: float | None = None,
        write: float | None = None,
        pool: float | None = None,
    ) -> None:
        parts = (total, connect, read, write, pool)
        if not all(part is None or _is_duration(part) for part in parts):
            raise ConfigurationError(f"timeout: {_DURATION}, or None for no limit")
        self._fill(*parts)

    @classmethod
    def of(cls, value: "float | Timeout") -> "Timeout":
        """Return a `Timeout` unchanged, or one of so many seconds in total, at most 5 of them to connect.

        Raises:
            ConfigurationError: The value is neither seconds nor a `Timeout`.

        Example:
            ```python
            print(Timeout.of(10).total, Timeout.of(10).connect)  # 10.0 5.0
            ```
        """
        if isinstance(value, Timeout):
            return value
        if not _is_duration(value):
            raise ConfigurationError(f"timeout: {_DURATION}, or a Timeout")
        return cls(total=float(value))


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MAX_TIMEOUT


@value(hidden=("url", "headers", "body", "timeout"))
class Request(Value):
    """A request, ready to be sent. Its `repr` shows neither query, headers nor body: they hold personal data.

    Attributes:
        method: The HTTP method.
        url: The URL with the query string, percent-encoded.
        headers: The headers, including the credentials. The transport adds `Host` and `Content-Length`.
        body: The bytes of the body; None without a body.
        timeout: The timeouts; `total` is the rest of the call's time.

    Example:
        ```python
        transport = MockTransport([Response.of_json({"status": "success", "data": "8242D945"})])
        Callr("login", "password", transport=transport).sms.send(to="+33612345678", body="Hello")
        print(transport.requests[0])  # Request(method='POST')
        ```
    """

    __slots__ = ("body", "headers", "method", "timeout", "url")

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    timeout: Timeout

    def __init__(
        self,
        method: str,
        url: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes | None,
        timeout: Timeout,
    ) -> None:
        self._fill(method, url, headers, body, timeout)

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """Return the decoded JSON of the body, for tests; None without a body.

        Example:
            ```python
            print(transport.requests[0].json()["to"])  # +33612345678
            ```
        """
        return None if self.body is None else load_json(self.body)

    def query(self) -> list[tuple[str, str]]:
        """Return the decoded parameters of the query string, in their order, for tests.

        Example:
            ```python
            print(transport.requests[0].query())  # []
            ```
        """
        return parse.parse_qsl(parse.urlsplit(self.url).query, keep_blank_values=True)


class Transport(Protocol):
    """Sends requests. Implement your own to record, to fake, or to use another HTTP library.

    A transport does not repeat requests and does not follow redirects. It raises `CallrConnectionError`,
    `CallrTimeoutError` or `ProtocolError`, with `outcome="not_sent"` only when no byte of the request can
    have reached a server: such a request is repeated, even a send. Several threads may call `send` at once.

    Example:
        ```python
        class Counting:
            def __init__(self, inner: Transport) -> None:
                self.inner, self.count = inner, 0

            def send(self, request: Request) -> Response:
                self.count += 1
                return self.inner.send(request)

            def close(self) -> None:
                self.inner.close()

        callr = Callr("login", "password", transport=Counting(transport))
        ```
    """

    def send(self, request: Request) -> Response:
        """Send the request once and return the complete response."""
        ...

    def close(self) -> None:
        """Release all resources, such as connections."""
        ...


class AsyncTransport(Protocol):
    """Like `Transport`, for asyncio and trio.

    Example:
        ```python
        class Refusing:
            async def send(self, request: Request) -> Response:
                raise CallrConnectionError("the network is off", outcome="not_sent")

            async def aclose(self) -> None:
                pass

        callr = AsyncCallr("login", "password", transport=Refusing())
        ```
    """

    async def send(self, request: Request) -> Response:
        """Send the request once and return the complete response."""
        ...

    async def aclose(self) -> None:
        """Release all resources, such as connections."""
        ...


def check_transport(transport: object, *methods: str) -> None:
    """Raise if an argument is no transport.

    Raises:
        ConfigurationError: It lacks one of the methods.
    """
    missing = [name for name in methods if not callable(getattr(transport, name, None))]
    if transport is not None and missing:
        raise ConfigurationError(
            f"transport: expected an object with the methods {' and '.join(methods)}; "
            f"{type(transport).__name__} has no {' and no '.join(missing)}"
        )


def check_response(returned: object) -> Response:
    """Return what a transport returned, if it is a response. The request may have been sent, whatever it is.

    Raises:
        ProtocolError: It is something else.
    """
    if not isinstance(returned, Response):
        kind = type(returned)
        if issubclass(kind, Coroutine):
            cast("Coroutine[Any, Any, Any]", returned).close()  # or Python warns that it was never awaited
        origin = "" if kind.__module__ == "builtins" else f" of {kind.__module__.partition('.')[0]}"
        raise ProtocolError(f"transport: expected a Response from send, got {kind.__name__}{origin}")
    for name, expected in _FIELDS:
        value: object = getattr(returned, name)
        if not isinstance(value, expected):
            raise ProtocolError(
                f"transport: expected a Response with {expected.__name__} as its {name}, "
                f"got {type(value).__name__}"
            )
    return returned


async def await_response(returned: object) -> Response:
    """Like `check_response`, after waiting for what an asynchronous transport returned.

    Raises:
        ProtocolError: As for `check_response`.
    """
    if issubclass(type(returned), Awaitable):
        returned = await cast("Awaitable[object]", returned)
    return check_response(returned)


_FIELDS: tuple[tuple[str, type], ...] = (("status", int), ("headers", Mapping), ("body", bytes))
