"""Connections: which are used again, what threads and tasks share, what closing does."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio
import pytest

from callr_sms_client import AsyncCallr, Callr, CallrError
from callr_sms_client._transport.default import KEEP_IDLE
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, RawServer, http_answer, serving, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import RunningEmulator

TO = "+33612345678"
SENT = http_answer(success(HASH)).replace(b"Connection: close\r\n", b"")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (
    len(success(HASH)),
    success(HASH),
)
PATIENCE = 60.0


def send(callr: Callr) -> str:
    return callr.sms.send(to=TO, body="Hello")


class Connections:
    """A behaviour that answers, notes which connection a request came by, and does something afterwards."""

    def __init__(
        self, answer: bytes = SENT, afterwards: Callable[[socket.socket], None] | None = None
    ) -> None:
        self.seen: list[socket.socket] = []
        self.answer = answer
        self.afterwards = afterwards
        self.done = threading.Event()

    def __call__(self, _: RawServer, connection: socket.socket) -> None:
        self.seen.append(connection)
        connection.sendall(self.answer)
        if self.afterwards:
            self.afterwards(connection)
        self.done.set()

    @property
    def count(self) -> int:
        return len({id(connection) for connection in self.seen})


@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        (SENT, 1),
        (CHUNKED, 1),
        (CHUNKED + SENT, 3),
        (SENT + SENT, 3),
        (SENT + b"\r\n", 3),
        (SENT + b"HTTP/1.1 ", 3),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + SENT, 3),
    ],
)
def test_a_connection_with_something_left_over_is_not_used_again(answer: bytes, connections: int) -> None:
    """What is left over would be taken for the answer to the next send."""
    behave = Connections(answer)
    with serving(behave) as server, Callr("login", "password", base_url=server.base_url) as callr:
        assert [send(callr) for _ in range(3)] == [HASH] * 3
        assert len(server.requests) == 3
    assert behave.count == connections


def test_a_second_answer_never_answers_the_next_send() -> None:
    numbers = iter(range(100))

    def answer_twice(_: RawServer, connection: socket.socket) -> None:
        number = next(numbers)
        answers = (success(f"{kind}{number:07}") for kind in ("A", "B"))
        connection.sendall(
            b"".join(http_answer(one).replace(b"Connection: close\r\n", b"") for one in answers)
        )

    with serving(answer_twice) as server, Callr("login", "password", base_url=server.base_url) as callr:
        assert [send(callr) for _ in range(5)] == [f"A{number:07}" for number in range(5)]


@pytest.mark.parametrize(
    "end", [socket.socket.close, lambda connection: connection.sendall(b"HTTP/1.1 408 T")]
)
def test_a_send_does_not_meet_a_connection_that_ended_while_idle(
    end: Callable[[socket.socket], None],
) -> None:
    behave = Connections(afterwards=end)
    with serving(behave) as server, Callr("login", "password", base_url=server.base_url) as callr:
        for number in range(1, 4):
            behave.done.clear()
            assert send(callr) == HASH
            assert behave.done.wait(PATIENCE)
            assert len(server.requests) == number
    assert behave.count == 3


def test_an_idle_connection_is_given_up_before_servers_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEEP_IDLE < 5
    monkeypatch.setattr("callr_sms_client._transport.default.KEEP_IDLE", 0.01)
    behave = Connections()
    with serving(behave) as server, Callr("login", "password", base_url=server.base_url) as callr:
        for _ in range(2):
            assert send(callr) == HASH
            time.sleep(0.05)
    assert behave.count == 2


def test_fifty_threads_share_a_client(emulator: RunningEmulator) -> None:
    with Callr(emulator.login, emulator.password, base_url=emulator.base_url, timeout=PATIENCE) as callr:

        def work(number: int) -> bool:
            text = f"Hello from thread {number}"
            client = callr if number % 2 else callr.with_options(max_retries=1)
            return all(callr.sms.get(client.sms.send(to=TO, body=text)).text == text for _ in range(4))

        with ThreadPoolExecutor(50) as pool:
            assert all(pool.map(work, range(50)))


@pytest.mark.anyio
async def test_hundreds_of_tasks_share_a_client(emulator: RunningEmulator) -> None:
    done: list[bool] = []
    async with AsyncCallr(
        emulator.login, emulator.password, base_url=emulator.base_url, timeout=PATIENCE
    ) as callr:

        async def work(number: int) -> None:
            text = f"Hello from task {number}"
            done.append((await callr.sms.get(await callr.sms.send(to=TO, body=text))).text == text)

        async with anyio.create_task_group() as tasks:
            for number in range(250):  # of which 100 have a connection
                tasks.start_soon(work, number)
    assert done == [True] * 250


def stall(server: RawServer, connection: socket.socket) -> None:
    server.released.wait(PATIENCE)
    connection.close()


def test_closing_during_calls_gives_our_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that wait for an answer, and those that wait for a connection."""
    monkeypatch.setattr("callr_sms_client._transport.default.MAX_CONNECTIONS", 2)
    with serving(stall) as server:
        callr = wind(Callr("login", "password", base_url=server.base_url, timeout=PATIENCE), WoundClock())
        errors: list[CallrError] = []

        def work() -> None:
            with pytest.raises(CallrError) as caught:
                send(callr)
            errors.append(caught.value)

        threads = [threading.Thread(target=work) for _ in range(10)]
        for thread in threads:
            thread.start()
        while not server.requests:
            time.sleep(0.01)
        callr.close()
        for thread in threads:
            thread.join(PATIENCE)
        assert len(server.requests) == 1
    outcomes = sorted(error.outcome for error in errors)
    assert len(outcomes) == 10
    assert set(outcomes) == {"not_sent", "unknown"}
    assert outcomes.count("unknown") <= 2
    assert all("the client was closed" in str(error) for error in errors if error.outcome == "unknown")


@pytest.mark.anyio
async def test_closing_during_calls_asynchronously() -> None:
    errors: list[CallrError] = []
    with serving(stall) as server:
        callr = wind(
            AsyncCallr("login", "password", base_url=server.base_url, timeout=PATIENCE), WoundClock()
        )

        async def work() -> None:
            with pytest.raises(CallrError) as caught:
                await callr.sms.send(to=TO, body="Hello")
            errors.append(caught.value)

        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(work)
            while not server.requests:  # noqa: ASYNC110 - a thread of another kind sets it
                await anyio.sleep(0.01)
            await callr.aclose()
    assert {error.outcome for error in errors} <= {"not_sent", "unknown"}
    assert all("the client was closed" in str(error) for error in errors if error.outcome == "unknown")
    assert len(errors) == 10


def test_an_interrupt_passes_untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("callr_sms_client._transport.network.Connection.read", interrupt)
    with (
        serving(stall) as server,
        Callr("login", "password", base_url=server.base_url) as callr,
        pytest.raises(KeyboardInterrupt),
    ):
        send(callr)
