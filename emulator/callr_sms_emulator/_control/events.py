"""`/_emulator/events`: what happens in the account, as a stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callr_sms_emulator._events import Follower
from callr_sms_emulator._http import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from callr_sms_emulator._control.request import ControlRequest

_TYPE = b"text/event-stream"
_LONGEST_ID = 100


async def follow(request: ControlRequest) -> Response:
    """Stream the events of the account, from now on or after that of the header `Last-Event-ID`."""
    request.query()
    # `X-Accel-Buffering` is for nginx, which would hold events back.
    headers = [(b"content-type", _TYPE), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    if request.http.method == "HEAD":  # a stream would keep the connection from the next request
        return Response(200, headers, b"")
    engine, account = request.engine, request.account
    await engine.write_due_changes(account)  # what was due until now is not part of the stream
    log = account.open_events()
    await engine.hear(account)
    await engine.status_timer.reschedule(account)
    follower = Follower(log, _last_id(request), lambda: _close(request))
    return Response(200, headers, _stream(request, follower))


async def _stream(request: ControlRequest, follower: Follower) -> AsyncIterator[bytes]:
    """Yield the events until the client disconnects or the emulator stops."""
    ends = [
        asyncio.ensure_future(request.http.wait_for_disconnect()),
        asyncio.ensure_future(request.engine.stopping.wait()),
    ]
    for each in ends:
        each.add_done_callback(lambda _: follower.end())
    try:
        async for chunk in follower.stream():
            yield chunk
    finally:
        for each in ends:
            each.cancel()


def _last_id(request: ControlRequest) -> str | None:
    found = [value for name, value in request.http.headers if name == b"last-event-id"]
    return found[-1].decode("utf-8", "replace")[:_LONGEST_ID] if found and found[-1] else None


def _close(request: ControlRequest) -> None:
    """Close the connection of a client that does not read; elsewhere the server limits how long it waits."""
    connection = request.http.connection
    if connection is not None:
        connection.transport.abort()
