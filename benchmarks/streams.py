"""The CPU time of sends that a hundred streams of events follow, compared with sends that nobody follows."""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
from base64 import b64encode
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from benchmarks._measure import Goal, Result, Scale, alternate
from benchmarks.waiting import cpu, emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPConnection

_STREAMS = 100
_SENDS = 1000
_BODY = b'{"to": "+33639981234", "body": "Your code is 123456"}'
_READY = "ready\n"

_ALONE = f"{_SENDS:,} sends"
_FOLLOWED = f"{_SENDS:,} sends, each followed by {_STREAMS} streams"
# The API keeps 0.8 of its throughput.
_GOALS = (Goal(_FOLLOWED, _ALONE, 1 / 0.8),)


def measure(scale: Scale) -> Result:
    """Send with two accounts, one of which is followed."""
    sends = scale.of(_SENDS)
    with (
        emulator("--account", "alone:alone", "--account", "followed:followed") as connection,
        _followers(connection, scale.of(_STREAMS)),
    ):
        cases = {
            _ALONE: lambda: _send(connection, "alone", sends),
            _FOLLOWED: lambda: _send(connection, "followed", sends),
        }
        clock = partial(cpu, connection)
        return alternate("CPU time of sends with streams of events", cases, _GOALS, scale.rounds, clock)


def _authorization(login: str) -> str:
    return "Basic " + b64encode(f"{login}:{login}".encode()).decode()


def _send(connection: HTTPConnection, login: str, count: int) -> None:
    headers = {"Authorization": _authorization(login), "Content-Type": "application/json"}
    for _ in range(count):
        connection.request("POST", "/rest/v1.1/sms", _BODY, headers)
        response = connection.getresponse()
        response.read()
        assert response.status == 200  # noqa: PLR2004, S101 - else there is nothing to measure


@contextmanager
def _followers(connection: HTTPConnection, count: int) -> Iterator[None]:
    """Follow the events in a process of its own, which reads as fast as it can."""
    command = [sys.executable, "-m", __name__, connection.host, str(connection.port), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            assert process.stdout.readline() == _READY  # noqa: S101 - else there is nothing to measure
            yield
        finally:
            process.kill()


def _follow(host: str, port: int, count: int) -> None:
    """Open streams, and read them until the process is ended."""
    lines = (
        "GET /_emulator/events HTTP/1.1",
        f"Host: {host}",
        f"Authorization: {_authorization('followed')}",
    )
    with selectors.DefaultSelector() as streams:
        for _ in range(count):
            stream = socket.create_connection((host, port))
            stream.sendall("\r\n".join([*lines, "", ""]).encode())
            assert stream.recv(65536).startswith(b"HTTP/1.1 200 ")  # noqa: S101 - as above
            streams.register(stream, selectors.EVENT_READ, stream)
        sys.stdout.write(_READY)
        sys.stdout.flush()
        while True:
            for key, _ in streams.select():
                key.data.recv(65536)


if __name__ == "__main__":
    _follow(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
