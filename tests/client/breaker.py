"""A TCP server that breaks an exchange wherever it is told to."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from tests.client.support import CRLF

if TYPE_CHECKING:
    from types import TracebackType

How = Literal["close", "reset", "half-close", "stall"]
HOWS: tuple[How, ...] = ("close", "reset", "half-close", "stall")
PATIENCE = 60.0


@dataclass(frozen=True)
class Break:
    """Where an exchange breaks: after so many bytes of the request, or of the answer.

    Attributes:
        phase: What is on its way.
        at: How many bytes of it still get through.
        how: What the server does then.
        answer: What it would have said.
    """

    phase: Literal["request", "answer"]
    at: int
    how: How
    answer: bytes = b""


@dataclass
class Case:
    """What a server does for one call, and what came of it.

    Attributes:
        plan: One break for each connection to come.
        delivered: The requests that came in whole.
        accepted: How many connections there were.
        began: Set with the first connection.
        over: Set when the call is over: whoever stalls may stop.
    """

    plan: list[Break] = field(default_factory=list)
    delivered: list[bytes] = field(default_factory=list)
    accepted: int = 0
    began: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Breaker:
    """Breaks each connection as the next of the plan says."""

    def __init__(self) -> None:
        self.case = Case()
        self.loop = asyncio.Runner()
        """Where asynchronous calls to it run; made with the first one."""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._accept)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def begin(self, *plan: Break) -> Case:
        """Break the connections to come as planned. One that still ends belongs to the case before."""
        self.case = Case(list(plan))
        return self.case

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.close()
        self.case.over.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(PATIENCE)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                case = self.case
                case.accepted += 1
                case.began.set()
                connection.settimeout(PATIENCE)
                with connection, suppress(OSError):
                    _serve(connection, case, case.plan.pop(0))


def _serve(connection: socket.socket, case: Case, planned: Break) -> None:
    if planned.phase == "request":
        received = _read(connection, planned.at)
    else:
        received = _read_request(connection)
        case.delivered.append(received)
        connection.sendall(planned.answer[: planned.at])
    if planned.how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif planned.how == "half-close":
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            received += piece
        if planned.phase == "request" and _is_whole(received):
            case.delivered.append(received)
    elif planned.how == "stall":
        case.over.wait(PATIENCE)


def _read(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length and (piece := connection.recv(length - len(received))):
        received += piece
    return received


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while not _is_whole(received) and (piece := connection.recv(65536)):
        received += piece
    return received


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(CRLF + CRLF)
    lengths = [
        int(line.split(b":")[1]) for line in head.split(CRLF) if line.lower().startswith(b"content-length:")
    ]
    return bool(end) and len(body) >= sum(lengths)
