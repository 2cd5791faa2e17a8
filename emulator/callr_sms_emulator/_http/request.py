"""The request that is handed on from the application to its handlers, to faults and to the journal."""

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
"""Bytes; the longest valid request, with every character escaped, needs less than half (choice)."""

FAULT_HEADER = b"x-emulator-fault"
"""A request asks for a fault with it, and a response that a fault has changed carries it."""

CONNECTION = "callr_sms_emulator.connection"
"""The key of the `Connection` in the `state` of a scope, where the emulator's own server puts it."""

_name_of = itemgetter(0)


class Disconnected(Exception):  # noqa: N818 - not an error: the client may leave
    """The client closed the connection before it had its response."""


class NoResponse(Exception):  # noqa: N818 - not an error: a fault asked for it
    """No response is sent to this request."""


class Connection:
    """A connection, as the server and the application share it.

    Attributes:
        transport: The transport, for responses that are not HTTP.
        half_closed: The scope of the last request that came before the client closed its side.
        unanswered: The scope of a request that is left without a response on purpose, for now: a client that
            closes its side then has left.
    """

    __slots__ = ("half_closed", "transport", "unanswered")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.half_closed: object = None
        self.unanswered: object = None


class Request(Generic[AccountT]):
    """One request.

    Attributes:
        scope: The request as the ASGI server hands it over.
        receive: Returns its next ASGI event.
        began: When it came in, by `time.perf_counter`.
        method: The method.
        path: The path as it was sent, escapes and all.
        query: The query string as it was sent.
        headers: The headers, with names in lower case.
        body: The body; None until it was read.
        account: The account of its credentials; None until they were checked.
        endpoint: The name of its endpoint, for the log.
        broken: The rule of the API that it breaks.
        kept: The hash of an SMS that was stored although the request was refused.
        fault: The name of the fault that it met.
        normal_body: The body of the response without the fault, where the operation was done before.
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
        """Whether it has the header of a fault; asked of each request, so this takes the quickest way."""
        return FAULT_HEADER in map(_name_of, self.headers)

    @property
    def connection(self) -> Connection | None:
        """Its connection; None below another server than the emulator's own."""
        found: Connection | None = self.scope.get("state", {}).get(CONNECTION)
        return found

    @property
    def content_types(self) -> list[bytes]:
        """The values of its `Content-Type` headers."""
        return [value for name, value in self.headers if name == b"content-type"]

    def has_content_type(self, *expected: bytes) -> bool:
        """Return whether its one `Content-Type` is one of these, with any parameters."""
        values = self.content_types
        return len(values) == 1 and values[0].partition(b";")[0].strip().lower() in expected

    def require_json(self) -> None:
        """Accept JSON with any parameters; a charset changes nothing, because JSON is UTF-8 (choice).

        Raises:
            InvalidRequestError: The body is of another type, or of none.
        """
        if not self.has_content_type(JSON_TYPE):
            values = self.content_types
            raise _errors.wrong_content_type(b", ".join(values).decode("latin-1") if values else None)

    def refuse(self, error: _errors.ApiError) -> None:
        """Remember why it is refused."""
        self.broken, self.kept = error.broken, error.kept

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the body piece by piece.

        Raises:
            Disconnected: The client left before its end.
        """
        more = True
        while more:
            event = await self.receive()
            if event["type"] == "http.disconnect":
                raise Disconnected
            more = event.get("more_body", False)
            yield event.get("body", b"")

    async def read_body(self) -> bytes:
        """Return the body. It is read once.

        Raises:
            Disconnected: The client left before its end.
            InvalidRequestError: It has more than `MAX_BODY` bytes.
        """
        if self.body is not None:
            return self.body
        body = b""
        while True:  # not with `stream`: a generator costs as much as all the rest of a short body
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
        """Return when the client has left."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Take a client that closes its side within the block for one that has left.

        Below another server than the emulator's own only the end of the whole connection is seen.
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
        """Wait for so many seconds, or for ever, but not beyond `stopping`.

        Raises:
            Disconnected: The client has left meanwhile.
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
