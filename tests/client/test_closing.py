"""A client that is closed while it connects or waits: the call ends at once, and says what was sent."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    AsyncCallr,
    Callr,
    CallrConnectionError,
    CallrError,
    ClientClosedError,
    ConfigurationError,
    Hooks,
    Timeout,
)
from callr_sms_client._calls.clock import Clock
from callr_sms_client._transport import addresses, async_addresses, exchange, sockets
from tests.client.clocks import wind
from tests.client.support import failure, http_answer, serving
from tests.client.test_addresses import HOST, SILENT, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from callr_sms_client._support import Closing
    from tests.client.support import RawServer

TO = "+33612345678"
PATIENCE = 60.0
SOON = 10.0
"""Seconds: far below the timeouts of the calls."""


class Phase:
    """A step that lasts until the client is closed.

    Attributes:
        options: Of a client that comes to it.
        reached: Set when a call has come to it.
        over: Set when the call has ended: a loop waits for its resolver.
    """

    def __init__(self, name: str, patch: pytest.MonkeyPatch, opened: ExitStack) -> None:
        self.reached, self.over = threading.Event(), threading.Event()
        opened.callback(self.over.set)
        listener = opened.enter_context(socket.create_server((SILENT, 0)))
        port = listener.getsockname()[1]
        silent = f"{SILENT}:{port}"
        self.options: dict[str, Any] = {
            "look-up": {"base_url": f"http://{HOST}:{port}"},
            "connection": {"base_url": f"http://{silent}"},
            "TLS": {"base_url": f"https://{silent}"},
            "proxy": {"base_url": "https://api.invalid", "proxy": f"http://{silent}"},
            "SOCKS": {"base_url": "http://api.invalid", "proxy": f"socks5://{silent}"},
            "TLS to a proxy": {"base_url": "https://api.invalid", "proxy": f"https://{silent}"},
        }[name]
        if name == "look-up":
            self._stop_the_resolver(patch)
        elif name == "connection":
            listener.close()
            opened.enter_context(silence(port))
            self._notice_attempts(patch)
        else:
            accepting = threading.Thread(target=self._accept, args=(listener, opened))
            accepting.start()
            opened.callback(accepting.join, PATIENCE)

    def _stop_the_resolver(self, patch: pytest.MonkeyPatch) -> None:
        real = socket.getaddrinfo

        def look_up(host: str | bytes | None, port: int, *rest: Any, **options: Any) -> Any:  # noqa: ANN401 - as they came
            if host not in {HOST, HOST.encode()}:
                return real(host, port, *rest, **options)
            if (rest[3] if len(rest) > 3 else options.get("flags", 0)) & socket.AI_NUMERICHOST:
                raise socket.gaierror(socket.EAI_NONAME, "not a number")  # trio looks first, without waiting
            self.reached.set()
            self.over.wait(PATIENCE)
            raise socket.gaierror(socket.EAI_AGAIN, "too late")

        patch.setattr(socket, "getaddrinfo", look_up)

    def _notice_attempts(self, patch: pytest.MonkeyPatch) -> None:
        begin = sockets.begin_to_connect

        def noticing(*arguments: Any) -> socket.socket:  # noqa: ANN401 - as they came
            made = begin(*arguments)
            self.reached.set()
            return made

        for module in (addresses, async_addresses):
            patch.setattr(module, "begin_to_connect", noticing)

    def _accept(self, listener: socket.socket, opened: ExitStack) -> None:
        connection, _ = listener.accept()
        opened.enter_context(connection)
        connection.recv(1)  # the first byte of a handshake
        self.reached.set()


@pytest.fixture(params=["look-up", "connection", "TLS", "proxy", "SOCKS", "TLS to a proxy"])
def phase(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phase]:
    with ExitStack() as opened:
        yield Phase(request.param, monkeypatch, opened)


def check(errors: list[CallrError], began: float) -> None:
    assert time.monotonic() - began < SOON
    (error,) = errors
    assert type(error) is CallrConnectionError
    said = r"sms\.send: no connection \(([a-z0-9.]+: )?the client was closed\); nothing was sent"
    assert re.fullmatch(said, str(error))
    assert (error.outcome, error.attempts) == ("not_sent", 1)


HOOKED = pytest.mark.parametrize("hooks", [None, Hooks()], ids=["plain", "hooks"])


@HOOKED
def test_closing_ends_a_call_that_connects(phase: Phase, hooks: Hooks | None) -> None:
    """Nothing is tried again; a client with other options is closed by the one that made it."""
    patient = Timeout(connect=PATIENCE, total=PATIENCE)
    callr = Callr("me", "secret", timeout=patient, hooks=hooks, **phase.options)
    errors: list[CallrError] = []

    def work() -> None:
        try:
            callr.with_options(max_retries=5).sms.send(to=TO, body="Hello")
        except CallrError as error:
            errors.append(error)

    working = threading.Thread(target=work)
    working.start()
    assert phase.reached.wait(PATIENCE)
    began = time.monotonic()
    callr.close()
    working.join(PATIENCE)
    check(errors, began)


@pytest.mark.parametrize("step", ["shake_hands", "receive", "send"])
def test_whoever_is_not_waiting_when_it_is_closed_is_not_told_that_the_server_did_it(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The other thread is between two steps: the next one meets what closing did to the socket."""
    monkeypatch.setattr(sockets, "current", lambda: exchange.Exchange(Timeout()))
    ours, theirs = socket.socketpair()
    with theirs:
        stream = sockets.Stream(ours, object())
        if step == "shake_hands":
            context = ssl.create_default_context()
            stream = sockets.Stream(*stream.wrap(context, "api.test"))
            assert stream.shake_hands("api.test") is sockets.Want.READ
        stream._waiting = True  # so that the socket is shut down, and not closed  # noqa: SLF001
        stream.close()
        steps: dict[str, Callable[[], object]] = {
            "shake_hands": lambda: stream.shake_hands("api.test"),
            "receive": lambda: stream.receive(1),
            "send": lambda: stream.send(memoryview(b"x")),
        }
        with pytest.raises(Exception, match=rf"\A(api\.test: )?{sockets.CLOSED_BY_US}\Z"):
            steps[step]()
        stream.close_copy()


@HOOKED
@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.anyio
async def test_closing_ends_a_task_that_connects(
    phase: Phase, hooks: Hooks | None, *, elsewhere: bool
) -> None:
    """From its own event loop, and from that of another thread."""
    errors: list[CallrError] = []
    moments: list[float] = []

    async def work(callr: AsyncCallr) -> None:
        try:
            await callr.sms.send(to=TO, body="Hello")
        except CallrError as error:
            errors.append(error)
        phase.over.set()
        check(errors, *moments)

    patient = Timeout(connect=PATIENCE, total=PATIENCE)
    callr = AsyncCallr("me", "secret", timeout=patient, hooks=hooks, **phase.options)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work, callr)
        await anyio.to_thread.run_sync(phase.reached.wait, PATIENCE)
        moments.append(time.monotonic())
        if elsewhere:
            await anyio.to_thread.run_sync(asyncio.run, callr.aclose())
        else:
            await callr.aclose()


def test_a_close_that_is_interrupted_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of `close`: the second one ends the call that was left."""

    def stall(server: RawServer, _: socket.socket) -> None:
        reached.set()
        server.released.wait(PATIENCE)

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    reached = threading.Event()
    errors: list[CallrError] = []

    def work() -> None:
        try:
            callr.sms.send(to=TO, body="Hello")
        except CallrError as error:
            errors.append(error)

    with serving(stall) as server:
        callr = Callr("me", "secret", base_url=server.base_url, timeout=PATIENCE)
        working = threading.Thread(target=work)
        working.start()
        assert reached.wait(PATIENCE)
        with monkeypatch.context() as patch:
            patch.setattr(sockets.Stream, "close", interrupt)
            with pytest.raises(KeyboardInterrupt):
                callr.close()
        with pytest.raises(ConfigurationError, match="the client is closed"):
            callr.sms.send(to=TO, body="Hello")
        began = time.monotonic()
        callr.close()
        working.join(PATIENCE)
    assert time.monotonic() - began < SOON
    assert [error.outcome for error in errors] == ["unknown"]


class NoticingClock(Clock):
    """Notices that a call begins to wait, for a long time."""

    def __init__(self) -> None:
        self.waiting = threading.Event()

    def random(self) -> float:
        return 2 * PATIENCE

    def sleep(self, seconds: float, closing: Closing) -> None:
        self.waiting.set()
        super().sleep(seconds + PATIENCE, closing)

    async def wait(self, seconds: float, closing: Closing) -> None:
        self.waiting.set()
        await super().wait(seconds + PATIENCE, closing)


LONG = 10 * PATIENCE
ASKS_TO_WAIT = http_answer(
    failure(429, "TOO_MANY"), "429 Too Many Requests", "application/json", "Retry-After: 60"
)
UNAVAILABLE = http_answer(
    failure(503, "NO"), "503 Service Unavailable", "application/json", "Retry-After: 60"
)
CASES = pytest.mark.parametrize(
    ("response", "call", "outcome", "said"),
    [
        (b"", "send", "not_sent", r"no connection \(127\.0\.0\.1: .+\); nothing was sent"),
        (UNAVAILABLE, "get", "unknown", r"HTTP 503 \(the API's own words are in \.message\)"),
        (ASKS_TO_WAIT, "get", "refused", r"HTTP 429 \(the API's own words are in \.message\)"),
    ],
    ids=["not sent", "unknown", "refused"],
)


def begin(callr: Any, call: str) -> Any:  # noqa: ANN401 - both clients
    """A call, which is a coroutine of an asynchronous client."""
    return callr.sms.send(to=TO, body="Hello") if call == "send" else callr.sms.get("8242D945")


def check_waiting(errors: list[CallrError], began: float, outcome: str, said: str) -> None:
    assert time.monotonic() - began < SOON
    (error,) = errors
    assert type(error) is ClientClosedError
    assert (error.outcome, error.attempts, error.response) == (outcome, 1, None)
    assert re.fullmatch(
        rf"sms\.\w+: the client was closed before attempt 2; the last attempt: {said}", str(error)
    )
    assert isinstance(error.__cause__, CallrError)
    assert error.__cause__.outcome == outcome


@CASES
def test_closing_ends_a_call_that_waits_to_try_again(
    response: bytes, call: str, outcome: str, said: str
) -> None:
    errors: list[CallrError] = []
    clock = NoticingClock()

    def work() -> None:
        try:
            begin(wind(callr.with_options(max_retries=3), clock), call)
        except CallrError as error:
            errors.append(error)

    with serving(response) as server:
        callr = Callr("me", "secret", base_url=server.base_url, timeout=LONG)
        if not response:
            server.close()
        working = threading.Thread(target=work)
        working.start()
        assert clock.waiting.wait(PATIENCE)
        began = time.monotonic()
        callr.close()
        working.join(PATIENCE)
        assert len(server.requests) == (1 if response else 0)
    check_waiting(errors, began, outcome, said)


@CASES
@pytest.mark.anyio
async def test_closing_ends_a_task_that_waits_to_try_again(
    response: bytes, call: str, outcome: str, said: str
) -> None:
    """From its own event loop, and, if the API refused the request, from that of another thread."""
    errors: list[CallrError] = []
    clock = NoticingClock()

    async def work() -> None:
        try:
            await begin(callr, call)
        except CallrError as error:
            errors.append(error)

    with serving(response) as server:
        callr = wind(AsyncCallr("me", "secret", base_url=server.base_url, timeout=LONG), clock)
        if not response:
            server.close()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            await anyio.to_thread.run_sync(clock.waiting.wait, PATIENCE)
            began = time.monotonic()
            if outcome == "refused":
                await anyio.to_thread.run_sync(asyncio.run, callr.aclose())
            else:
                await callr.aclose()
    check_waiting(errors, began, outcome, said)
