"""Ending a connection in ways that HTTP does not know, below the server that runs the application."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._http import Disconnected

if TYPE_CHECKING:
    from typing import NoReturn

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._http import Request

# What was written leaves with the next turn of the loop, through TLS with the one after it; and some systems
# throw away what a client has not read when the reset comes.
_FLUSH_S = 0.01
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def transport_of(request: Request[Account]) -> asyncio.Transport:
    """Give the transport of the connection that a request came by.

    Raises:
        InternalError: Another server than ours runs the application: it keeps the transport to itself.
    """
    connection = request.connection
    if connection is None:
        raise _errors.no_wire()
    return connection.transport


async def end(request: Request[Account], data: bytes = b"", *, reset: bool = False) -> NoReturn:
    """Send these bytes as they are and close the connection, with a reset (TCP RST) or in order.

    Raises:
        Disconnected: It was done.
    """
    transport = transport_of(request)
    try:
        if data:
            transport.write(data)
        if reset:
            await _flush(transport)
            _reset(transport)
        else:
            transport.close()
        await request.wait_for_disconnect()
    except asyncio.CancelledError:  # the server stops, and nothing may be added to what was sent
        transport.abort()
        await request.wait_for_disconnect()
    raise Disconnected


async def _flush(transport: asyncio.Transport) -> None:
    while transport.get_write_buffer_size() and not transport.is_closing():  # noqa: ASYNC110 - who is told of it is uvicorn
        await asyncio.sleep(_FLUSH_S)
    await asyncio.sleep(_FLUSH_S)


def _reset(transport: asyncio.Transport) -> None:
    """Close without the usual end: a socket that does not linger resets its connection."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
