"""Requests that are wrong in every way: none of them may end the emulator, or be answered with 5xx."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.emulator.support import AUTHORIZATION, TIMEOUT, running

if TYPE_CHECKING:
    from pathlib import Path

_BODY = b'{"to":"+33612345678","body":"Hello","options":{"force_encoding":"GSM"}}'
_WHOLE = b"\r\n".join(
    [
        b"POST /rest/v1.1/sms HTTP/1.1",
        b"Host: localhost",
        b"Authorization: " + AUTHORIZATION["Authorization"].encode(),
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(_BODY),
        b"Connection: close",
        b"",
        _BODY,
    ]
)
_PIECES = [
    b"\r\n",
    b"\0",
    b"\xff",
    b"{",
    b'"',
    b"Content-Length: 9" * 9,
    b"Transfer-Encoding: chunked\r\n",
    b"%00",
]


def damage(draw: random.Random) -> bytes:
    """Return a request with some of its bytes replaced, removed or repeated."""
    data = bytearray(_WHOLE)
    for _ in range(draw.randrange(1, 6)):
        at = draw.randrange(len(data))
        end = at + draw.randrange(1, 20)
        piece = draw.choice(
            [draw.randbytes(draw.randrange(8)), draw.choice(_PIECES), bytes(data[at:end]) * 3]
        )
        data[at:end] = piece
        if len(data) < 2:
            break
    return bytes(data)


def send_malformed(folder: Path, count: int, number: int = 0) -> int:
    """Send damaged requests to an emulator, each on its own connection; return how many got a response."""
    draw = random.Random(number)  # noqa: S311 - to repeat it
    answered = 0
    with running(folder / "log", "--database", ":memory:") as process:
        address = urlsplit(process.url)
        for _ in range(count):
            data = damage(draw)
            status = _status((address.hostname or "", address.port or 0), data)
            assert status is None or status < 500, (status, data)
            answered += status is not None
        assert process.client.get(process.client.send())["text"] == "Hello"
    return answered


def _status(address: tuple[str, int], data: bytes) -> int | None:
    """Send a request and the end of the connection; return the status, or None without a response."""
    with socket.create_connection(address, TIMEOUT) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            head = connection.makefile("rb").readline()
        except ConnectionError:
            return None
    return int(head.split()[1]) if head else None
