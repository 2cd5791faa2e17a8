"""The total of a call, whatever a server does to draw it out.

No time is measured, because a machine may be slow: the server must still be at it when the call ends.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import (
    AsyncCallr,
    Callr,
    CallrTimeoutError,
    MockTransport,
    NotFinalError,
    Response,
    Timeout,
)
from tests.client.support import HASH, SMS, RawServer, http_answer, serving, success

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOTAL = 0.3
PATIENCE = 60.0
LIMIT = Timeout(total=TOTAL, connect=PATIENCE, read=PATIENCE, write=PATIENCE, pool=PATIENCE)
"""Only the total ends a call."""

ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
TO = "+33612345678"


def _drip(data: bytes) -> Callable[[RawServer, socket.socket], None]:
    """Send the data byte by byte, each well within what a read may take."""

    def behave(server: RawServer, connection: socket.socket) -> None:
        for byte in data * 1000:
            if server.released.wait(0.02):
                return
            with suppress(OSError):
                connection.sendall(bytes([byte]))

    return behave


def _drip_body(server: RawServer, connection: socket.socket) -> None:
    connection.sendall(ENDLESS)
    _drip(b" ")(server, connection)


def _drip_early_hints(server: RawServer, connection: socket.socket) -> None:
    for _ in range(1000):
        if server.released.wait(0.02):
            return
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")


SLOW = [_drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000), _drip_body, _drip_early_hints]


@contextmanager
def outlasting(behave: Callable[[RawServer, socket.socket], None]) -> Iterator[RawServer]:
    """A server that would go on for 20 seconds or more, and is not done when its client has given up."""
    done = threading.Event()

    def act(server: RawServer, connection: socket.socket) -> None:
        behave(server, connection)
        if not server.released.is_set():
            done.set()

    with serving(act) as server:
        yield server
        assert not done.is_set()


def fail(base_url: str, timeout: Timeout, body: str = "Hello") -> CallrTimeoutError:
    with (
        Callr("login", "password", base_url=base_url, timeout=timeout) as callr,
        pytest.raises(CallrTimeoutError) as caught,
    ):
        callr.sms.send(to=TO, body=body)
    return caught.value


@pytest.mark.parametrize("behave", SLOW)
def test_a_server_that_drips(behave: Callable[[RawServer, socket.socket], None]) -> None:
    with outlasting(behave) as server:
        error = fail(server.base_url, LIMIT)
    assert (error.outcome, error.attempts) == ("unknown", 1)


def test_a_clock_that_the_users_test_has_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As freezegun does it."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    with outlasting(_drip_body) as server:
        error = fail(server.base_url, LIMIT)
    assert error.outcome == "unknown"
    pending = Response.of_json({"status": "success", "data": {**SMS, "status": "PENDING"}})
    transport = MockTransport([pending, pending])
    with Callr("login", "password", transport=transport) as callr, pytest.raises(NotFinalError):
        callr.sms.wait_until_final(HASH, timeout=0.01)


@pytest.mark.anyio
@pytest.mark.parametrize("behave", SLOW)
async def test_a_server_that_drips_asynchronously(behave: Callable[[RawServer, socket.socket], None]) -> None:
    with outlasting(behave) as server:
        async with AsyncCallr("login", "password", base_url=server.base_url, timeout=LIMIT) as callr:
            with pytest.raises(CallrTimeoutError) as caught:
                await callr.sms.send(to=TO, body="Hello")
    assert caught.value.outcome == "unknown"


@pytest.fixture
def slow_reader() -> Iterator[str]:
    """The address of a server that reads a little now and then, and has not read all when the test ends."""
    done = threading.Event()
    received = 0
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def read_slowly() -> None:
            nonlocal received
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    while not done.wait(0.01):
                        received += len(connection.recv(1024))

        thread = threading.Thread(target=read_slowly)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        thread.join(PATIENCE)
    assert 0 < received < len(LONG.encode())


# As long as the longest text: more than the sockets of both sides hold here.
LONG = "👍" * 80_000


def test_a_server_that_reads_slowly(slow_reader: str) -> None:
    error = fail(slow_reader, LIMIT, LONG)
    assert error.outcome == "unknown"


def test_a_handshake_that_drips() -> None:
    """A TLS record is announced and comes byte by byte."""
    done = threading.Event()

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 1000:
                    if done.wait(0.02):
                        return
                    connection.sendall(bytes([byte]))
                through.set()

    through = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, args=(listener,))
        thread.start()
        error = fail(f"https://127.0.0.1:{listener.getsockname()[1]}", LIMIT)
        assert not through.is_set()
        done.set()
        thread.join(PATIENCE)
    assert error.outcome == "not_sent"


def test_a_resolver_that_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    released, through = threading.Event(), threading.Event()

    def take_time(*_: object, **__: object) -> list[object]:
        if not released.wait(PATIENCE):
            through.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", take_time)
    error = fail("http://callr.invalid", LIMIT)
    assert not through.is_set()
    released.set()
    assert error.outcome == "not_sent"


def test_waits_count() -> None:
    """A total that ends during the second attempt."""
    answers = iter([http_answer(b"", "503 No", "text/plain", "Retry-After: 0.1")])

    def behave(server: RawServer, connection: socket.socket) -> None:
        answer = next(answers, None)
        if answer is None:
            server.released.wait(PATIENCE)  # and then a broken answer, which is no timeout
        else:
            connection.sendall(answer)
        connection.close()

    with (
        serving(behave) as server,
        Callr("login", "password", base_url=server.base_url, timeout=2.0) as callr,
        pytest.raises(CallrTimeoutError) as caught,
    ):
        callr.sms.get(HASH)
    assert caught.value.attempts == 2


def test_a_pool_that_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callr_sms_client._transport.default.MAX_CONNECTIONS", 1)

    def behave(server: RawServer, connection: socket.socket) -> None:
        server.released.wait()
        with suppress(OSError):
            connection.sendall(http_answer(success(HASH)))

    with serving(behave) as server, Callr("login", "password", base_url=server.base_url) as callr:
        sent: list[str] = []
        thread = threading.Thread(target=lambda: sent.append(callr.sms.send(to=TO, body="Hello")))
        thread.start()
        while not server.requests:
            time.sleep(0.01)
        with pytest.raises(CallrTimeoutError) as caught:
            callr.with_options(timeout=TOTAL).sms.send(to=TO, body="Hello")
        server.released.set()
        thread.join()
    assert (caught.value.outcome, sent, len(server.requests)) == ("not_sent", [HASH], 1)
