"""A client that is closed while it connects or waits: the call ends at once, and says what was sent."""

from __future__ import annotations

import asyncio
import copy
import pickle
import re
import socket
import ssl
import threading
import time
from collections import deque
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    ClientClosedError,
    ConfigurationError,
    MockTransport,
    Response,
    ServerError,
    Timeout,
)
from callr_sms_client._calls.clock import Clock
from callr_sms_client._support import Closing
from callr_sms_client._transport import addresses, async_addresses, exchange, sockets
from tests.client.clocks import NOON, WoundClock, wind
from tests.client.support import HASH, SMS, failure, http_answer, serving, success
from tests.client.test_addresses import HOST, SILENT, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from callr_sms_client import Request
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


def test_closing_ends_a_call_that_connects(phase: Phase) -> None:
    """Nothing is tried again; a client with other options is closed by the one that made it."""
    callr = Callr("me", "secret", timeout=Timeout(connect=PATIENCE, total=PATIENCE), **phase.options)
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


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.anyio
async def test_closing_ends_a_task_that_connects(phase: Phase, *, elsewhere: bool) -> None:
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

    callr = AsyncCallr("me", "secret", timeout=Timeout(connect=PATIENCE, total=PATIENCE), **phase.options)
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


LISTED = Response(200, {}, success([SMS]))
NOTHING = Response(200, {}, success([]))
SENT = Response(200, {}, success(SMS | {"status": "SENT"}))
OVERLOADED = Response(503, {}, failure(503, "NO"))
SINCE = {"since": datetime.fromtimestamp(NOON, UTC) - timedelta(hours=4)}
FOUND = {"user_data": SMS["user_data"]}
POLLS = pytest.mark.parametrize(
    ("helper", "arguments", "answers", "known", "failed"),
    [
        ("wait_until_final", {"hash": HASH}, [SENT], "SENT", False),
        ("wait_until_final", {"hash": HASH}, [SENT, OVERLOADED], "SENT", True),
        ("wait_until_final", {"hash": HASH}, [OVERLOADED], None, True),
        ("reconcile", FOUND | SINCE, [NOTHING] * 2, [], False),
        ("reconcile", FOUND | SINCE, [LISTED, OVERLOADED], [HASH], True),
        ("reconcile", FOUND | SINCE, [OVERLOADED], None, True),
    ],
)


class StoppingClock(WoundClock):
    """A clock with which the last wait ends only when the client is closed.

    Attributes:
        waiting: Set when it begins.
    """

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waiting = threading.Event()
        self._waits = waits

    def _is_last(self, seconds: float) -> bool:
        WoundClock.sleep(self, seconds, Closing())
        return len(self.slept) == self._waits

    def sleep(self, seconds: float, closing: Closing) -> None:
        if self._is_last(seconds):
            self.waiting.set()
            Clock.sleep(self, PATIENCE, closing)

    async def wait(self, seconds: float, closing: Closing) -> None:
        if self._is_last(seconds):
            self.waiting.set()
            await Clock.wait(self, PATIENCE, closing)


def waits_of(helper: str, answers: list[Response]) -> int:
    """How often it waits for these answers: `reconcile` lists several windows without a wait."""
    return 1 if helper == "reconcile" else len(answers)


def answering(answers: list[Response]) -> Callable[[Request], Response]:
    """All answers, then the last one again: shorter windows may be tried."""
    left = deque(answers)
    return lambda _: left.popleft() if len(left) > 1 else left[0]


def check_closed(errors: list[CallrError], began: float, helper: str, known: object, *, failed: bool) -> None:
    assert time.monotonic() - began < SOON
    (error,) = errors
    assert isinstance(error, ClientClosedError)
    goal = "the status was final" if helper == "wait_until_final" else "the search ended"
    assert str(error) == f"sms.{helper}: the client was closed before {goal}"
    result = error.last_result
    known_now = [sms.hash for sms in result] if isinstance(result, list) else result and result.status
    assert known_now == known
    assert isinstance(error.__cause__, ServerError) == failed
    copied, restored = copy.deepcopy(error), pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (copied.last_result, restored.last_result) == (result, None)
    assert SMS["text"] not in repr(error)


@POLLS
@pytest.mark.parametrize("closes", ["the client", "the client with other options"])
def test_closing_ends_a_poll(  # noqa: PLR0913 - a case, and who closes
    helper: str,
    arguments: dict[str, Any],
    answers: list[Response],
    known: object,
    closes: str,
    *,
    failed: bool,
) -> None:
    errors: list[CallrError] = []
    clock = StoppingClock(waits_of(helper, answers))

    def work() -> None:
        try:
            getattr(patient.sms, helper)(**arguments, timeout=LONG)
        except CallrError as error:
            errors.append(error)

    with Callr("me", "secret", transport=MockTransport(answering(answers))) as callr:
        patient = wind(callr.with_options(max_retries=0), clock)
        working = threading.Thread(target=work)
        working.start()
        assert clock.waiting.wait(PATIENCE)
        began = time.monotonic()
        (callr if closes == "the client" else patient).close()
        working.join(PATIENCE)
    check_closed(errors, began, helper, known, failed=failed)


@POLLS
@pytest.mark.anyio
async def test_closing_ends_a_poll_of_a_task(
    helper: str, arguments: dict[str, Any], answers: list[Response], known: object, *, failed: bool
) -> None:
    errors: list[CallrError] = []
    clock = StoppingClock(waits_of(helper, answers))
    transport = AsyncMockTransport(answering(answers))
    callr = wind(AsyncCallr("me", "secret", transport=transport, max_retries=0), clock)

    async def work() -> None:
        try:
            await getattr(callr.sms, helper)(**arguments, timeout=LONG)
        except CallrError as error:
            errors.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await anyio.to_thread.run_sync(clock.waiting.wait, PATIENCE)
        began = time.monotonic()
        await callr.aclose()
    check_closed(errors, began, helper, known, failed=failed)


class LateClosing(WoundClock):
    """Closes the client after a wait, before the next request."""

    close: Callable[[], None]

    def monotonic(self) -> float:
        if self.slept:
            self.close()
        return super().monotonic()


def test_a_client_may_be_closed_just_before_the_next_request_of_a_poll() -> None:
    clock = LateClosing()
    callr = wind(Callr("me", "secret", transport=MockTransport([SENT])), clock)
    clock.close = callr.close
    with pytest.raises(ClientClosedError) as caught:
        callr.sms.wait_until_final(HASH)
    assert (caught.value.last_result.status, caught.value.__cause__) == ("SENT", None)


def test_a_poll_whose_request_is_cut_by_the_close_ends() -> None:
    requests: list[Request] = []

    def answer(request: Request) -> Response | CallrError:
        requests.append(request)
        if len(requests) == 1:
            return SENT
        callr.close()
        return CallrConnectionError("the connection broke")

    callr = wind(Callr("me", "secret", transport=MockTransport(answer)), WoundClock())
    with pytest.raises(ClientClosedError, match=r"^sms\.wait_until_final: the client was closed") as caught:
        callr.sms.wait_until_final(HASH)
    assert (caught.value.last_result.status, len(requests)) == ("SENT", 2)
    assert str(caught.value.__cause__) == "sms.get: the connection broke"


def test_what_came_while_the_client_was_closed_counts() -> None:
    def answer(_: Request) -> Response:
        callr.close()
        return Response(200, {}, success(SMS))

    callr = Callr("me", "secret", transport=MockTransport(answer))
    assert callr.sms.wait_until_final(HASH).status == "RECEIVED"


def test_closing_ends_an_iteration() -> None:
    transport = MockTransport([LISTED, NOTHING])
    callr = Callr("me", "secret", transport=transport)
    found = callr.sms.iterate(type="OUT", from_=SINCE["since"], to=SINCE["since"] + timedelta(hours=4))
    assert next(found).hash == HASH
    callr.close()
    with pytest.raises(ClientClosedError) as caught:
        next(found)
    assert str(caught.value) == "sms.iterate: the client was closed before all of the time was listed"
    assert len(transport.requests) == 1


@pytest.mark.anyio
async def test_closing_ends_an_iteration_of_a_task() -> None:
    transport = AsyncMockTransport([LISTED, NOTHING])
    callr = AsyncCallr("me", "secret", transport=transport)
    found = callr.sms.iterate(type="OUT", from_=SINCE["since"], to=SINCE["since"] + timedelta(hours=4))
    assert (await anext(found)).hash == HASH
    await callr.aclose()
    with pytest.raises(ClientClosedError, match=r"^sms\.iterate: the client was closed before"):
        await anext(found)
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "begin_helper",
    [
        lambda sms: sms.wait_until_final(HASH),
        lambda sms: sms.reconcile(**FOUND, **SINCE),
        lambda sms: next(
            sms.iterate(type="OUT", from_=SINCE["since"], to=SINCE["since"] + timedelta(hours=4))
        ),
    ],
    ids=["wait_until_final", "reconcile", "iterate"],
)
def test_a_client_that_was_closed_before_is_used_wrongly(begin_helper: Callable[[Any], object]) -> None:
    callr = Callr("me", "secret", transport=MockTransport([]))
    callr.close()
    with pytest.raises(ConfigurationError, match=r"^sms\.\w+: the client is closed$"):
        begin_helper(callr.sms)
