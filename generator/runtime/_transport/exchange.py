"""One exchange of a request and its response: its deadline, and whether a byte may have left."""

import os
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Protocol

import httpcore2

from .._errors import CallrConnectionError
from .base import Timeout
from .deadline import Deadline
from .progress import FORKED, PROGRESS

_TO_PROXY = (b"CONNECT ", b"\x01", b"\x05")
"""How the bytes for a proxy begin: a method of HTTP, or the version of SOCKS5 or of its login."""

_CLOSED_WHILE_IDLE = "the server had closed the idle connection"
_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Close it."""
        ...


class Exchange:
    """The state that the connections below the HTTP library keep for one request.

    Attributes:
        deadline: When it must be complete.
        began: Whether a byte of the request may have left. False proves that none left.
        received: The number of bytes received.
        opened: What was opened for it.
        interruption: What interrupted it. The clean-up of the HTTP library may hide that behind another one.
    """

    __slots__ = (
        *("_connection", "_head", "_head_length", "_pid", "_progress", "_setup", "_tail"),
        *("began", "deadline", "interruption", "opened", "received"),
    )

    def __init__(self, timeout: Timeout) -> None:
        self.deadline = Deadline(timeout.total)
        self._setup = self.deadline
        self.began = False
        self.received = 0
        self.opened: list[Closable] = []
        self.interruption: BaseException | None = None
        self._pid = os.getpid()
        self._progress = PROGRESS.get()
        if self._progress:
            self._progress.watch()
        self._connection: Watched | None = None
        self._head = b""
        self._head_length = -1
        self._tail = b""

    def connect(self, timeout: float | None) -> Deadline:
        """Begin to connect, and return the deadline of it: it includes what a proxy and TLS need.

        Raises:
            OutOfTimeError: The deadline of the exchange has passed.
        """
        self._setup = Deadline(self.deadline.left(timeout))
        return self._setup

    def rest(self, step: float | None) -> float | None:
        """Return the timeout of the next step; 0 or less when the deadline has passed, None for no limit.

        The deadline is that of the connection at first, then that of the exchange.
        """
        return (self.deadline if self.began else self._setup).rest(step)

    def note_received(self, data: bytes) -> None:
        """Record received bytes."""
        self.received += len(data)
        self._tail = (self._tail + data[-len(_LAST_CHUNK) :])[-len(_LAST_CHUNK) :]
        if self._head_length < 0:
            self._head += data
            self._head_length = self._head.find(_HEAD_END)
            if self._head_length >= 0:
                self._head_length += len(_HEAD_END)
                self._head = b""

    def begin(self, connection: "Watched") -> None:
        """Record the connection that sends the request. Bytes received before came from a proxy.

        Raises:
            CallrConnectionError: This is a copy of the process that made the request, and sends it, too.
        """
        if self._pid != os.getpid():
            raise CallrConnectionError(FORKED)
        if self._progress:
            self._progress.begin()
        self.began, self._connection = True, connection
        self.received, self._head, self._head_length, self._tail = 0, b"", -1, b""

    def abandon(self) -> None:
        """Close what was opened for it, because it was interrupted."""
        while self.opened:
            self.opened.pop().close()

    def end(self, headers: Mapping[str, str]) -> None:
        """Record that the response is complete."""
        if self._connection and self._has_leftovers(headers):
            self._connection.spoiled = True

    def _has_leftovers(self, headers: Mapping[str, str]) -> bool:
        """Return whether more than one response came, so that the rest would be read as the next response.

        In doubt it returns True: that costs a connection, and the other mistake returns the wrong SMS.
        """
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._tail != _LAST_CHUNK
        length = headers.get("content-length", "0")
        return self.received != self._head_length + (int(length) if length.isdecimal() else 0)


class Watched:
    """The state of a connection.

    Attributes:
        used: Whether a request was sent on it before.
        spoiled: Whether bytes are left over after a response. The pool then treats it as closed.
    """

    used = False
    spoiled = False

    def check(self, exchange: Exchange, buffer: bytes, *, readable: bool) -> None:
        """Record that bytes are about to leave.

        A connection that the server closed while it was idle is detected here at the latest, before the first
        byte, so that the request, even a send, can use another connection.
        """
        if exchange.began or buffer.startswith(_TO_PROXY):
            return
        if readable:
            raise httpcore2.ConnectError(_CLOSED_WHILE_IDLE)
        exchange.begin(self)
        self.used = True


CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
"""The exchange of this thread or task. Connections look it up: the HTTP library does not pass it on."""


def current() -> Exchange:
    """Return the exchange of this thread or task."""
    exchange = CURRENT.get()
    assert exchange is not None  # noqa: S101 - the transports set it before they use a connection
    return exchange
