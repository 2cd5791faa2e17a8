"""Exceptions from elsewhere in the middle of a call: they pass unchanged, and nothing is repeated."""

from __future__ import annotations

import gc
import os
import random
import selectors
import signal
import socket
import ssl
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from fakeredis import FakeStrictRedis
from rq import Queue, SimpleWorker

from callr_sms_client import AsyncCallr, Callr, CallrError, Timeout
from callr_sms_client._calls.clock import Clock
from callr_sms_client._transport.pools import Permit
from callr_sms_client._transport.sockets import _Socket
from tests.client.clocks import wind
from tests.client.echo import CERTIFICATE, echoing, hash_of
from tests.client.support import HASH, RawServer, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from callr_sms_client._support import Closing

TO = "+33612345678"
LOCAL = "http://localhost:1"
PATIENCE = 60.0

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="Unix has the signals")


class JobTimeoutError(Exception):
    """As of a job queue."""


class OwnTimeoutError(TimeoutError):
    """One that looks like the network's."""


class OwnResetError(ConnectionResetError):
    """As above."""


class OwnDecodeError(UnicodeError):
    """As above, of the library."""


RAISED = [
    JobTimeoutError("the job took too long"),
    OwnTimeoutError("the job took too long"),
    TimeoutError("timed out"),
    ConnectionRefusedError("no"),
    OwnResetError("no"),
    BlockingIOError("no"),
    OwnDecodeError("no"),
    ValueError("no"),
    RuntimeError("no"),
    IndexError("no"),
    ssl.SSLWantReadError("no"),
    KeyboardInterrupt(),
]


@contextmanager
def raising(raised: BaseException, number: int = signal.SIGUSR1) -> Iterator[None]:
    """Raise an exception in the main thread when the signal comes."""

    def handle(*_: object) -> None:
        raise raised

    signal.signal(number, handle)
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Ignore what comes late: by default, it ends the process."""
    numbers = (signal.SIGUSR1, signal.SIGALRM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, signal.SIG_IGN if handler is signal.SIG_DFL else handler)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def later(_: RawServer, __: socket.socket) -> None:
    """Interrupt the client when its request is there, and answer nothing."""
    interrupt()
    _.released.wait(PATIENCE)


def halfway(server: RawServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    later(server, connection)


@contextmanager
def waiting(behave: Callable[[RawServer, socket.socket], None], **options: Any) -> Iterator[Callr]:  # noqa: ANN401 - of the client
    with serving(behave) as server, Callr("login", "password", base_url=server.base_url, **options) as callr:
        yield callr


@contextmanager
def tunnelling() -> Iterator[Callr]:
    with serving(later) as server:
        proxy = server.base_url.removesuffix("/rest/v1.1")
        with Callr("login", "password", base_url="https://callr.invalid", proxy=proxy) as callr:
            yield callr


@contextmanager
def shaking_hands() -> Iterator[Callr]:
    """A server that accepts connections and never continues with the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                interrupt()
                over.wait(PATIENCE)

        over = threading.Event()
        thread = threading.Thread(target=accept)
        thread.start()
        base_url = f"https://localhost:{listener.getsockname()[1]}"
        context = ssl.create_default_context(cafile=str(CERTIFICATE))
        with Callr("login", "password", base_url=base_url, tls=context) as callr:
            yield callr
        over.set()
        thread.join(PATIENCE)


@contextmanager
def connecting() -> Iterator[Callr]:
    """A listener whose queue is full; the signal comes while the client waits for it."""
    select = selectors.DefaultSelector.select
    timer = threading.Timer(0.1, interrupt)

    def start_and_select(self: selectors.DefaultSelector, timeout: float | None = None) -> list[Any]:
        patch.setattr(selectors.DefaultSelector, "select", select)
        timer.start()
        return select(self, timeout)

    with socket.socket() as listener, pytest.MonkeyPatch.context() as patch:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        others = [socket.socket() for _ in range(4)]
        for other in others:
            other.setblocking(False)  # noqa: FBT003 - as the standard library has it
            with suppress(BlockingIOError):
                other.connect(listener.getsockname())
        patch.setattr(selectors.DefaultSelector, "select", start_and_select)
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Callr("login", "password", base_url=base_url, timeout=Timeout(connect=None)) as callr:
            yield callr
        timer.join()
        for other in others:
            other.close()


@contextmanager
def looking_up() -> Iterator[Callr]:
    with pytest.MonkeyPatch.context() as patch:
        found = threading.Event()

        def look_up(*_: object, **__: object) -> list[object]:
            interrupt()
            found.wait(PATIENCE)
            return []

        patch.setattr("socket.getaddrinfo", look_up)
        with Callr("login", "password", base_url="http://callr.invalid") as callr:
            yield callr
        found.set()


class InterruptingClock(Clock):
    """It is interrupted while it sleeps."""

    __slots__ = ()

    def sleep(self, seconds: float, closing: Closing) -> None:
        timer = threading.Timer(0.01, interrupt)
        timer.start()
        super().sleep(seconds + PATIENCE, closing)


@contextmanager
def sleeping() -> Iterator[Callr]:
    with Callr("login", "password", base_url="http://127.0.0.1:1") as callr:
        yield wind(callr, InterruptingClock())


@contextmanager
def queueing() -> Iterator[Callr]:
    """Another thread has the only connection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callr_sms_client._transport.default.MAX_CONNECTIONS", 1)
        asked = threading.Event()

        def behave(server: RawServer, _: socket.socket) -> None:
            asked.set()
            server.released.wait(PATIENCE)

        def other() -> None:
            with suppress(CallrError):
                callr.sms.get(HASH)

        with serving(behave) as server, Callr("login", "password", base_url=server.base_url) as callr:
            thread = threading.Thread(target=other)
            thread.start()
            asked.wait(PATIENCE)
            timer = threading.Timer(0.1, interrupt)
            timer.start()
            yield callr
            callr.close()
            thread.join(PATIENCE)


@contextmanager
def opening() -> Iterator[Callr]:
    """The first request: it imports modules and loads certificates, which takes a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "callr_sms_client._calls.connections.open_default", lambda _: signal.raise_signal(signal.SIGUSR1)
        )
        yield Callr("login", "password", base_url="http://127.0.0.1:1")


@contextmanager
def reading_the_host() -> Iterator[Callr]:
    with pytest.MonkeyPatch.context() as patch, Callr("login", "password", base_url=LOCAL) as callr:
        patch.setattr(socket, "inet_pton", lambda *_: signal.raise_signal(signal.SIGUSR1))
        yield callr


POINTS: dict[str, tuple[Callable[[], Any], str]] = {
    "opening": (opening, "was not sent"),
    "reading the host": (reading_the_host, "was not sent"),
    "looking up": (looking_up, "was not sent"),
    "connecting": (connecting, "was not sent"),
    "proxy": (tunnelling, "was not sent"),
    "TLS": (shaking_hands, "was not sent"),
    "waiting for a connection": (queueing, "was not sent"),
    "sleeping": (sleeping, "was not sent"),
    "waiting for a response": (lambda: waiting(later), "may have been sent"),
    "reading": (lambda: waiting(halfway), "may have been sent"),
}


@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: type(raised).__name__)
@pytest.mark.parametrize("point", POINTS)
def test_an_exception_passes_unchanged(point: str, raised: BaseException) -> None:
    """It comes at once, as it was raised, and says in a note whether the SMS may have been sent."""
    with suppress(AttributeError):
        del raised.__notes__
    made, outcome = POINTS[point]
    began = time.monotonic()
    with raising(raised), made() as callr:
        with pytest.raises(type(raised)) as caught:
            callr.sms.send(to=TO, body="A secret")
        assert time.monotonic() - began < PATIENCE / 2
    assert caught.value is raised
    assert raised.__notes__ == [f"sms.send: interrupted; the request {outcome}"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [_Socket, Permit])
def test_an_object_whose_constructor_was_interrupted_ends_silently(kind: type[_Socket | Permit]) -> None:
    kind.__new__(kind)
    gc.collect()  # pytest reports what a destructor raises


def test_a_read_has_no_note() -> None:
    raised = JobTimeoutError()
    with raising(raised), waiting(later) as callr, pytest.raises(JobTimeoutError):
        callr.sms.get(HASH)
    assert not hasattr(raised, "__notes__")


def test_a_timeout_is_still_ours() -> None:
    def silent(server: RawServer, _: socket.socket) -> None:
        server.released.wait(PATIENCE)

    with (
        raising(TimeoutError()),
        waiting(silent, timeout=0.3) as callr,
        pytest.raises(CallrError, match="no response in time") as caught,
    ):
        callr.sms.send(to=TO, body="Hello")
    assert caught.value.outcome == "unknown"


def test_the_traceback_holds_nothing_of_the_request() -> None:
    """Tools that report errors print the variables of each frame."""
    raised = JobTimeoutError()
    with raising(raised), waiting(halfway) as callr, pytest.raises(JobTimeoutError) as caught:
        callr.sms.send(to=TO, body="A secret")
    frames = [frame for frame, _ in traceback.walk_tb(caught.tb)]
    names = [str(frame.f_globals["__name__"]) for frame in frames]
    assert names[-1] == __name__  # the handler
    assert not [name for name in names if name.startswith(("httpcore2", "h11"))]
    for frame in frames:
        if frame.f_globals["__name__"].startswith("callr_sms_client._transport"):
            assert "A secret" not in repr(frame.f_locals)


def job(base_url: str) -> str:
    """Send an SMS in a job."""
    with Callr("login", "password", base_url=base_url) as callr:
        return callr.sms.send(to=TO, body="Hello")


def test_a_job_of_rq_ends_at_its_timeout() -> None:
    def silent(server: RawServer, _: socket.socket) -> None:
        server.released.wait(PATIENCE)

    redis = FakeStrictRedis()
    with serving(silent) as server:
        queued = Queue(connection=redis).enqueue(job, server.base_url, job_timeout=1)
        SimpleWorker([Queue(connection=redis)], connection=redis).work(burst=True, logging_level="CRITICAL")
        assert len(server.requests) == 1
    result = queued.latest_result()
    assert result is not None
    *_, error, note = str(result.exc_string).splitlines()
    assert error.startswith("rq.timeouts.JobTimeoutException: Task exceeded maximum timeout value (1 second")
    assert note == "sms.send: interrupted; the request may have been sent"


def test_the_transport_of_a_user_reports_nothing() -> None:
    class Silent:
        def send(self, _: object) -> Any:  # noqa: ANN401 - it never returns
            raise raised

        def close(self) -> None:
            pass

    raised = KeyboardInterrupt()
    with Callr("login", "password", transport=Silent()) as callr, pytest.raises(KeyboardInterrupt):
        callr.sms.send(to=TO, body="Hello")
    assert raised.__notes__ == ["sms.send: interrupted; the request may have been sent"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a signal in a destructor
def test_an_interruption_at_any_moment_mixes_nothing_up() -> None:
    """Signals hit calls at random moments. No response goes to another send, and nothing is sent twice."""
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    done = interrupted = 0

    def handle(*_: object) -> None:
        raise OwnTimeoutError

    signal.signal(signal.SIGALRM, handle)
    with (
        echoing() as server,
        Callr("login", "password", base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE) as callr,
    ):
        callr.sms.send(to=TO, body="warm-up")
        began = time.perf_counter()
        for number in range(10):
            callr.sms.send(to=TO, body=f"measured {number}")
        usual = (time.perf_counter() - began) / 10
        for number in range(200):
            text = f"moment {number}"
            try:
                if number % 4:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.1, 4) * usual)
                answer = callr.sms.send(to=TO, body=text)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except OwnTimeoutError:
                interrupted += 1
            else:
                done += 1
                assert answer == hash_of(text)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        with ThreadPoolExecutor(5) as pool:  # no lock and no permit was lost
            texts = [f"afterwards {number}" for number in range(110)]
            answers = pool.map(lambda text: callr.sms.send(to=TO, body=text), texts)
            assert list(answers) == [hash_of(text) for text in texts]
    assert max(server.texts.values()) == 1
    assert done >= 50
    assert interrupted


@pytest.mark.anyio
async def test_an_asynchronous_call_that_is_interrupted(anyio_backend_name: str) -> None:
    import anyio  # noqa: PLC0415 - as below

    def cancel(server: RawServer, _: socket.socket) -> None:
        asked.set()
        server.released.wait(PATIENCE)

    asked = threading.Event()
    with serving(cancel) as server:
        async with AsyncCallr("login", "password", base_url=server.base_url) as callr:
            caught: list[BaseException] = []

            async def send() -> None:
                try:
                    await callr.sms.send(to=TO, body="Hello")
                except BaseException as error:
                    caught.append(error)
                    raise

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(send)
                await anyio.to_thread.run_sync(asked.wait)
                tasks.cancel_scope.cancel()
    assert isinstance(caught[0], anyio.get_cancelled_exc_class()), anyio_backend_name
    assert caught[0].__notes__ == ["sms.send: interrupted; the request may have been sent"]
    assert len(server.requests) == 1


def test_a_coroutine_that_is_thrown_away() -> None:
    """Its event loop has ended. What ends it is `GeneratorExit`, and no exception of a library."""
    import asyncio  # noqa: PLC0415 - only here

    def silent(server: RawServer, _: socket.socket) -> None:
        asked.set()
        server.released.wait(PATIENCE)

    asked = threading.Event()
    caught: list[BaseException] = []
    with serving(silent) as server:
        callr = AsyncCallr("login", "password", base_url=server.base_url)

        async def send() -> None:
            try:
                await callr.sms.send(to=TO, body="Hello")
            except BaseException as error:
                caught.append(error)
                raise

        async def leave() -> None:
            while not asked.is_set():  # noqa: ASYNC110 - a thread sets it
                await asyncio.sleep(0.01)

        loop = asyncio.new_event_loop()
        coroutine = send()
        task = loop.create_task(coroutine)
        loop.run_until_complete(leave())
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - that is the point
        loop.close()
        coroutine.close()
        del task
    assert [type(error) for error in caught] == [GeneratorExit]


def test_a_second_call_in_a_signal_handler() -> None:
    """It has a connection of its own, and the interrupted call continues."""
    with (
        echoing(delay=0.2) as server,
        Callr("login", "password", base_url=server.base_url) as callr,
    ):
        inner: list[str] = []
        before = signal.signal(signal.SIGUSR1, lambda *_: inner.append(callr.sms.send(to=TO, body="inner")))
        timer = threading.Timer(0.1, interrupt)
        try:
            callr.sms.send(to=TO, body="warm-up")
            timer.start()
            assert callr.sms.send(to=TO, body="outer") == hash_of("outer")
        finally:
            signal.signal(signal.SIGUSR1, before)
            timer.join()
    assert inner == [hash_of("inner")]
