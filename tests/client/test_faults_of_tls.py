"""TLS, through a proxy and without one, that breaks at any byte on the wire: one send at most.

The bytes are those of the connection: of CONNECT, the handshake, and the encrypted request and response.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

import pytest
import trustme

from callr_sms_client import AsyncCallr, Callr, CallrConnectionError, CallrError, ProtocolError, Timeout
from tests.client.clocks import WoundClock, wind
from tests.client.support import CRLF, HASH, http_answer, success

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

TO = "+33612345678"
ANSWER = http_answer(success(HASH)).replace(b"Connection: close\r\n", b"")
OPENED = b"HTTP/1.1 200 OK" + CRLF + CRLF
PATIENCE = 60.0
PATIENT = Timeout(total=None, connect=PATIENCE, read=PATIENCE, write=PATIENCE)
WORKERS = 4

AUTHORITY = trustme.CA()
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.num_tickets = 0
AUTHORITY.issue_cert("127.0.0.1", "api.invalid").configure_cert(CONTEXT)
TRUSTING = ssl.create_default_context()
AUTHORITY.configure_trust(TRUSTING)


class BrokenError(Exception):
    """The connection breaks here."""


@dataclass(frozen=True)
class Break:
    """After how many bytes of a direction a connection breaks, and how."""

    direction: Literal["in", "out"]
    at: int
    how: Literal["close", "reset"]


@dataclass
class Wire:
    """A connection that counts its bytes and breaks where it is planned."""

    connection: socket.socket
    planned: Break | None
    count: dict[str, int] = field(default_factory=lambda: {"in": 0, "out": 0})

    def read(self) -> bytes:
        received = self.connection.recv(self._allowed("in") or 65536)
        self.count["in"] += len(received)
        return received

    def write(self, data: bytes) -> None:
        allowed = self._allowed("out") if data else None
        self.connection.sendall(data[:allowed])
        self.count["out"] += len(data[:allowed])
        if allowed is not None and allowed < len(data):
            raise BrokenError

    def _allowed(self, direction: str) -> int | None:
        if self.planned is None or self.planned.direction != direction:
            return None
        allowed = self.planned.at - self.count[direction]
        if allowed <= 0:
            raise BrokenError
        return allowed


class Server:
    """Serves HTTPS; before, it is the proxy that the connection is opened through."""

    def __init__(self, *, is_proxy: bool) -> None:
        self.is_proxy = is_proxy
        self.loop = asyncio.Runner()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._accept)
        self.planned: Break | None = None
        self.delivered: list[bytes] = []
        self.wires: list[Wire] = []

    def options(self) -> dict[str, Any]:
        address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        if self.is_proxy:
            return {"base_url": "https://api.invalid", "proxy": f"http://{address}"}
        return {"base_url": f"https://{address}"}

    def begin(self, planned: Break | None) -> None:
        """Break the next connection, and serve those that follow."""
        self.planned, self.delivered, self.wires = planned, [], []

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.close()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(PATIENCE)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.settimeout(PATIENCE)
                wire, delivered = Wire(connection, self.planned), self.delivered
                self.planned = None
                self.wires.append(wire)
                with connection, suppress(OSError):
                    try:
                        self._serve(wire, delivered)
                    except BrokenError:
                        if wire.planned and wire.planned.how == "reset":
                            connection.setsockopt(
                                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                            )

    def _serve(self, wire: Wire, delivered: list[bytes]) -> None:
        if self.is_proxy:
            head = b""
            while CRLF + CRLF not in head and (piece := wire.read()):
                head += piece
            wire.write(OPENED)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = CONTEXT.wrap_bio(incoming, outgoing, server_side=True)

        def run(step: Callable[[], bytes | int | None]) -> bytes | int | None:
            while True:
                try:
                    done = step()
                except ssl.SSLWantReadError:
                    wire.write(outgoing.read())
                    incoming.write(wire.read() or _end())
                else:
                    wire.write(outgoing.read())
                    return done

        run(tls.do_handshake)
        request = b""
        while b'"to"' not in request or not request.endswith(b"}"):
            part = run(tls.read)
            assert isinstance(part, bytes)
            request += part
        delivered.append(request)
        run(lambda: tls.write(ANSWER))
        while wire.read():
            pass


def _end() -> bytes:
    raise OSError("the client has closed the connection")


def call(server: Server) -> str | CallrError:
    client = Callr("login", "password", timeout=PATIENT, tls=TRUSTING, **server.options())
    with wind(client, WoundClock()) as callr:
        try:
            return callr.sms.send(to=TO, body="Hello")
        except CallrError as error:
            return error


def call_asynchronously(server: Server) -> str | CallrError:
    async def run() -> str | CallrError:
        client = AsyncCallr("login", "password", timeout=PATIENT, tls=TRUSTING, **server.options())
        async with wind(client, WoundClock()) as callr:
            try:
                return await callr.sms.send(to=TO, body="Hello")
            except CallrError as error:
                return error

    return server.loop.run(run())


CALLERS = (call, call_asynchronously)


def check(server: Server, planned: Break, number: int) -> str:
    """Both clients and both ways to break take turns, and meet at every fourth byte."""
    server.begin(planned)
    made = CALLERS[number // 2 % 2](server)
    assert len(server.delivered) <= 1, planned
    if isinstance(made, CallrError):
        assert isinstance(made, CallrConnectionError | ProtocolError), (made, planned)
        assert (made.outcome, made.attempts, len(server.wires)) == ("unknown", 1, 1), (made, planned)
        return "unknown"
    assert (made, len(server.delivered)) == (HASH, 1), planned
    # No byte of the request had left, so it went over another connection; or a signature was shorter this
    # time, and nothing was left to break.
    return "repeated" if len(server.wires) > 1 else "whole"


@pytest.mark.parametrize("is_proxy", [False, True])
def test_tls_that_breaks_at_any_byte_sends_once(*, is_proxy: bool) -> None:
    with Server(is_proxy=is_proxy) as server:
        server.begin(None)
        assert call(server) == HASH
        length = server.wires[0].count
    breaks = [
        Break(direction, at, ("close", "reset")[at % 2])
        for direction in ("in", "out")
        for at in range(length[direction])
    ]

    def work(number: int) -> set[str]:
        with Server(is_proxy=is_proxy) as server:
            return {check(server, breaks[at], at) for at in range(number, len(breaks), WORKERS)}

    assert len(breaks) > 1000
    with ThreadPoolExecutor(WORKERS) as pool:
        found = set.union(*pool.map(work, range(WORKERS)))
    assert found >= {"unknown", "repeated"}
