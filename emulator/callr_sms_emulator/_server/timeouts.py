"""How long each part of a connection may take."""

from typing import NamedTuple


class Timeouts(NamedTuple):
    """How long a connection is waited for, in seconds.

    Attributes:
        head: From the first byte of a request to the end of its headers.
        body: The span in which a body must bring `rate` bytes for each second.
        rate: Bytes for each second.
        idle: Between two requests, as announced to the client. Common clients keep connections for less.
        grace: How much longer an idle connection is kept than announced, so that no request crosses its end.
        discard: How long the rest of a request is read that was rejected before its end.
        farewell: How long the end of the client's side is waited for after the last response.
    """

    head: float = 20.0
    body: float = 20.0
    rate: int = 500
    idle: int = 75
    grace: float = 15.0
    discard: float = 30.0
    farewell: float = 2.0


DEFAULT_TIMEOUTS = Timeouts()
