"""Which address of a host a connection goes to: they are tried in the order of the resolver."""

import socket
from contextlib import suppress

from .deadline import Deadline
from .resolver import resolve


def open_socket(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first address of a host that accepts, all of it before the deadline.

    An address that refuses is followed by the next one; one that does not respond takes all of the time.

    Raises:
        TimeoutError: The deadline has passed.
        OSError: The host is unknown, or its last address cannot be reached.
    """
    *others, last = resolve(host, port, deadline.left())
    for address in others:
        with suppress(ConnectionError):
            return _connect(address, port, deadline.left())
    return _connect(last, port, deadline.left())


def _connect(address: str, port: int, seconds: float | None) -> socket.socket:
    connected = socket.create_connection((address, port), seconds)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:  # it was reset already
        connected.close()
        raise
    return connected
