"""The request that the application passes to its handlers, to faults and to the journal."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from operator import itemgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from callr_sms_emulator import _errors
from callr_sms_emulator._http.response import JSON_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from callr_sms_emulator._http.asgi import Headers, Receive, Scope

AccountT = TypeVar("AccountT")

MAX_BODY = 1024 * 1024
"""Bytes. The longest valid request, with every character escaped, needs less than half (choice)."""

FAULT_HEADER = b"x-emulator-fault"
"""The header with which a request asks for a fault. A response that a fault changed has it, too."""

CONNECTION = "callr_sms_emulator.connection"
"""The key of the `Connection` in the `state` of an ASGI scope. The emulator's own server sets it."""

_name_of = itemgetter(0)


class Disconnected(Exception):  # noqa: N818 - not an error: the client may leave
    """The client closed the connection before the response was sent."""


class NoResponse(Exception):  # noqa: N818 - not an error: a fault asked for it
    """No response is sent to this request."""


class Connection:
    """A connection: what the server and the application share about it.

    Attributes:
        transport: The transport, for responses that are not HTTP.
        half_closed: The scope of the last request that came before the client closed its side.
        unanswered: The scope of a request whose response is held back on purpose. A client that closes its
            side meanwhile counts as disconnected.
    """

    __slots__ = ("half_closed", "transport", "unanswered")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.half_closed: object = None
        self.unanswered: object = None


class Request(Generic[AccountT]):
    """An HTTP request, and what is known of it so far.

    Attributes:
        scope: The ASGI scope.
        receive: The ASGI callable that returns the next event.
        began: When the request came in, by `time.perf_counter`.
        method: The method.
        path: The path as it was sent, with its escapes.
        query: The query string as it was sent.
        headers: The headers; names are in lower case.
        body: The body; None before it is read.
        account: The account of the credentials; None before they are checked.
        endpoint: The name of the endpoint, for the log.
        broken: The rule of the API that the request breaks.
        kept: The hash of an SMS that was stored although the request was rejected.
        fault: The name of the fault that was applied.
        normal_body: The body that the response would have without the fault, if the operation was performed.
    """

    __slots__ = (
        "account",
        "began",
        "body",
        "broken",
        "endpoint",
        "fault",
        "headers",
        "kept",
        "method",
        "normal_body",
        "path",
        "query",
        "receive",
        "scope",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.began = perf_counter()
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.path: bytes = scope.get("raw_path") or scope["path"].encode()
        self.query: bytes = scope["query_string"]
        self.headers: Headers = scope["headers"]
        self.body: bytes | None = None
        self.account: AccountT | None = None
        self.endpoint: str | None = None
        self.broken: _errors.Broken | None = None
        self.kept: str | None = None
        self.fault: str | None = None
        self.normal_body: bytes | AsyncIterator[bytes] | None = None

    @property
    def asks_for_fault(self) -> bool:
        """Whether it has the fault header. Every request is checked, so this is the fastest way."""
        return FAULT_HEADER in map(_name_of, self.headers)

    @property
    def connection(self) -> Connection | None:
        """The connection; None if the application runs on another server than the emulator's own."""
        found: Connection | None = self.scope.get("state", {}).get(CONNECTION)
        return found

    def is_closed(self) -> bool:
        """Return whether the connection is closed."""
        connection = self.connection
        return connection is not None and connection.transport.is_closing()

    @property
    def content_types(self) -> list[bytes]:
        """The values of the `Content-Type` headers."""
        return [value for name, value in self.headers if name == b"content-type"]

    def has_content_type(self, *expected: bytes) -> bool:
        """Return whether there is one `Content-Type` and it is one of these, with any parameters."""
        values = self.content_types
        return len(values) == 1 and values[0].partition(b";")[0].strip().lower() in expected

    def require_json(self) -> None:
        """Check that the body is JSON. A charset is ignored, because JSON is UTF-8 (choice).

        Raises:
            InvalidRequestError: The content type is another one, or is missing.
        """
        if not self.has_content_type(JSON_TYPE):
            values = self.content_types
            raise _errors.wrong_content_type(b", ".join(values).decode("latin-1") if values else None)

    def reject(self, error: _errors.ApiError) -> None:
        """Record why the request is rejected."""
        self.broken, self.kept = error.broken, error.kept

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the body in chunks.

        Raises:
            Disconnected: The client disconnected before the end of the body.
        """
        more = True
        while more:
            event = await self.receive()
            if event["type"] == "http.disconnect":
                raise Disconnected
            more = event.get("more_body", False)
            yield event.get("body", b"")

    async def read_body(self) -> bytes:
        """Return the body; the first call reads it.

        Raises:
            Disconnected: The client disconnected before the end of the body.
            InvalidRequestError: The body has more than `MAX_BODY` bytes.
        """
        if self.body is not None:
            return self.body
        body = b""
        while True:  # not `stream`: for a short body a generator would double the cost
            event = await self.receive()
            if event["type"] == "http.disconnect":
                raise Disconnected
            chunk: bytes = event.get("body", b"")
            body += chunk
            if len(body) > MAX_BODY:
                raise _errors.body_too_large(MAX_BODY)
            if not event.get("more_body", False):
                self.body = body
                return body

    async def wait_for_disconnect(self) -> None:
        """Return when the client has disconnected."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Hold the response back within the block: a client that closes its side counts as disconnected.

        On another server than the emulator's own, only the end of the whole connection is noticed.
        """
        connection = self.connection
        if connection is None:
            yield
            return
        if connection.half_closed is self.scope:
            connection.transport.close()
        connection.unanswered = self.scope
        try:
            yield
        finally:
            connection.unanswered = None

    async def delay_response(self, stopping: asyncio.Event, seconds: float | None = None) -> None:
        """Wait for `seconds`, or without a limit, but not longer than until `stopping` is set.

        Raises:
            Disconnected: The client disconnected meanwhile.
        """
        gone = asyncio.ensure_future(self.wait_for_disconnect())
        stopped = asyncio.ensure_future(stopping.wait())
        either: set[asyncio.Future[Any]] = {gone, stopped}
        try:
            with self.unanswered():
                await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise Disconnected
        finally:
            gone.cancel()
            stopped.cancel()
