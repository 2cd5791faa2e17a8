"""Hooks, and the default transport as an object of a user."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from dataclasses import FrozenInstanceError
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    ApiError,
    ArgumentError,
    AsyncCallr,
    AsyncDefaultTransport,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    DefaultTransport,
    Hooks,
    MockTransport,
    Request,
    RequestSummary,
    Response,
    ResponseInfo,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, failure, http_answer, serving, success

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from tests.client.support import RawServer
    from tests.conftest import RunningEmulator

TEXT = "canary text"
NUMBER = "+33699999901"
LOGIN = "canary-login"
PASSWORD = "canary-password"
SENT = Response(200, {"x-shop": "7"}, success(HASH))
FAILED = Response(503, {"retry-after": "2"}, failure(503, f"{TEXT} {NUMBER}"))
FOUND = Response(200, {}, success(SMS))


class Noted:
    """Hooks that note what they get."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        names = ("on_request", "on_response", "on_retry", "on_end")
        self.hooks = Hooks(**{name: partial(self._note, name) for name in names})

    def _note(self, name: str, info: object) -> None:
        self.calls.append((name, info))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


REPEATED = [
    *("on_request", "on_response", "on_retry"),
    *("on_request", "on_response", "on_end"),
]


def check_repeated(noted: Noted) -> None:
    """What the hooks of a call learn that was repeated once."""
    assert noted.names == REPEATED
    infos = [info for _, info in noted.calls]
    first, failed, retry, _, second, end = infos
    assert {info.call_id for info in infos} == {first.call_id}
    assert {info.operation for info in infos} == {"sms.get"}
    assert {info.request for info in infos} == {RequestSummary("GET", "/sms/{hash}")}
    assert [info.attempt for info in infos] == [1, 1, 1, 2, 2, 2]
    assert {info.max_attempts for info in infos} == {3}
    assert (failed.response.status, type(failed.error).__name__) == (503, "ServerError")
    assert (retry.wait, retry.error) == (2.0, failed.error)
    assert (second.response.status, second.error, end.error) == (200, None, None)
    assert (failed.elapsed, second.elapsed, end.elapsed) == (0.0, 0.0, 2.0)
    shown = repr(infos)
    assert [canary for canary in ("canary", NUMBER[1:], HASH) if canary in shown] == []
    with pytest.raises(FrozenInstanceError):
        first.attempt = 5


def test_the_steps_of_a_call_that_is_repeated() -> None:
    noted = Noted()
    transport = MockTransport([FAILED, FOUND])
    with wind(Callr(LOGIN, PASSWORD, transport=transport, hooks=noted.hooks), WoundClock()) as callr:
        callr.sms.get(HASH)
    check_repeated(noted)


@pytest.mark.anyio
async def test_the_steps_of_an_asynchronous_call() -> None:
    noted = Noted()
    transport = AsyncMockTransport([FAILED, FOUND])
    async with wind(
        AsyncCallr(LOGIN, PASSWORD, transport=transport, hooks=noted.hooks), WoundClock()
    ) as callr:
        await callr.sms.get(HASH)
    check_repeated(noted)


@pytest.mark.anyio
async def test_asynchronous_hooks_are_awaited() -> None:
    seen: list[str] = []

    async def note(info: object) -> None:
        await anyio.lowlevel.checkpoint()
        seen.append(type(info).__name__)

    hooks = Hooks(on_request=note, on_response=note, on_retry=note, on_end=note)
    async with AsyncCallr(LOGIN, PASSWORD, transport=AsyncMockTransport([SENT]), hooks=hooks) as callr:
        assert await callr.sms.send(to=NUMBER, body=TEXT) == HASH
    assert seen == ["CallInfo", "ResponseInfo", "ResponseInfo"]


def test_hooks_are_kept_by_other_options_and_see_each_call_of_a_helper() -> None:
    noted = Noted()
    transport = MockTransport(lambda _: FOUND)
    with Callr(LOGIN, PASSWORD, transport=transport, hooks=noted.hooks) as callr:
        callr.with_options(timeout=5).sms.wait_until_final(HASH)
        callr.sms.with_raw_response.get(HASH)
    assert noted.names == ["on_request", "on_response", "on_end"] * 2
    ids = [info.call_id for _, info in noted.calls]
    assert ids[0] == ids[2] != ids[3] == ids[5]


def test_a_rejected_argument_calls_no_hook() -> None:
    noted = Noted()
    with Callr(LOGIN, PASSWORD, transport=MockTransport([]), hooks=noted.hooks) as callr:
        with pytest.raises(ArgumentError):
            callr.sms.send(to="x", body=TEXT)
        with pytest.raises(ArgumentError):
            callr.sms.get(HASH, timeout=-1)
    assert noted.calls == []


def broken(_: object) -> None:
    raise ValueError(f"{TEXT} {NUMBER}")


BROKEN = Hooks(on_request=broken, on_response=broken, on_retry=broken, on_end=broken)


def check_warnings(caplog: pytest.LogCaptureFixture, names: list[str]) -> None:
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line.split()[2] for line in said] == names
    assert all("raised ValueError at " in line and "test_hooks.py:" in line for line in said)
    assert "canary" not in str([record.__dict__ for record in caplog.records])


def test_an_exception_in_a_hook_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the result nor what is sent: a send is sent once, whatever its hooks do."""
    transport = MockTransport([SENT])
    with Callr(LOGIN, PASSWORD, transport=transport, hooks=BROKEN) as callr:
        assert callr.sms.send(to=NUMBER, body=TEXT) == HASH
    assert len(transport.requests) == 1
    check_warnings(caplog, ["on_request", "on_response", "on_end"])
    caplog.clear()
    with (
        wind(
            Callr(LOGIN, PASSWORD, transport=MockTransport([FAILED, SENT]), hooks=BROKEN), WoundClock()
        ) as callr,
        pytest.raises(ApiError),
    ):
        callr.sms.send(to=NUMBER, body=TEXT)
    check_warnings(caplog, ["on_request", "on_response", "on_end"])
    caplog.clear()
    transport = MockTransport([FAILED, FOUND])
    with wind(Callr(LOGIN, PASSWORD, transport=transport, hooks=BROKEN), WoundClock()) as callr:
        callr.sms.get(HASH)
    check_warnings(caplog, REPEATED)


@pytest.mark.anyio
async def test_an_exception_in_a_hook_changes_no_asynchronous_call(caplog: pytest.LogCaptureFixture) -> None:
    async def late(_: object) -> None:
        await anyio.lowlevel.checkpoint()
        raise ValueError(TEXT)

    transport = AsyncMockTransport([SENT])
    hooks = Hooks(on_request=broken, on_response=late, on_end=late)
    async with AsyncCallr(LOGIN, PASSWORD, transport=transport, hooks=hooks) as callr:
        assert await callr.sms.send(to=NUMBER, body=TEXT) == HASH
    assert len(transport.requests) == 1
    check_warnings(caplog, ["on_request", "on_response", "on_end"])


@pytest.mark.filterwarnings("error")
def test_an_asynchronous_hook_of_the_other_client_is_not_run(caplog: pytest.LogCaptureFixture) -> None:
    async def note(_: object) -> None:
        raise AssertionError

    with Callr(LOGIN, PASSWORD, transport=MockTransport([SENT]), hooks=Hooks(on_end=note)) as callr:
        assert callr.sms.send(to=NUMBER, body=TEXT) == HASH
    assert "the hook on_end is asynchronous, and this client is not" in caplog.text


class JobTimeoutError(Exception):
    """As of a job queue, which raises it in the handler of a signal."""


def give_up(*_: object) -> None:
    raise JobTimeoutError


def give_up_deeper(_: int, __: FrameType | None) -> None:
    give_up()


@pytest.mark.parametrize("handler", [give_up, give_up_deeper])
def test_a_time_limit_that_ends_during_a_hook_is_not_lost(
    handler: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    def slow(_: object) -> None:
        signal.raise_signal(signal.SIGUSR1)

    transport = MockTransport([SENT])
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with (
            Callr(LOGIN, PASSWORD, transport=transport, hooks=Hooks(on_request=slow)) as callr,
            pytest.raises(JobTimeoutError) as caught,
        ):
            callr.sms.send(to=NUMBER, body=TEXT)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert transport.requests == []
    assert caught.value.__notes__ == ["sms.send: interrupted; the request was not sent"]
    assert caplog.records == []


@pytest.mark.anyio
async def test_a_time_limit_that_ends_during_an_asynchronous_hook_is_not_lost() -> None:
    async def slow(_: object) -> None:
        await anyio.lowlevel.checkpoint()
        signal.raise_signal(signal.SIGUSR1)

    transport = AsyncMockTransport([SENT])
    before = signal.signal(signal.SIGUSR1, give_up)
    try:
        async with AsyncCallr(LOGIN, PASSWORD, transport=transport, hooks=Hooks(on_request=slow)) as callr:
            with pytest.raises(JobTimeoutError):
                await callr.sms.send(to=NUMBER, body=TEXT)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert transport.requests == []


def test_an_interrupted_attempt_ends_for_its_hooks() -> None:
    def interrupt(_: Request) -> Response:
        raise KeyboardInterrupt

    noted = Noted()
    with (
        Callr(LOGIN, PASSWORD, transport=MockTransport(interrupt), hooks=noted.hooks) as callr,
        pytest.raises(KeyboardInterrupt),
    ):
        callr.sms.send(to=NUMBER, body=TEXT)
    assert noted.names == ["on_request", "on_response", "on_end"]
    _, response = noted.calls[1]
    assert (response.response, response.error) == (None, None)


def test_a_cancelled_call_ends_for_its_hooks() -> None:
    started = asyncio.Event()

    async def hang(_: Request) -> Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    noted = Noted()

    async def main() -> None:
        async with AsyncCallr(
            LOGIN, PASSWORD, transport=AsyncMockTransport(hang), hooks=noted.hooks
        ) as callr:
            task = asyncio.create_task(callr.sms.send(to=NUMBER, body=TEXT))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert noted.names == ["on_request", "on_response", "on_end"]


def test_an_error_of_the_network_is_passed_to_hooks() -> None:
    infos: list[ResponseInfo] = []
    late = CallrTimeoutError("too late")
    hooks = Hooks(on_response=infos.append)
    with (
        Callr(LOGIN, PASSWORD, transport=MockTransport([late]), hooks=hooks) as callr,
        pytest.raises(CallrTimeoutError),
    ):
        callr.sms.send(to=NUMBER, body=TEXT)
    assert [(info.response, info.error) for info in infos] == [(None, late)]


def test_wrong_hooks_are_named() -> None:
    make_hooks: Callable[..., Hooks] = Hooks
    make_client: Callable[..., Callr] = Callr
    with pytest.raises(ConfigurationError, match="on_retry: expected a function, got str"):
        make_hooks(on_retry="print")
    with pytest.raises(ConfigurationError, match="hooks: expected Hooks, got dict"):
        make_client(LOGIN, PASSWORD, hooks={"on_retry": print})


class Counting:
    """A transport around the default one."""

    def __init__(self, inner: DefaultTransport) -> None:
        self.inner = inner
        self.count = 0

    def send(self, request: Request) -> Response:
        self.count += 1
        return self.inner.send(request)

    def close(self) -> None:
        self.inner.close()


def test_the_default_transport_is_wrapped_and_uses_connections_again() -> None:
    connections: list[object] = []

    def behave(_: RawServer, connection: socket.socket) -> None:
        connections.append(connection)
        connection.sendall(http_answer(success(HASH)).replace(b"Connection: close\r\n", b""))

    transport = Counting(DefaultTransport())
    with (
        serving(behave) as server,
        Callr(LOGIN, PASSWORD, base_url=server.base_url, transport=transport) as callr,
    ):
        for _ in range(3):
            assert callr.sms.send(to=NUMBER, body=TEXT) == HASH
        callr.close()
    assert transport.count == 3
    assert len(set(map(id, connections))) == 1


def test_a_send_through_it_is_not_repeated_once_a_byte_left() -> None:
    transport = Counting(DefaultTransport())
    with (
        serving(b"") as server,
        Callr(LOGIN, PASSWORD, base_url=server.base_url, transport=transport) as callr,
        pytest.raises(CallrError) as caught,
    ):
        callr.sms.send(to=NUMBER, body=TEXT)
    assert (transport.count, len(server.requests), caught.value.outcome) == (1, 1, "unknown")


def test_without_a_connection_it_is_repeated() -> None:
    transport = Counting(DefaultTransport(proxy=""))
    callr = wind(Callr(LOGIN, PASSWORD, base_url="http://127.0.0.1:1", transport=transport), WoundClock())
    with callr, pytest.raises(CallrConnectionError) as caught:
        callr.sms.send(to=NUMBER, body=TEXT)
    assert (transport.count, caught.value.outcome) == (3, "not_sent")


def test_the_deadline_holds_through_it() -> None:
    def stall(server: RawServer, _: socket.socket) -> None:
        server.released.wait(5)

    with (
        serving(stall) as server,
        Callr(LOGIN, PASSWORD, base_url=server.base_url, transport=Counting(DefaultTransport())) as callr,
        pytest.raises(CallrTimeoutError, match="no response in time"),
    ):
        callr.sms.send(to=NUMBER, body=TEXT, timeout=0.5)


def test_it_uses_its_proxy(emulator: RunningEmulator) -> None:
    with (
        serving(http_answer(success(HASH))) as proxy,
        Callr(
            LOGIN,
            PASSWORD,
            base_url="http://callr.invalid",
            transport=DefaultTransport(proxy=proxy.base_url.removesuffix("/rest/v1.1")),
        ) as callr,
    ):
        assert callr.sms.send(to=NUMBER, body=TEXT) == HASH
    assert proxy.requests[0].startswith(b"POST http://callr.invalid/sms ")
    with Callr(
        emulator.login, emulator.password, base_url=emulator.base_url, transport=DefaultTransport()
    ) as callr:
        assert callr.sms.send(to=NUMBER, body="Hello")


@pytest.mark.anyio
async def test_the_asynchronous_default_transport(emulator: RunningEmulator) -> None:
    transport = AsyncDefaultTransport(tls=ssl.create_default_context())
    async with AsyncCallr(
        emulator.login, emulator.password, base_url=emulator.base_url, transport=transport
    ) as callr:
        assert await callr.sms.send(to=NUMBER, body="Hello")
    with pytest.raises(ConfigurationError, match="the transport is closed"):
        await transport.send(Request("GET", emulator.base_url, (), None, callr._caller.settings.timeout))  # noqa: SLF001 - any will do


def test_a_closed_or_wrong_default_transport_says_so() -> None:
    transport = DefaultTransport()
    transport.close()
    with Callr(LOGIN, PASSWORD, transport=transport) as callr, pytest.raises(CallrError, match="is closed"):
        callr.sms.send(to=NUMBER, body=TEXT)
    for kind in (DefaultTransport, AsyncDefaultTransport):
        with pytest.raises(ConfigurationError, match="proxy: expected http") as caught:
            kind(proxy=f"ftp://{LOGIN}:{PASSWORD}@example.com")
        assert PASSWORD not in str(caught.value)
        with pytest.raises(ConfigurationError, match=r"tls: expected an ssl\.SSLContext"):
            kind(tls="yes")  # type: ignore[arg-type]  # wrong on purpose
