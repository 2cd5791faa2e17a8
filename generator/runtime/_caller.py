"""What runs an operation: settings, one transport, and the errors of both."""

import os
import threading
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from ._answer import read_answer
from ._errors import CallrError, ConfigurationError
from ._operation import ErrorFormat, Operation
from ._transport import AsyncTransport, Request, Response, Timeout, Transport

T = TypeVar("T")

_MAX_HOST_LABEL = 63


class CredentialsLike(Protocol):
    """What every kind of credentials can do."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that a request needs."""
        ...

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that a request needs."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What all requests of a client share.

    Attributes:
        base_url: Where the paths of the contract begin, without a slash at the end.
        credentials: What lets the client in.
        user_agent: Who asks.
        timeout: How long each step may take.
        errors: The form of an error answer.
    """

    base_url: str
    credentials: CredentialsLike
    user_agent: str
    timeout: Timeout
    errors: ErrorFormat

    @property
    def uses_tls(self) -> bool:
        """Whether the API is reached over https."""
        return self.base_url.startswith("https:")

    def request(self, operation: Operation[T], arguments: tuple[object, ...]) -> Request:
        """The request of a call.

        Raises:
            ArgumentError: An argument breaks the contract.
        """
        draft = operation.draft(arguments)
        own_query = () if operation.anonymous else self.credentials.query()
        return Request(
            operation.method,
            self.base_url + operation.target(draft, own_query),
            (*self._headers(operation, has_body=draft.body is not None), *draft.headers),
            draft.body,
            self.timeout,
        )

    def _headers(self, operation: Operation[T], *, has_body: bool) -> tuple[tuple[str, str], ...]:
        return (
            *(() if operation.anonymous else self.credentials.headers()),
            ("User-Agent", self.user_agent),
            ("Accept", "application/json"),
            ("Accept-Encoding", "gzip, deflate"),
            *((("Content-Type", "application/json"),) if has_body else ()),
        )


class Caller:
    """Runs operations, one at a time in each thread."""

    def __init__(self, settings: Settings, transport: Transport | None) -> None:
        self.settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._closed = False

    def run(self, operation: Operation[T], *arguments: object) -> T:
        """Send the request once and return the result.

        Raises:
            CallrError: See `_errors`; `operation` is set on it.
        """
        try:
            request = self.settings.request(operation, arguments)
            del arguments
            return read_answer(operation, self.settings.errors, self._send(request))
        except CallrError as error:
            error.operation = operation.name
            raise

    def _send(self, request: Request) -> Response:
        return self._ready_transport().send(request)

    def _ready_transport(self) -> Transport:
        with self._lock:
            if self._closed:
                raise ConfigurationError("the client is closed")
            if self._transport is None:
                # Imported with the first request: httpx2 takes longer to import than all of this package.
                from ._httpx2 import Httpx2Transport  # noqa: PLC0415

                self._transport = Httpx2Transport(tls=self.settings.uses_tls)
            return self._transport

    def close(self) -> None:
        """Close the transport, for good."""
        with self._lock:
            transport, self._transport, self._closed = self._transport, None, True
        if transport is not None:
            transport.close()


class AsyncCaller:
    """Runs operations in the tasks of one event loop."""

    def __init__(self, settings: Settings, transport: AsyncTransport | None) -> None:
        self.settings = settings
        self._transport = transport
        self._closed = False

    async def run(self, operation: Operation[T], *arguments: object) -> T:
        """Send the request once and return the result.

        Raises:
            CallrError: See `_errors`; `operation` is set on it.
        """
        try:
            request = self.settings.request(operation, arguments)
            del arguments
            return read_answer(operation, self.settings.errors, await self._send(request))
        except CallrError as error:
            error.operation = operation.name
            raise

    async def _send(self, request: Request) -> Response:
        return await self._ready_transport().send(request)

    def _ready_transport(self) -> AsyncTransport:
        if self._closed:
            raise ConfigurationError("the client is closed")
        if self._transport is None:
            from ._httpx2 import AsyncHttpx2Transport  # noqa: PLC0415 - as in Caller

            self._transport = AsyncHttpx2Transport(tls=self.settings.uses_tls)
        return self._transport

    async def aclose(self) -> None:
        """Close the transport, for good."""
        transport, self._transport, self._closed = self._transport, None, True
        if transport is not None:
            await transport.aclose()


def find_url_problem(base_url: object) -> str | None:  # noqa: PLR0911 - a table
    """Why paths cannot be appended to an address, or None. Told, not raised: it may hold credentials."""
    if not isinstance(base_url, str):
        return f"expected a str, got {type(base_url).__name__}"
    try:
        parts = urlsplit(base_url)
        _ = parts.port  # a port that is no number is found out here
    except ValueError:
        return "not a URL"
    if not base_url.startswith(("http://", "https://")) or not parts.hostname:
        return "expected http:// or https:// and a host"
    if parts.username is not None or parts.query or parts.fragment:
        return "expected neither credentials nor a query nor a fragment in it"
    if not base_url.isascii() or not base_url.isprintable() or " " in base_url:
        return "expected printable ASCII without spaces; write an international host in its xn-- form"
    if any(not 0 < len(label) <= _MAX_HOST_LABEL for label in parts.hostname.rstrip(".").split(".")):
        return "the host is not a host name"
    return None


def read_environment(*names: str) -> list[str]:
    """The values of variables that have to be set.

    Raises:
        ConfigurationError: Some are not set, or empty; it names all of them.
    """
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise ConfigurationError(f"set {' and '.join(missing)} in the environment")
    return [os.environ[name] for name in names]
