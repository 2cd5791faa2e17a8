"""Requests that are wrong in every way: none of them may end the emulator, or be answered with 5xx."""

from __future__ import annotations

import random
import selectors
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.emulator.proof.soak import resident
from tests.emulator.support import AUTHORIZATION, TIMEOUT, running

if TYPE_CHECKING:
    from collections.abc import Iterator
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
_BETWEEN = 1000  # malformed requests between two right ones
_MOST_GROWTH = 10 * 1024  # kB
_SLOW_SENDERS = 100
_PAUSE_S = 0.1


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


def send_malformed(folder: Path, count: int, number: int = 0, slow_seconds: float = 0) -> int:
    """Send damaged requests to an emulator, each on its own connection; return how many got a response.

    Others send slowly meanwhile, for `slow_seconds`. Now and then a right request is answered, and after the
    first tenth, in which caches and the journal fill, the memory does not grow by more than 10 MiB.
    """
    draw = random.Random(number)  # noqa: S311 - to repeat it
    answered = 0
    with running(folder / "log", "--database", str(folder / "sms.sqlite3")) as process:  # some are right
        parts = urlsplit(process.url)
        address = (parts.hostname or "", parts.port or 0)
        before = 0
        with _sending_slowly(address, slow_seconds) as senders:
            for done in range(count):
                if done % _BETWEEN == 0:
                    assert process.client.get(process.client.send())["text"] == "Hello"
                if done == count // 10:
                    before = resident(process.popen.pid)
                data = damage(draw)
                status = _status(address, data)
                assert status is None or status < 500, (status, data)
                answered += status is not None
            senders.join()
        assert process.client.get(process.client.send())["text"] == "Hello"
        growth = resident(process.popen.pid) - before
        assert growth < _MOST_GROWTH, f"memory grew by {growth} kB"
        assert "Traceback" not in process.log.read_text()
    return answered


@contextmanager
def _sending_slowly(address: tuple[str, int], seconds: float) -> Iterator[threading.Thread]:
    """Send requests on many connections, a byte now and then, for so long."""
    end = time.monotonic() + seconds

    def send() -> None:
        with selectors.DefaultSelector() as selector:
            while time.monotonic() < end:
                while len(selector.get_map()) < _SLOW_SENDERS:
                    data = iter(_WHOLE)
                    selector.register(socket.create_connection(address, TIMEOUT), selectors.EVENT_READ, data)
                ended = {key.fileobj for key, _ in selector.select(_PAUSE_S)}
                for key in [*selector.get_map().values()]:
                    connection = key.fileobj
                    assert isinstance(connection, socket.socket)
                    byte = next(key.data, None)
                    if connection in ended or byte is None:
                        selector.unregister(connection)
                        connection.close()
                    else:
                        with suppress(ConnectionError):  # it is in `ended` the next time
                            connection.sendall(bytes([byte]))
            for key in [*selector.get_map().values()]:
                key.fileobj.close()  # type: ignore[union-attr] # a socket

    sender = threading.Thread(target=send)
    sender.start()
    yield sender
    sender.join()


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
