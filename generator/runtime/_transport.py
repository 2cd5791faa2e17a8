"""What carries a request to the API and its answer back: two values and a protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ._errors import ConfigurationError

DEFAULT_CONNECT = 5.0
DEFAULT_TIMEOUT = 30.0
MAX_TIMEOUT = 1_000_000
"""In seconds, some 11 days. The clocks of sockets and event loops overflow beyond."""

_DURATION = f"expected seconds above 0 and up to {MAX_TIMEOUT:,}"


@dataclass(frozen=True, slots=True)
class Timeout:
    """How many seconds each step may take, up to 1,000,000; None is for ever.

    Attributes:
        connect: To reach the server, TLS included.
        read: Between two pieces of the answer.
        write: Between two pieces of the request.
        pool: To get a connection when all are in use.
    """

    connect: float | None = DEFAULT_CONNECT
    read: float | None = DEFAULT_TIMEOUT
    write: float | None = DEFAULT_TIMEOUT
    pool: float | None = DEFAULT_TIMEOUT

    def __post_init__(self) -> None:
        for part in (self.connect, self.read, self.write, self.pool):
            if part is not None and not _is_duration(part):
                raise ConfigurationError(f"timeout: {_DURATION}, or None for ever")

    @classmethod
    def of(cls, value: "float | Timeout") -> "Timeout":
        """A timeout as given, or one where each step has so many seconds, the connection at most 5."""
        if isinstance(value, Timeout):
            return value
        if not _is_duration(value):
            raise ConfigurationError(f"timeout: {_DURATION}, or a Timeout")
        seconds = float(value)
        return cls(min(seconds, DEFAULT_CONNECT), seconds, seconds, seconds)


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
        timeout: How long each step may take.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: Timeout = field(repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that was received to its end.

    Attributes:
        status: The HTTP status.
        headers: The headers; names in lower case.
        body: The bytes of the body, decompressed.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Carries requests. Bring your own to record, to fake, or to use another HTTP library.

    A transport never repeats a request and follows no redirect. It raises `CallrConnectionError`,
    `CallrTimeoutError` or `ProtocolError`, with `outcome="not_sent"` only when no byte of the request can
    have reached a server.
    """

    def send(self, request: Request) -> Response:
        """Send the request once and receive the whole answer."""
        ...

    def close(self) -> None:
        """Give back what is held: connections, sockets."""
        ...


class AsyncTransport(Protocol):
    """As `Transport`, for asyncio and trio."""

    async def send(self, request: Request) -> Response:
        """Send the request once and receive the whole answer."""
        ...

    async def aclose(self) -> None:
        """Give back what is held: connections, sockets."""
        ...
