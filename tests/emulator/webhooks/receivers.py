"""Receivers of webhooks that the tests run: good ones, and those that are down, slow or lie."""

import base64
import hmac
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

TIMEOUT = 60
"""Seconds; what a test waits for at most, on a machine that is slow and busy."""

Behaviour = Callable[[socket.socket], bool]
"""Answers a request; tells whether the connection goes on."""


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes

    @cached_property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    def is_signed(self, secret: str, algorithm: str = "sha256") -> bool:
        """Tell whether the signature is right, worked out here from the bytes that came in."""
        mac = hmac.new(secret.encode(), self.body, algorithm).digest()
        return self.headers.get("x-callr-hmacsignature") == base64.b64encode(mac).decode()


def answer(status: int, body: bytes = b"ok", *headers: str) -> Behaviour:
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]

    def behave(connection: socket.socket) -> bool:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
        return True

    return behave


def say(data: bytes) -> Behaviour:
    """Send these bytes, whatever they are, and close."""

    def behave(connection: socket.socket) -> bool:
        connection.sendall(data)
        return False

    return behave


def reset(connection: socket.socket) -> bool:
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def never_end(connection: socket.socket) -> bool:
    """Promise success, then send without an end."""
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
    return False


@dataclass
class Receiver:
    """Listens on loopback, keeps what comes in, and answers as `behave` says (it may be replaced)."""

    behave: Behaviour = field(default_factory=lambda: answer(200))
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _listener: socket.socket | None = None
    _port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each.event for each in self.received]

    def start(self) -> None:
        """Listen, on the port of the last time."""
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=512)
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._listener is not None:
            # close() alone leaves the port open while accept() waits in its thread.
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def wait_for(self, is_there: Callable[[list[Received]], object]) -> list[Received]:
        """Wait until what came in satisfies the condition; give it."""
        with self._changed:
            assert self._changed.wait_for(lambda: is_there(self.received), TIMEOUT), len(self.received)
            return list(self.received)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, KeyError, ValueError), connection, connection.makefile("rb") as reader:
            connection.settimeout(TIMEOUT)
            while (line := reader.readline()) != b"":
                headers = {}
                while (header := reader.readline().strip()) != b"":
                    name, _, value = header.decode().partition(": ")
                    headers[name.lower()] = value
                body = reader.read(int(headers["content-length"]))
                with self._changed:
                    self.received.append(Received(line.decode().strip(), headers, body))
                    self._changed.notify_all()
                if not self.behave(connection):
                    return


@contextmanager
def receiving(behave: Behaviour | None = None) -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    receiver = Receiver() if behave is None else Receiver(behave)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()
