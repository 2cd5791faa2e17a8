"""What users add to requests: headers, a timeout of one call, and the name of their application."""

from __future__ import annotations

import pickle
import traceback
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import (
    ArgumentError,
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrError,
    ConfigurationError,
    MockTransport,
    Request,
    Response,
    Timeout,
)
from tests.client.support import HASH, SMS, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from tests.client.support import NotingTransport, RawServer
    from tests.conftest import RunningEmulator

TO = "+33612345678"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR: dict[str, Any] = {"type": "OUT", "from_": NOW - timedelta(hours=1), "to": NOW}
TOKEN = "canary-gateway-token"

# For arguments of types that a type checker would refuse.
make_client: Callable[..., Callr] = Callr


def answer(request: Request) -> Response:
    """A hash, an SMS or a list, whichever was asked for."""
    data: object = HASH
    if request.method == "GET" and "/sms/send" not in request.url:
        data = [] if "?" in request.url else SMS
    return Response.of_json({"status": "success", "data": data})


CALLS: dict[str, Callable[..., Any]] = {
    "send": lambda sms, **options: sms.send(to=TO, body="Hello", **options),
    "send_by_query": lambda sms, **options: sms.send_by_query(to=TO, body="Hello", **options),
    "get": lambda sms, **options: sms.get(HASH, **options),
    "list": lambda sms, **options: sms.list(**HOUR, **options),
}
RAW: dict[str, Callable[..., Any]] = {
    name: lambda sms, call=call, **options: call(sms.with_raw_response, **options)
    for name, call in CALLS.items()
}
HELPERS: dict[str, Callable[..., Any]] = {
    "iterate": lambda sms, **options: list(sms.iterate(**HOUR, **options)),
    "wait_until_final": lambda sms, **options: sms.wait_until_final(HASH, **options),
    "reconcile": lambda sms, **options: sms.reconcile(
        user_data="42", since=datetime.now(UTC), **{**options, "timeout": 0}
    ),
}


@pytest.mark.parametrize("call", [*CALLS.values(), *RAW.values()], ids=[*CALLS, *(f"raw {n}" for n in RAW)])
def test_a_timeout_and_headers_of_one_call(call: Callable[..., Any]) -> None:
    transport = MockTransport(answer)
    with Callr("login", "password", transport=transport, default_headers={"X-Shop": "7"}) as callr:
        call(callr.sms, timeout=3, extra_headers={"X-Cart": "12"})
        call(callr.sms, timeout=Timeout(total=9, read=1))
        call(callr.sms)
    first, second, third = transport.requests
    assert [request.timeout for request in (first, second, third)] == [
        Timeout(total=3),
        Timeout(total=9, read=1),
        Timeout(),
    ]
    assert first.headers[-2:] == (("X-Shop", "7"), ("X-Cart", "12"))
    assert second.headers[-1] == third.headers[-1] == ("X-Shop", "7")


@pytest.mark.parametrize("call", HELPERS.values(), ids=HELPERS)
def test_helpers_pass_them_on_to_each_request(call: Callable[..., Any]) -> None:
    transport = MockTransport(answer)
    with Callr("login", "password", transport=transport) as callr:
        call(callr.sms, timeout=3, extra_headers={"X-Cart": "12"})
    assert transport.requests
    assert {request.headers[-1] for request in transport.requests} == {("X-Cart", "12")}


def test_the_timeout_of_an_iteration_is_that_of_each_request() -> None:
    transport = MockTransport(answer)
    with Callr("login", "password", transport=transport) as callr:
        year: dict[str, Any] = {"type": "OUT", "from_": NOW - timedelta(days=365), "to": NOW}
        assert list(callr.sms.iterate(**year, timeout=3)) == []
    assert len(transport.requests) > 2
    assert {request.timeout for request in transport.requests} == {Timeout(total=3)}


@pytest.mark.anyio
async def test_a_timeout_and_headers_of_one_asynchronous_call() -> None:
    transport = AsyncMockTransport(answer)
    options: dict[str, Any] = {"timeout": 3, "extra_headers": {"X-Cart": "12"}}
    async with AsyncCallr("login", "password", transport=transport) as callr:
        for call in (*CALLS.values(), *RAW.values()):
            await call(callr.sms, **options)
        assert [sms async for sms in callr.sms.iterate(**HOUR, **options)] == []
        await callr.sms.wait_until_final(HASH, **options)
        await HELPERS["reconcile"](callr.sms, **options)
    assert len(transport.requests) == 11
    assert {request.headers[-1] for request in transport.requests} == {("X-Cart", "12")}
    assert {request.timeout.total for request in transport.requests[:9]} == {3}


def stall(server: RawServer, _: socket.socket) -> None:
    server.released.wait(5)


def test_a_slow_server_is_left_after_the_timeout_of_the_call() -> None:
    with (
        serving(stall) as server,
        Callr("login", "password", base_url=server.base_url, max_retries=0) as callr,
        pytest.raises(CallrError, match="no response in time"),
    ):
        callr.sms.send(to=TO, body="Hello", timeout=0.05)


def test_headers_are_replaced_by_name(transport: NotingTransport) -> None:
    """A header of the call replaces one of `with_options`, and that one of the client."""
    with Callr("login", "password", transport=transport, default_headers={"X-A": "1", "X-B": "1"}) as callr:
        other = callr.with_options(default_headers={"x-b": "2", "X-C": "2"})
        other.sms.send(to=TO, body="Hello", extra_headers={"X-c": "3"})
        callr.sms.send(to=TO, body="Hello")
    first, second = transport.requests
    assert first.headers[-3:] == (("X-A", "1"), ("x-b", "2"), ("X-c", "3"))
    assert second.headers[-2:] == (("X-A", "1"), ("X-B", "1"))


RESERVED = ["Authorization", "host", "Content-Length", "Transfer-Encoding", "user-agent", "Content-Type"]
WRONG: list[tuple[object, str]] = [
    *(({name: "x"}, f"{name}: the client sets this header itself") for name in RESERVED),
    ({"User-Agent": "x"}, "User-Agent: the client sets this header itself; use app_name"),
    ({"X-A": "1\r\nX-B: 2"}, "X-A: expected printable ASCII without line breaks"),
    ({"X-A": "1\n"}, "X-A: expected printable ASCII"),
    ({"X-A": " 1"}, "X-A: expected printable ASCII"),
    ({"X-A": "é"}, "X-A: expected printable ASCII"),
    ({"X-A": ""}, "X-A: expected printable ASCII"),
    ({"X-A": 1}, "X-A: expected a str, got int"),
    ({"X-A": "1", "x-a": "2"}, "x-a: expected each name once"),
    ({"X-A\r\n": "1"}, "expected names of letters, digits and hyphens"),
    ({"": "1"}, "expected names"),
    ({5: "1"}, "expected names"),
    ([("X-A", "1")], "expected a mapping of names to values, got list"),
]


@pytest.mark.parametrize(("headers", "problem"), WRONG)
def test_headers_that_cannot_be_added(offline: Callr, headers: Any, problem: str) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(ArgumentError) as refused:
        offline.sms.send(to=TO, body="Hello", extra_headers=headers)
    assert str(refused.value).startswith(f"sms.send: extra_headers: {problem}")
    assert (refused.value.parameter, refused.value.outcome) == ("extra_headers", "not_sent")
    for make in (
        lambda: Callr("login", "password", default_headers=headers),
        lambda: AsyncCallr("login", "password", default_headers=headers),
        lambda: offline.with_options(default_headers=headers),
    ):
        with pytest.raises(ConfigurationError) as caught:
            make()
        assert str(caught.value).startswith(f"default_headers: {problem}")


@pytest.mark.parametrize("call", [*CALLS.values(), HELPERS["iterate"]], ids=[*CALLS, "iterate"])
@pytest.mark.parametrize("timeout", [0, -1, True, "3"])
def test_timeouts_that_are_none(offline: Callr, call: Callable[..., Any], timeout: object) -> None:
    with pytest.raises(ArgumentError, match="timeout: expected seconds above 0") as caught:
        call(offline.sms, timeout=timeout)
    assert caught.value.parameter == "timeout"


def test_an_iteration_refuses_wrong_options_at_once(offline: Callr) -> None:
    with pytest.raises(ArgumentError, match="extra_headers: Host"):
        offline.sms.iterate(**HOUR, extra_headers={"Host": "example.com"})


def test_the_values_of_headers_are_not_shown() -> None:
    headers = {"X-Gateway": TOKEN}
    transport = MockTransport([Response(500, {}, b"")])
    with (
        Callr("login", "password", transport=transport, default_headers=headers, max_retries=0) as callr,
        pytest.raises(CallrError) as caught,
    ):
        callr.sms.send(to=TO, body="Hello", extra_headers={"X-Other": TOKEN})
    assert ("X-Gateway", TOKEN) in transport.requests[0].headers
    shown = repr([callr, callr._caller.settings, transport.requests, caught.value])  # noqa: SLF001 - nothing may leak
    assert "X-Gateway" in shown
    assert TOKEN not in shown
    assert TOKEN.encode() not in pickle.dumps(caught.value)
    for login, given in (("", TOKEN), ("login", f"{TOKEN}\n")):
        with pytest.raises(ConfigurationError) as refused:
            Callr(login, "password", default_headers={"X-Gateway": given})
        for error in (caught.value, refused.value):
            report = traceback.TracebackException.from_exception(error, capture_locals=True)
            frames = [frame for frame in report.stack if "callr_sms_client" in frame.filename]
            inner = [frame.locals for frame in frames if not frame.filename.endswith("_api_sms.py")]
            assert inner
            assert TOKEN not in str(inner)


def test_headers_and_the_application_reach_the_server(emulator: RunningEmulator) -> None:
    """Over a real connection: the emulator takes the request as it takes others."""
    with Callr(
        emulator.login,
        emulator.password,
        base_url=emulator.base_url,
        app_name="my-shop/2.0 (Paris)",
        default_headers={"X-Shop": "7"},
    ) as callr:
        assert callr.sms.send(to=TO, body="Hello", extra_headers={"X-Cart": "12"}, timeout=10)


def test_the_name_of_the_application(transport: NotingTransport) -> None:
    with Callr("login", "password", transport=transport, app_name="my-shop/2.0 (Paris)") as callr:
        callr.sms.send(to=TO, body="Hello")
    agent = dict(transport.request.headers)["User-Agent"]
    assert agent.startswith("callr-sms-client/")
    assert agent.endswith(" my-shop/2.0 (Paris)")


@pytest.mark.parametrize("name", ["a\r\nX-B: 2", "é", " a", "a ", "x" * 101, 5, None])
def test_names_that_cannot_be_in_a_header(name: object) -> None:
    with pytest.raises(ConfigurationError, match="app_name: expected up to 100 characters of ASCII"):
        make_client("login", "password", app_name=name)


def test_arguments_replace_variables(monkeypatch: pytest.MonkeyPatch, transport: NotingTransport) -> None:
    monkeypatch.delenv("CALLR_LOGIN", raising=False)
    monkeypatch.setenv("CALLR_PASSWORD", "unused")
    monkeypatch.setenv("CALLR_BASE_URL", "http://127.0.0.1:1")
    overrides: Mapping[str, Any] = {
        "login": "me",
        "password": "secret",
        "base_url": "http://127.0.0.1:2",
        "app_name": "my-shop",
        "default_headers": {"X-Shop": "7"},
        "transport": transport,
    }
    with Callr.from_env(**overrides) as callr:
        callr.sms.send(to=TO, body="Hello")
    request = transport.request
    assert request.url == "http://127.0.0.1:2/sms"
    assert {("Authorization", "Basic bWU6c2VjcmV0"), ("X-Shop", "7")} <= set(request.headers)


@pytest.mark.parametrize("client", [Callr, AsyncCallr])
def test_a_wrong_override_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, client: type[Callr | AsyncCallr]
) -> None:
    monkeypatch.delenv("CALLR_LOGIN", raising=False)
    cases: list[dict[str, Any]] = [{"password": TOKEN}, {"login": f"{TOKEN}:", "password": TOKEN}]
    for overrides in cases:
        with pytest.raises(ConfigurationError) as caught:
            client.from_env(**overrides)
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        frames = [frame.locals for frame in report.stack if "callr_sms_client" in frame.filename]
        assert frames
        assert TOKEN not in str(frames)
