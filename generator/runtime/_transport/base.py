"""What carries a request to the API and its answer back: two values and a protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from .._errors import ConfigurationError
from .._json import dump_json, load_json

DEFAULT_CONNECT = 5.0
DEFAULT_TIMEOUT = 30.0
MAX_TIMEOUT = 1_000_000
"""In seconds, some 11 days. The clocks of sockets and event loops overflow beyond."""

MAX_URL = 65_536
"""In characters. No server is known to take more."""

_DURATION = f"expected seconds above 0 and up to {MAX_TIMEOUT:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """How many seconds a call and its steps may take, up to 1,000,000; None is no limit.

    `total` bounds all the rest: every attempt, every wait between them, and each step of an attempt. A server
    that sends a byte now and then does not escape it. What no timeout can interrupt is the time that your own
    machine needs to decode an answer that is there.

    Attributes:
        total: For the whole call.
        connect: For one attempt to reach the server, TLS included.
        read: Between two pieces of the answer.
        write: Between two pieces of the request.
        pool: To get a connection when all are in use.

    Example:
        ```python
        Timeout(total=60, connect=2, read=10)
        ```
    """

    total: float | None = DEFAULT_TIMEOUT
    connect: float | None = DEFAULT_CONNECT
    read: float | None = None
    write: float | None = None
    pool: float | None = None

    def __post_init__(self) -> None:
        for part in (self.total, self.connect, self.read, self.write, self.pool):
            if part is not None and not _is_duration(part):
                raise ConfigurationError(f"timeout: {_DURATION}, or None for no limit")

    @classmethod
    def of(cls, value: "float | Timeout") -> "Timeout":
        """A timeout as given, or one of so many seconds in total, at most 5 of them to connect.

        Raises:
            ConfigurationError: It is neither.

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


@dataclass(frozen=True, slots=True)
class Request:
    """A request, ready to be sent. Its `repr` shows neither query, headers nor body: they hold personal data.

    Attributes:
        method: The HTTP method.
        url: The address with the query string, percent-encoded.
        headers: The headers that the API needs, credentials included. `Host` and `Content-Length` are left
            to the transport.
        body: The bytes to send; None when there is no body.
        timeout: How long it may take; `total` is what is left of the call's.

    Example:
        ```python
        transport = MockTransport([Response.of_json({"status": "success", "data": "8242D945"})])
        Callr("login", "password", transport=transport).sms.send(to="+33612345678", body="Hello")
        print(transport.requests[0])  # Request(method='POST')
        ```
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: Timeout = field(repr=False)

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body, decoded; None when there is no body. For tests.

        Example:
            ```python
            print(transport.requests[0].json()["to"])  # +33612345678
            ```
        """
        return None if self.body is None else load_json(self.body)

    def query(self) -> list[tuple[str, str]]:
        """The parameters of the query string, decoded, in their order. For tests.

        Example:
            ```python
            print(transport.requests[0].query())  # []
            ```
        """
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that was received to its end.

    Attributes:
        status: The HTTP status.
        headers: The headers; names in lower case.
        body: The bytes of the body, decompressed.

    Example:
        ```python
        print(Response(503, {"retry-after": "5"}, b""))  # Response(status=503)
        ```
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def of_json(cls, value: object, status: int = 200) -> "Response":
        """An answer with this JSON as its body, for `MockTransport`.

        Raises:
            TypeError: JSON cannot hold the value.

        Example:
            ```python
            answer = Response.of_json({"status": "success", "data": "8242D945"})
            print(answer.status, len(answer.body))  # 200 38
            ```
        """
        return cls(status, {"content-type": "application/json"}, dump_json(value))


class Transport(Protocol):
    """Carries requests. Bring your own to record, to fake, or to use another HTTP library.

    A transport never repeats a request and follows no redirect. It raises `CallrConnectionError`,
    `CallrTimeoutError` or `ProtocolError`, with `outcome="not_sent"` only when no byte of the request can
    have reached a server: such a request is repeated, a send too. Threads call `send` at the same time.

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
        """Send the request once and receive the whole answer."""
        ...

    def close(self) -> None:
        """Give back what is held: connections, sockets."""
        ...


class AsyncTransport(Protocol):
    """As `Transport`, for asyncio and trio.

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
        """Send the request once and receive the whole answer."""
        ...

    async def aclose(self) -> None:
        """Give back what is held: connections, sockets."""
        ...
