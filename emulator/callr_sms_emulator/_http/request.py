"""What both doors share of HTTP: the vendor's API and the control API."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, NoReturn

from callr_sms_emulator import _errors
from callr_sms_emulator._http.asgi import Headers, Receive, Scope
from callr_sms_emulator._http.response import JSON_TYPE

MAX_BODY = 1024 * 1024
"""Bytes; the longest valid request, with every character escaped, needs less than half (choice)."""

ENDPOINT = "callr_sms_emulator.endpoint"
"""Where the name of a request's endpoint stands in its scope, for the log."""

FAULT_HEADER = b"x-emulator-fault"
"""A request asks for a fault with it, and an answer that a fault has changed carries it."""

FAULT = "callr_sms_emulator.fault"
"""Where it stands in the scope of a request which fault it has met."""

HELD = "callr_sms_emulator.held"
"""Set in a scope while nothing is answered on purpose: a client that closes its side then has left."""

HALF_CLOSED = "callr_sms_emulator.half_closed"
"""Set in a scope once the client has closed its side."""

TRANSPORT = "callr_sms_emulator.transport"
"""Where the connection's transport stands in the `state` of a scope, for answers that are no HTTP."""

ACCOUNT = "callr_sms_emulator.account"
BODY = "callr_sms_emulator.body"
REFUSAL = "callr_sms_emulator.refusal"
DONE = "callr_sms_emulator.done"
"""Where the journal finds, in the scope of a request, whose it is, its body, the rule that it was refused for
with the hash of the SMS that was kept all the same, and the answer that a fault has put another one for."""
_name_of = itemgetter(0)


class Disconnected(Exception):  # noqa: N818 - not an error: the client left
    """The client went away before its request was complete."""


class Withheld(Exception):  # noqa: N818 - not an error: somebody asked for it
    """No answer is to come: a fault wants it so."""


def path_of(scope: Scope) -> bytes:
    """Give the path as it was sent, escapes and all."""
    found: bytes = scope.get("raw_path") or scope["path"].encode()
    return found


def asks_for_fault(headers: Headers) -> bool:
    """Tell whether a request asks for a fault; each request is looked at, so this takes the quickest way."""
    return FAULT_HEADER in map(_name_of, headers)


def check_content_type(scope: Scope) -> None:
    """Accept JSON with any parameters; a charset changes nothing, for JSON is UTF-8 (choice)."""
    if not is_of_type(scope, JSON_TYPE):
        values = [value for name, value in scope["headers"] if name == b"content-type"]
        raise _errors.wrong_content_type(b", ".join(values).decode("latin-1") if values else None)


def is_of_type(scope: Scope, expected: bytes) -> bool:
    """Tell whether the body of a request is said to be of this type, with any parameters."""
    values = [value for name, value in scope["headers"] if name == b"content-type"]
    return len(values) == 1 and values[0].partition(b";")[0].strip().lower() == expected


async def chunks_of(receive: Receive) -> AsyncIterator[bytes]:
    """Give the body of a request piece by piece.

    Raises:
        Disconnected: The client left before its end.
    """
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Disconnected
        more = event.get("more_body", False)
        yield event.get("body", b"")


async def read_body(receive: Receive) -> bytes:
    """Give the body of a request.

    Raises:
        Disconnected: The client left before its end.
        InvalidRequestError: It has more than `MAX_BODY` bytes.
    """
    body = b""
    while True:  # not with `chunks_of`: a generator costs as much as all the rest of a short body
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = event.get("body", b"")
        body += chunk
        if len(body) > MAX_BODY:
            raise _errors.body_too_large(MAX_BODY)
        if not event.get("more_body", False):
            return body


async def wait_for_the_end(receive: Receive) -> NoReturn:
    """Say nothing until the client leaves.

    Raises:
        Disconnected: It left.
    """
    await until_gone(receive)
    raise Disconnected


async def until_gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


@contextmanager
def held(scope: Scope) -> Iterator[None]:
    """Hold an answer back within the block: a client that closes its side then has left, as if it had all.

    Below another server than ours only the end of the whole connection is seen.
    """
    if scope.get(HALF_CLOSED):
        scope["state"][TRANSPORT].close()
    scope[HELD] = True
    try:
        yield
    finally:
        scope[HELD] = False


async def hold(scope: Scope, receive: Receive, ending: asyncio.Event, seconds: float | None = None) -> None:
    """Hold an answer back: for so many seconds, but not beyond `ending`.

    Raises:
        Disconnected: The client has left meanwhile.
    """
    gone = asyncio.ensure_future(until_gone(receive))
    ended = asyncio.ensure_future(ending.wait())
    either: set[asyncio.Future[Any]] = {gone, ended}
    try:
        with held(scope):
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            raise Disconnected
    finally:
        gone.cancel()
        ended.cancel()
