"""How long after a send a waiting client is answered, while a thousand others wait for something else."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
from base64 import b64encode
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks._measure import Goal, Result, Scale, alternate

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAITING = 1000
_SENDS = 20
_START = "callr-sms-emulator: listening on "
_HEADERS = {"Authorization": "Basic " + b64encode(b"emulator:emulator").decode()}

_ALONE = f"{_SENDS} sends, each read"
_HEARD = f"{_SENDS} sends, each heard of while {_WAITING} others wait"
# Ten milliseconds for each send.
_GOALS = (Goal(_HEARD, _ALONE, 10 * _SENDS, in_ms=True),)


def measure(scale: Scale) -> Result:
    """Send to one waiter after the other."""
    with _emulator() as address:
        rounds = scale.rounds + 1  # one does not count
        crowd = _Crowd(address, scale.of(_WAITING), rounds * _SENDS)
        try:
            return alternate("Listening", {_ALONE: crowd.read, _HEARD: crowd.hear}, _GOALS, scale.rounds)
        finally:
            crowd.close()


@contextlib.contextmanager
def _emulator() -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "callr_sms_emulator", "serve", "--port", "0", "--database", ":memory:"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CALLR_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - our own command
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            url = urlsplit(process.stdout.readline().removeprefix(_START).strip())
            yield str(url.hostname), int(url.port or 0)
        finally:
            process.terminate()


class _Crowd:
    """All waiting clients, and a client that sends to them one after the other."""

    def __init__(self, address: tuple[str, int], others: int, heard: int) -> None:
        self._connection = http.client.HTTPConnection(*address)
        self._address = address
        self._waiting = deque((number, self._wait(number)) for number in range(others + heard))

    def read(self) -> None:
        """Send, and read what was sent."""
        for _ in range(_SENDS):
            self._call("GET", f"/rest/v1.1/sms/{self._send(999_999)}")

    def hear(self) -> None:
        """Send, and return when the waiter was answered."""
        for _ in range(_SENDS):
            number, waiting = self._waiting.popleft()
            self._send(number)
            assert waiting.recv(65536).startswith(b"HTTP/1.1 200 ")  # noqa: S101 - else there is nothing to measure
            waiting.close()

    def close(self) -> None:
        """Close all connections."""
        self._connection.close()
        for _, waiting in self._waiting:
            waiting.close()

    def _wait(self, number: int) -> socket.socket:
        waiting = socket.create_connection(self._address)
        target = f"/_emulator/sms/wait?timeout=300&to=%2B{_recipient(number)}"
        head = (
            f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {_HEADERS['Authorization']}\r\n\r\n"
        )
        waiting.sendall(head.encode())
        return waiting

    def _send(self, number: int) -> str:
        body = json.dumps({"to": f"+{_recipient(number)}", "body": "Your code is 123456"})
        sms_hash: str = self._call("POST", "/rest/v1.1/sms", body)
        return sms_hash

    def _call(self, method: str, path: str, body: str | None = None) -> str:
        headers = _HEADERS | ({"Content-Type": "application/json"} if body else {})
        self._connection.request(method, path, body, headers)
        answer = json.loads(self._connection.getresponse().read())
        assert answer["status"] == "success", answer  # noqa: S101 - else there is nothing to measure
        data: str = answer["data"]
        return data


def _recipient(number: int) -> int:
    return 447_700_000_000 + number
