"""What runs an operation: settings, one pool of connections, and the calls that share it."""

import os
import threading
from dataclasses import replace
from math import inf
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

from .._errors import ArgumentError, CallrError, ConfigurationError
from .._transport import (
    MAX_URL,
    AsyncTransport,
    Request,
    Response,
    Route,
    Timeout,
    Transport,
    open_async_default,
    open_default,
)
from .call import Call, Policy
from .clock import SYSTEM_CLOCK, Clock
from .operation import ErrorFormat, Operation
from .raw_response import RawResponse
from .retry import check_retries

T = TypeVar("T")

_CLOSED = "the client is closed"
_MAX_HOST_LABEL = 63


class CredentialsLike(Protocol):
    """What every kind of credentials can do."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that a request needs."""
        ...

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that a request needs."""
        ...


class Settings(NamedTuple):
    """What all requests of a client share.

    Attributes:
        base_url: Where the paths of the contract begin, without a slash at the end.
        credentials: What lets the client in.
        user_agent: Who asks.
        timeout: How long a call and its steps may take.
        max_retries: How many times a request may be sent again.
        errors: The form of an error answer.
        clock: Time and chance.
    """

    base_url: str
    credentials: CredentialsLike
    user_agent: str
    timeout: Timeout
    max_retries: int
    errors: ErrorFormat
    clock: Clock = SYSTEM_CLOCK

    def changed(self, timeout: float | Timeout | None, max_retries: int | None) -> "Settings":
        """The same with some of them changed; None is as before.

        Raises:
            ConfigurationError: A value cannot be used.
        """
        return self._replace(
            timeout=self.timeout if timeout is None else Timeout.of(timeout),
            max_retries=self.max_retries if max_retries is None else check_retries(max_retries),
        )

    def call(self, operation: Operation[T], arguments: tuple[object, ...]) -> Call[T]:
        """The call of an operation, ready to be driven.

        Raises:
            ArgumentError: An argument breaks the contract.
        """
        try:
            request = self._request(operation, arguments)
        except CallrError as error:
            error.operation, error.request = operation.name, operation.summary
            raise
        return Call(operation, Policy(self.errors, self.max_retries, self.clock), request)

    def _request(self, operation: Operation[T], arguments: tuple[object, ...]) -> Request:
        draft = operation.draft(arguments)
        own_query = () if operation.anonymous else self.credentials.query()
        url = self.base_url + operation.target(draft, own_query)
        if len(url) > MAX_URL:
            raise ArgumentError("request", f"its URL is longer than {MAX_URL:,} characters")
        headers = (*self._headers(operation, has_body=draft.body is not None), *draft.headers)
        return Request(operation.method, url, headers, draft.body, self.timeout)

    def _headers(self, operation: Operation[T], *, has_body: bool) -> tuple[tuple[str, str], ...]:
        return (
            *(() if operation.anonymous else self.credentials.headers()),
            ("User-Agent", self.user_agent),
            ("Accept", "application/json"),
            ("Accept-Encoding", "gzip, deflate"),
            *((("Content-Type", "application/json"),) if has_body else ()),
        )


class Pool:
    """The transport that a client and those that come from it share, made with the first request."""

    __slots__ = ("_closed", "_lock", "_route", "_transport")

    def __init__(self, route: Route, transport: Transport | None) -> None:
        self._route = route
        self._transport = transport
        self._lock = threading.Lock()
        self._closed = False

    def transport(self) -> Transport:
        """The transport.

        Raises:
            ConfigurationError: The pool is closed, or the environment names a proxy that is none.
        """
        with self._lock:
            if self._closed:
                raise ConfigurationError(_CLOSED)
            if self._transport is None:
                self._transport = open_default(self._route)
            return self._transport

    def close(self) -> None:
        """Close the transport, for good."""
        with self._lock:
            transport, self._transport, self._closed = self._transport, None, True
        if transport is not None:
            transport.close()


class Caller:
    """Runs operations, one at a time in each thread."""

    __slots__ = ("_borrowed", "_closed", "_pool", "settings")

    def __init__(self, settings: Settings, pool: Pool, *, borrowed: bool = False) -> None:
        self.settings: Settings = settings
        self._pool = pool
        self._borrowed = borrowed
        self._closed = False

    def changed(self, settings: Settings) -> "Caller":
        """Another one with the same pool, which it does not close."""
        return Caller(settings, self._pool, borrowed=True)

    def run(self, operation: Operation[T], *arguments: object) -> T:
        """Send the request, again if that can do no harm, and return the result.

        Raises:
            CallrError: See `_errors`; `operation`, `request` and `attempts` are set on it.
        """
        call = self.settings.call(operation, arguments)
        del arguments
        self._drive(call)
        return call.result()

    def run_raw(self, operation: Operation[T], *arguments: object) -> RawResponse[T]:
        """As `run`; the answer as it came.

        Raises:
            CallrError: As for `run`; a body that breaks the contract is found by `parse()`.
        """
        call = self.settings.call(operation, arguments)
        del arguments
        self._drive(call)
        return call.raw()

    def within(self, seconds: float) -> "Caller":
        """Another one with the same pool, whose calls take so many seconds at most."""
        total = self.settings.timeout.total
        if total is not None and total <= seconds:
            return self
        timeout = replace(self.settings.timeout, total=seconds if seconds < inf else None)
        return self.changed(self.settings._replace(timeout=timeout))

    def attempt(self, operation: Operation[T], *arguments: object) -> T | CallrError:
        """As `run`; an error is returned, for who decides whether it matters."""
        try:
            return self.run(operation, *arguments)
        except CallrError as error:
            return error

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        if seconds:
            self.settings.clock.sleep(seconds)

    def _drive(self, call: Call[T]) -> None:
        while call.wait is not None:
            if call.wait:
                self.settings.clock.sleep(call.wait)
            call.take(self._attempt(call.next_request()))

    def _attempt(self, request: Request) -> Response | CallrError:
        try:
            if self._closed:
                raise ConfigurationError(_CLOSED)
            return self._pool.transport().send(request)
        except CallrError as error:
            return error

    def close(self) -> None:
        """Close the client, and the pool if it is its own."""
        self._closed = True
        if not self._borrowed:
            self._pool.close()


class AsyncPool:
    """As `Pool`, for tasks of one event loop."""

    __slots__ = ("_closed", "_route", "_transport")

    def __init__(self, route: Route, transport: AsyncTransport | None) -> None:
        self._route = route
        self._transport = transport
        self._closed = False

    def transport(self) -> AsyncTransport:
        """The transport.

        Raises:
            ConfigurationError: As for `Pool`.
        """
        if self._closed:
            raise ConfigurationError(_CLOSED)
        if self._transport is None:
            self._transport = open_async_default(self._route)
        return self._transport

    async def aclose(self) -> None:
        """Close the transport, for good."""
        transport, self._transport, self._closed = self._transport, None, True
        if transport is not None:
            await transport.aclose()


class AsyncCaller:
    """Runs operations in the tasks of one event loop."""

    __slots__ = ("_borrowed", "_closed", "_pool", "settings")

    def __init__(self, settings: Settings, pool: AsyncPool, *, borrowed: bool = False) -> None:
        self.settings: Settings = settings
        self._pool = pool
        self._borrowed = borrowed
        self._closed = False

    def changed(self, settings: Settings) -> "AsyncCaller":
        """Another one with the same pool, which it does not close."""
        return AsyncCaller(settings, self._pool, borrowed=True)

    async def run(self, operation: Operation[T], *arguments: object) -> T:
        """Send the request, again if that can do no harm, and return the result.

        Raises:
            CallrError: See `_errors`; `operation`, `request` and `attempts` are set on it.
        """
        call = self.settings.call(operation, arguments)
        del arguments
        await self._drive(call)
        return call.result()

    async def run_raw(self, operation: Operation[T], *arguments: object) -> RawResponse[T]:
        """As `run`; the answer as it came.

        Raises:
            CallrError: As for `run`; a body that breaks the contract is found by `parse()`.
        """
        call = self.settings.call(operation, arguments)
        del arguments
        await self._drive(call)
        return call.raw()

    def within(self, seconds: float) -> "AsyncCaller":
        """Another one with the same pool, whose calls take so many seconds at most."""
        total = self.settings.timeout.total
        if total is not None and total <= seconds:
            return self
        timeout = replace(self.settings.timeout, total=seconds if seconds < inf else None)
        return self.changed(self.settings._replace(timeout=timeout))

    async def attempt(self, operation: Operation[T], *arguments: object) -> T | CallrError:
        """As `run`; an error is returned, for who decides whether it matters."""
        try:
            return await self.run(operation, *arguments)
        except CallrError as error:
            return error

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        if seconds:
            await self.settings.clock.wait(seconds)

    async def _drive(self, call: Call[T]) -> None:
        while call.wait is not None:
            if call.wait:
                await self.settings.clock.wait(call.wait)
            call.take(await self._attempt(call.next_request()))

    async def _attempt(self, request: Request) -> Response | CallrError:
        try:
            if self._closed:
                raise ConfigurationError(_CLOSED)
            return await self._pool.transport().send(request)
        except CallrError as error:
            return error

    async def aclose(self) -> None:
        """Close the client, and the pool if it is its own."""
        self._closed = True
        if not self._borrowed:
            await self._pool.aclose()


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
