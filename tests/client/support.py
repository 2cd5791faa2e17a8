"""Servers that do as they are told, and transports that only take notes."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from callr_sms_client import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CRLF = b"\r\n"
PATIENCE = 10.0
HASH = "8242D945"

SMS: dict[str, Any] = {
    "type": "OUT",
    "hash": HASH,
    "from": "My Shop",
    "to": "+33612345678",
    "text": "Your code is 4711.",
    "options": {"nature": "ALERTING", "user_data": "order 42"},
    "encoding": "GSM",
    "user_data": "order 42",
    "b_customer_mode": "PREPAID",
    "b_customer_debit": "7.80",
    "network": "20801",
    "status": "RECEIVED",
    "status_error": "",
    "parts": 1,
    "nature": "ALERTING",
    "date_creation": "2024-03-19 02:41:23",
    "date_update": "2024-03-19 02:41:28",
    "date_sent": "2024-03-19 02:41:26",
    "date_received": "0000-00-00 00:00:00",
    "status_history": [
        {"old_status": "CREATED", "new_status": "PENDING", "updated_at": "2024-03-19 02:41:24.912"},
        {"old_status": "PENDING", "new_status": "SENT", "updated_at": "2024-03-19 02:41:26.531"},
    ],
}


def success(data: object) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


def failure(code: int, message: str) -> bytes:
    return json.dumps({"status": "error", "data": {"code": code, "message": message}}).encode()


def http_answer(
    body: bytes, status: str = "200 OK", content_type: str = "application/json", *extra: str
) -> bytes:
    lines = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *extra,
    )
    return "".join(f"{line}\r\n" for line in lines).encode() + CRLF + body


@dataclass
class RawServer:
    """A TCP server that reads each request to its end, notes it, and then does what it was made for."""

    behave: Callable[[socket.socket], None]
    requests: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    released: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: whoever stalls may stop."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/rest/v1.1"

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection:
                    connection.settimeout(PATIENCE)
                    with suppress(OSError):
                        self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        while request := _read_request(connection):
            self.requests.append(request)
            self.behave(connection)

    def close(self) -> None:
        self.released.set()
        # Only this wakes a thread that waits in accept().
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@contextmanager
def serving(behave: Callable[[RawServer, socket.socket], None] | bytes) -> Iterator[RawServer]:
    """A server that answers with some bytes and hangs up, or behaves in another way."""

    def act(connection: socket.socket) -> None:
        if isinstance(behave, bytes):
            connection.sendall(behave)
            connection.close()
        else:
            behave(server, connection)

    server = RawServer(act)
    thread = threading.Thread(target=server.accept)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while CRLF + CRLF not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(CRLF + CRLF)
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(CRLF)
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            return b""
        body += piece
    return head + CRLF + CRLF + body


@dataclass
class NotingTransport:
    """Sends nothing, notes each request and gives one answer."""

    body: bytes = field(default_factory=lambda: success(HASH))
    status: int = 200
    requests: list[Request] = field(default_factory=list)
    closed: int = 0

    @classmethod
    def of(cls, data: object) -> Self:
        return cls(success(data))

    @property
    def request(self) -> Request:
        (request,) = self.requests
        return request

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(self.status, {"content-type": "application/json"}, self.body)

    def close(self) -> None:
        self.closed += 1


@dataclass
class AsyncNotingTransport:
    """As above, to be awaited."""

    inner: NotingTransport = field(default_factory=NotingTransport)

    async def send(self, request: Request) -> Response:
        return self.inner.send(request)

    async def aclose(self) -> None:
        self.inner.close()
