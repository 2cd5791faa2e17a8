"""Breaking connections, below the server that runs the application."""

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

# Written bytes leave in the next turn of the event loop, with TLS in the one after it. On a reset, some
# systems discard what the client has not read.
_FLUSH_S = 0.01
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def transport_of(request: Request[Account]) -> asyncio.Transport:
    """Return the transport of the connection of a request.

    Raises:
        InternalError: The application runs on another server, which does not share its transport.
    """
    connection = request.connection
    if connection is None:
        raise _errors.connection_not_accessible()
    return connection.transport


async def end(request: Request[Account], data: bytes = b"", *, reset: bool = False) -> NoReturn:
    """Send raw bytes and close the connection, with a reset (TCP RST) or without.

    Raises:
        Disconnected: Always, once the connection is closed.
    """
    transport = transport_of(request)
    try:
        if data:
            transport.write(data)
        if reset:
            while transport.get_write_buffer_size() and not transport.is_closing():  # noqa: ASYNC110 - the transport notifies uvicorn alone
                await asyncio.sleep(_FLUSH_S)
            await asyncio.sleep(_FLUSH_S)
            # A socket with a linger time of zero is reset when it is closed.
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            transport.abort()
        else:
            transport.close()
        await request.wait_for_disconnect()
    except asyncio.CancelledError:  # the server stops; nothing else may be sent
        transport.abort()
        await request.wait_for_disconnect()
    raise Disconnected
