"""One exchange while it runs: how long it may still take, and whether a byte of its request may have left."""

from collections.abc import Mapping
from contextvars import ContextVar

import httpcore2

from .base import Timeout
from .deadline import Deadline

_TUNNEL = b"CONNECT "
_CLOSED_WHILE_IDLE = "the server had closed the idle connection"
_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


class Exchange:
    """What the connections below the HTTP library are told and tell, for one request.

    Attributes:
        deadline: When it has to be over.
        began: Whether a byte of the request may have left. False proves that none has.
        received: How many bytes came.
    """

    __slots__ = ("_connection", "_head", "_head_length", "_tail", "began", "deadline", "received")

    def __init__(self, timeout: Timeout) -> None:
        self.deadline = Deadline(timeout.total)
        self.began = False
        self.received = 0
        self._connection: Watched | None = None
        self._head = b""
        self._head_length = -1
        self._tail = b""

    def note_received(self, data: bytes) -> None:
        """Count what came."""
        self.received += len(data)
        self._tail = (self._tail + data[-len(_LAST_CHUNK) :])[-len(_LAST_CHUNK) :]
        if self._head_length < 0:
            self._head += data
            self._head_length = self._head.find(_HEAD_END)
            if self._head_length >= 0:
                self._head_length += len(_HEAD_END)
                self._head = b""

    def begin(self, connection: "Watched") -> None:
        """Note where the request is about to leave; what came before was a proxy's."""
        self.began, self._connection = True, connection
        self.received, self._head, self._head_length, self._tail = 0, b"", -1, b""

    def end(self, headers: Mapping[str, str]) -> None:
        """Note that the answer is complete."""
        if self._connection and self._has_leftovers(headers):
            self._connection.spoiled = True

    def _has_leftovers(self, headers: Mapping[str, str]) -> bool:
        """Whether more came than one answer, so that what is left would answer the next request.

        In doubt it says yes: that costs a connection, and the other mistake would tell of the wrong SMS.
        """
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._tail != _LAST_CHUNK
        length = headers.get("content-length", "0")
        return self.received != self._head_length + (int(length) if length.isdecimal() else 0)


class Watched:
    """What a connection knows of itself.

    Attributes:
        used: Whether a request was written before.
        spoiled: Whether something is left over from an answer. The pool then takes it for closed.
    """

    used = False
    spoiled = False

    def check(self, exchange: Exchange, buffer: bytes, *, readable: bool) -> None:
        """Note that bytes are about to leave.

        A connection that the server closed while nobody used it is found out here at the latest, before
        the first byte: the request can go out on another one then, a send too.
        """
        if exchange.began or buffer.startswith(_TUNNEL):
            return
        if readable:
            raise httpcore2.ConnectError(_CLOSED_WHILE_IDLE)
        exchange.begin(self)
        self.used = True


CURRENT: ContextVar[Exchange] = ContextVar("exchange")
"""The exchange of this thread or task. The connections look it up: the HTTP library hands them nothing of
it."""
