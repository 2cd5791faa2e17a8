"""Where rules begin and end: the last value that is accepted and the first that is not."""

from __future__ import annotations

import json
import select
from base64 import b64encode
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    ApiError,
    ArgumentError,
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    MockTransport,
    NotFinalError,
    ProtocolError,
    Response,
    Sms,
    SmsOptions,
    Timeout,
    webhooks,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, NotingTransport, RawServer, failure, http_answer, serving, success

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from callr_sms_client import Request

TO = "+33612345678"
GOOD = Response(200, {}, success(SMS))
EMPTY = Response(200, {}, success([]))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def lost() -> CallrConnectionError:
    return CallrConnectionError("gone")


def at(status: str) -> Response:
    return Response(200, {}, success(SMS | {"status": status}))


def run(*answers: Response | CallrError, clock: WoundClock | None = None, **options: Any) -> Callr:  # noqa: ANN401 - whatever the class takes
    transport = MockTransport(answers)
    return wind(Callr("login", "password", transport=transport, **options), clock or WoundClock())


# --- setting up -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\x7f", "\x80", "\x9f", chr(0xD800), chr(0xDFFF)])
@pytest.mark.parametrize("place", ["login", "password"])
def test_characters_that_basic_cannot_carry(place: str, character: str) -> None:
    given: dict[str, Any] = {"login": "me", "password": "secret", place: f"a{character}b"}
    with pytest.raises(ConfigurationError) as caught:
        Callr(**given)
    assert str(caught.value) == (
        f"{place}: expected no control characters or lone surrogates, for HTTP Basic"
    )


@pytest.mark.parametrize("character", [" ", "~", "\xa0", "\ud7ff", "\ue000", "👍"])
def test_characters_that_basic_carries(transport: NotingTransport, character: str) -> None:
    login, password = f"a{character}b", f"{character}:c{character}"
    with Callr(login, password, transport=transport) as callr:
        callr.sms.send(to=TO, body="Hello")
    token = b64encode(f"{login}:{password}".encode()).decode()
    assert ("Authorization", f"Basic {token}") in transport.request.headers


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        (":me", "secret", "login: expected no colon, which HTTP Basic cannot carry"),
        ("me:", "secret", "login: expected no colon, which HTTP Basic cannot carry"),
        (b"me", "secret", "login: expected a string that is not empty"),
        ("me", b"secret", "password: expected a string that is not empty"),
        ("me", None, "password: expected a string that is not empty"),
    ],
)
def test_credentials_that_are_refused(login: Any, password: Any, said: str) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(ConfigurationError) as caught:
        Callr(login, password)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("https://@api.callr.com", "expected no credentials, query or fragment in it"),
        ("https://api.callr.com?x", "expected no credentials, query or fragment in it"),
        ("https://api.callr.com#x", "expected no credentials, query or fragment in it"),
        ("http://", "expected http:// or https:// and a host"),
        ("https://:443", "expected http:// or https:// and a host"),
        ("httpx://api.callr.com", "expected http:// or https:// and a host"),
        ("https://api.callr.com:65536", "expected a URL"),
        ("https://api.callr.com/a b", "expected printable ASCII without spaces"),
        ("https://api.callr.com/\x7f", "expected printable ASCII without spaces"),
        ("https://api.callr.com/é", "expected printable ASCII without spaces"),
        (f"https://{'x' * 64}.com", "expected a valid host name"),
        (f"https://{'.'.join(['x' * 60] * 5)}.com", "expected a valid host name"),
        ("https://.com", "expected a valid host name"),
        ("https://a..com", "expected a valid host name"),
    ],
)
def test_base_urls_that_are_refused(base_url: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Callr("me", "secret", base_url=base_url)
    assert str(caught.value).startswith(f"base_url: {said}")


@pytest.mark.parametrize(
    "base_url",
    [
        f"https://{'x' * 63}.com",
        "http://a",
        "https://a:65535",
        "https://a/b/c",
        "https://a.b./",
        "http://a//",
    ],
)
def test_base_urls_that_are_accepted(transport: NotingTransport, base_url: str) -> None:
    with Callr("me", "secret", base_url=base_url, transport=transport) as callr:
        callr.sms.send(to=TO, body="Hello")
    assert transport.request.url == f"{base_url.rstrip('/')}/sms"


def test_the_longest_address() -> None:
    transport = NotingTransport()
    with Callr("me", "secret", base_url="http://a", transport=transport) as callr:
        callr.sms.send_by_query(to=TO, body="x")
        room = 65_536 - len(transport.requests.pop().url)
        callr.sms.send_by_query(to=TO, body="x" * (room + 1))
        assert len(transport.requests.pop().url) == 65_536
        with pytest.raises(ArgumentError) as caught:
            callr.sms.send_by_query(to=TO, body="x" * (room + 2))
    assert str(caught.value) == "sms.send_by_query: request: its URL is longer than 65,536 characters"
    assert transport.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"body": "x"},
        {"body": "x" * 351_135},
        {"from_": "x" * 11},
        {"options": SmsOptions(user_data="x" * 4096)},
        {"options": SmsOptions(user_data="")},
        {"max_parts": 1},
    ],
)
def test_arguments_that_are_just_accepted(
    offline: Callr, transport: NotingTransport, arguments: dict[str, Any]
) -> None:
    offline.sms.send(**{"to": TO, "body": "Hello", **arguments})
    assert len(transport.requests) == 1


# --- responses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [201, 302, 399, 600])
def test_a_status_that_is_no_error_is_not_read_as_one(status: int) -> None:
    answer = Response(status, {}, failure(status, "PROPERTY_VALUE_ERROR [to]"))
    with run(answer) as callr, pytest.raises(ProtocolError) as caught:
        callr.sms.get(HASH)
    assert str(caught.value) == f"sms.get: HTTP {status}: the contract lists no such status"
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "expected an object, got JSON of type list"),
        (b"null", "expected an object, got JSON of type NoneType"),
        (b"{}", "status: expected 'error' in a response of this status"),
        (success({"code": 400, "message": "no"}), "status: expected 'error' in a response of this status"),
        (b'{"status": "error"}', "the error has no numeric code"),
        (b'{"status": "error", "data": 400}', "the error has no numeric code"),
        (b'{"status": "error", "data": {"code": "400", "message": "no"}}', "the error has no numeric code"),
        (b'{"status": "error", "data": {"code": true, "message": "no"}}', "the error has no numeric code"),
        (b'{"status": "error", "data": {"code": 400.5, "message": "no"}}', "the error has no numeric code"),
        (b'{"status": "error", "data": {"code": 400}}', "the error has no message"),
        (b'{"status": "error", "data": {"code": 400, "message": null}}', "the error has no message"),
    ],
)
def test_an_error_that_breaks_the_contract(body: bytes, said: str) -> None:
    with run(Response(400, {}, body)) as callr, pytest.raises(ProtocolError) as caught:
        callr.sms.send(to=TO, body="Hello")
    assert str(caught.value) == f"sms.send: HTTP 400: {said}"
    assert (caught.value.outcome, caught.value.looks_cut) == ("unknown", False)


def test_a_number_of_an_error_may_be_written_as_a_float() -> None:
    body = b'{"status": "error", "data": {"code": 400.0, "message": "PROPERTY_VALUE_ERROR [to]"}}'
    with run(Response(400, {}, body)) as callr, pytest.raises(ApiError) as caught:
        callr.sms.send(to=TO, body="Hello")
    assert (caught.value.code, type(caught.value.code), caught.value.outcome) == (400, int, "refused")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "expected an object, got JSON of type list"),
        (failure(400, "no"), "status: expected 'success' in a response of this status"),
        (b'{"status": "success"}', "the envelope has no data"),
        (success(None), "result: expected a string, got JSON of type NoneType"),
        (success(["8242D945"]), "result: expected a string, got JSON of type list"),
        (
            success("8242D94"),
            "result: expected at least 8 characters (the identifier of an SMS, such as 8242D945)",
        ),
        (
            success("8242D9455"),
            "result: expected at most 8 characters (the identifier of an SMS, such as 8242D945)",
        ),
    ],
)
def test_a_result_that_breaks_the_contract(body: bytes, said: str) -> None:
    with run(Response(200, {}, body)) as callr, pytest.raises(ProtocolError) as caught:
        callr.sms.send(to=TO, body="Hello")
    assert str(caught.value) == f"sms.send: HTTP 200: {said}"
    assert (caught.value.outcome, caught.value.looks_cut) == ("unknown", False)


def test_a_hash_of_another_form_is_no_result() -> None:
    for wrong in ("8242d945", "8242D94-", "8242D94\n"):
        with run(Response(200, {}, success(wrong))) as callr, pytest.raises(ProtocolError) as caught:
            callr.sms.send(to=TO, body="Hello")
        assert str(caught.value).startswith("sms.send: HTTP 200: result: expected")


def test_a_whole_number_may_be_written_as_a_float() -> None:
    sms = Sms.from_dict(SMS | {"parts": 2.0})
    assert (sms.parts, type(sms.parts), json.dumps(sms.to_dict()["parts"])) == (2, int, "2.0")
    with pytest.raises(ProtocolError):
        Sms.from_dict(SMS | {"parts": 2.5})
    with pytest.raises(ProtocolError):
        Sms.from_dict(SMS | {"parts": True})


@pytest.mark.parametrize("wrong", [{"x": float("nan")}, {"x": float("inf")}, {"x": {1: 2}}, {"x": {3}}])
def test_what_json_cannot_hold_makes_no_model(wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Sms.from_dict({**SMS, **wrong})


def test_how_deep_json_may_be_nested() -> None:
    def nested(levels: int) -> dict[str, object]:
        deep: object = []
        for _ in range(levels - 2):
            deep = [deep]
        return SMS | {"x": deep}

    assert Sms.from_dict(nested(100)).to_dict() == nested(100)
    with pytest.raises(ProtocolError, match="nested deeper than 100"):
        Sms.from_dict(nested(101))


def test_a_header_that_comes_twice_is_one_with_both_values() -> None:
    answer = http_answer(success(HASH), "200 OK", "application/json", "X-Twice: one", "x-twice: two")
    with serving(answer) as server, Callr("me", "secret", base_url=server.base_url) as callr:
        raw = callr.sms.with_raw_response.send(to=TO, body="Hello")
    assert raw.headers["x-twice"] == "one, two"


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked", b"CHUNKED"])
def test_a_connection_is_used_again_however_its_coding_is_written(coding: bytes) -> None:
    seen: list[socket.socket] = []

    def behave(_: RawServer, connection: socket.socket) -> None:
        seen.append(connection)
        body = success(HASH)
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + coding
        connection.sendall(head + b"\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    with serving(behave) as server, Callr("me", "secret", base_url=server.base_url) as callr:
        assert [callr.sms.send(to=TO, body="Hello") for _ in range(2)] == [HASH] * 2
    assert len(seen) == 2
    assert seen[0] is seen[1]


@pytest.mark.parametrize("closes", [False, True])
def test_an_idle_connection_is_looked_at_without_poll(
    monkeypatch: pytest.MonkeyPatch, *, closes: bool
) -> None:
    """As on Windows, which has no `select.poll`."""
    monkeypatch.delattr("select.poll", raising=False)
    waits: list[float | None] = []
    look = select.select

    def noting(*arguments: Any) -> Any:  # noqa: ANN401 - as of the function itself
        waits.append(arguments[3])
        return look(*arguments)

    monkeypatch.setattr("select.select", noting)
    seen: list[socket.socket] = []
    closed = Event()

    def behave(_: RawServer, connection: socket.socket) -> None:
        seen.append(connection)
        connection.sendall(http_answer(success(HASH)).replace(b"Connection: close\r\n", b""))
        if closes:
            connection.close()
            closed.set()

    with serving(behave) as server, Callr("me", "secret", base_url=server.base_url) as callr:
        for _ in range(2):
            assert callr.sms.send(to=TO, body="Hello") == HASH
            assert not closes or closed.wait(60)
    assert len(seen) == 2
    assert (seen[0] is seen[1]) is not closes
    assert waits.count(0) == 2 - closes  # a new connection is not looked at


# --- attempts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [CallrConnectionError("gone"), Response(404, {}, failure(404, "NO"))])
def test_an_error_is_raised_though_an_earlier_answer_was_cut(last: Response | CallrError) -> None:
    """What an earlier attempt brought is not the answer to the call."""
    kind = CallrConnectionError if isinstance(last, CallrError) else ApiError
    cut = Response(200, {}, success(SMS)[:-1])
    with run(cut, last, max_retries=1) as callr, pytest.raises(kind) as caught:
        callr.sms.with_raw_response.get(HASH)
    assert caught.value.attempts == 2
    with run(cut, last, max_retries=1) as callr, pytest.raises(kind):
        callr.sms.get(HASH)


def test_an_attempt_that_comes_too_late_is_still_made() -> None:
    class SlowClock(WoundClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds + 100)

    transport = MockTransport([lost(), GOOD])
    with wind(Callr("me", "secret", transport=transport, timeout=30), SlowClock()) as callr:
        assert callr.sms.get(HASH).hash == HASH
    assert [request.timeout.total for request in transport.requests] == [30, 0.001]


@pytest.mark.parametrize("total", [0.05, 0.15, 0.25, 0.35, 0.45, 0.55])
def test_a_step_that_begins_too_late_is_a_timeout(monkeypatch: pytest.MonkeyPatch, total: float) -> None:
    """Whichever step it is: the time of the machine goes on by a tenth of a second with each look at it."""
    ticks = count(1)
    timeout = Timeout(total=total)

    def behave(server: RawServer, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        server.released.wait(60)

    with serving(behave) as server:
        callr = Callr("me", "secret", base_url=server.base_url, timeout=timeout, max_retries=0)
        monkeypatch.setattr("time.monotonic", lambda: next(ticks) / 10)
        with callr, pytest.raises(CallrTimeoutError):
            callr.sms.get(HASH)
        monkeypatch.undo()


def test_a_date_that_cannot_be_read_does_not_count() -> None:
    headers = {"retry-after": "Tue, 19 Mar 2024 12:00:09 GMT", "date": "yesterday"}
    clock = WoundClock()
    with run(Response(503, headers, failure(503, "NO")), GOOD, clock=clock) as callr:
        callr.sms.get(HASH)
    assert clock.slept == [9.0]


def test_the_longest_time_that_a_server_may_ask_for() -> None:
    for asked, slept in (("60", [60.0]), ("60.001", [])):
        clock = WoundClock()
        answers = (Response(503, {"retry-after": asked}, failure(503, "NO")), GOOD)
        with run(*answers, clock=clock, timeout=Timeout(total=None)) as callr:
            if slept:
                callr.sms.get(HASH)
            else:
                with pytest.raises(ApiError):
                    callr.sms.get(HASH)
        assert clock.slept == slept


# --- waiting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "waits", "totals"),
    [
        (30, 12, [12, 11]),
        (5, 12, [5, 5]),
        (12, 12, [12, 11]),
        (30, 3, [5, 5]),
        (30, None, [30, 30]),
        (Timeout(total=None), 12, [12, 11]),
        (Timeout(total=None), None, [None, None]),
    ],
)
@pytest.mark.parametrize("is_async", [False, True], ids=["threads", "tasks"])
def test_a_question_takes_the_shorter_of_two_times(
    own: float | Timeout, waits: float | None, totals: list[float | None], *, is_async: bool
) -> None:
    noted: list[Request] = []
    answers = iter((at("SENT"), at("RECEIVED")))

    def answer(request: Request) -> Response:
        noted.append(request)
        return next(answers)

    async def wait() -> Sms:
        transport = AsyncMockTransport(answer)
        async with AsyncCallr("me", "secret", transport=transport, timeout=own) as callr:
            return await wind(callr, WoundClock(0.5)).sms.wait_until_final(HASH, timeout=waits)

    if is_async:
        assert anyio.run(wait).status == "RECEIVED"
    else:
        with Callr("me", "secret", transport=MockTransport(answer), timeout=own) as callr:
            wind(callr, WoundClock(0.5)).sms.wait_until_final(HASH, timeout=waits)
    assert [request.timeout.total for request in noted] == totals


def test_a_status_that_is_no_word_is_not_quoted() -> None:
    for status, said in (
        ("SENT", "SENT"),
        ("to +33612345678", "an unknown one"),
        ("", "an unknown one"),
    ):
        with run(at(status)) as callr, pytest.raises(NotFinalError) as caught:
            callr.sms.wait_until_final(HASH, timeout=0)
        assert str(caught.value) == (f"sms.wait_until_final: time is up, and the status is still {said}")
        assert caught.value.status == status


def windows_of(since: datetime, clock: WoundClock | None = None) -> list[tuple[str, str]]:
    transport = MockTransport(lambda _: Response(200, {}, success([])))
    with wind(Callr("me", "secret", transport=transport), clock or WoundClock()) as callr:
        assert callr.sms.reconcile(user_data="42", since=since, timeout=0) == []
    queries = [dict(request.query()) for request in transport.requests]
    return [(query["from"], query["to"]) for query in queries]


def test_an_sms_is_looked_for_a_little_beyond_both_ends() -> None:
    noon = datetime.fromtimestamp(WoundClock().now(), UTC)

    def moments(*minutes: int) -> tuple[str, ...]:
        return tuple(str(noon + timedelta(minutes=each)).removesuffix("+00:00") for each in minutes)

    assert windows_of(noon - timedelta(minutes=1)) == [moments(-6, 5)]
    # The clock of the one who sent may be ahead.
    assert windows_of(noon + timedelta(minutes=1)) == [moments(-4, 6)]
    beginning = datetime.min.replace(tzinfo=UTC)
    clock = WoundClock()
    clock.passed = (beginning - noon).total_seconds()
    assert windows_of(beginning, clock) == [("0001-01-01 00:00:00", "0001-01-01 00:05:00")]


# --- long times -----------------------------------------------------------------------------------------


def walk(
    answer: Callable[[Request], Response | CallrError],
    length: timedelta,
    **options: Any,  # noqa: ANN401 - whatever the method takes
) -> list[float]:
    """Go through a time; return how many seconds each window had."""
    windows: list[float] = []

    def note(request: Request) -> Response | CallrError:
        query = dict(request.query())
        first, last = (datetime.fromisoformat(query[name]) for name in ("from", "to"))
        windows.append((last - first).total_seconds())
        return answer(request)

    transport = MockTransport(note)
    with Callr("me", "secret", transport=transport, max_retries=0) as callr:
        walked = callr.sms.iterate(type="OUT", from_=BEGIN, to=BEGIN + length, **options)
        with suppress(CallrError):  # the windows are what is looked at
            deque(walked, maxlen=0)
    return windows


def hours(*counts: float) -> list[float]:
    return [count * 3600 for count in counts]


def listed(count: int) -> Callable[[Request], Response]:
    serial = iter(range(10**9))
    return lambda _: Response(200, {}, success([SMS | {"hash": f"{next(serial):08}"} for _ in range(count)]))


def test_windows_grow_fourfold_up_to_31_days() -> None:
    assert walk(listed(0), timedelta(days=100)) == hours(1, 4, 16, 64, 256, 744, 744, 571)
    assert walk(listed(0), timedelta(days=63), window=timedelta(days=60)) == hours(744, 744, 24)


def test_windows_are_adapted_to_500_in_each() -> None:
    assert walk(listed(500), timedelta(hours=3)) == hours(1, 1, 1)
    assert walk(listed(250), timedelta(hours=7)) == hours(1, 2, 4)
    assert walk(listed(1000), timedelta(hours=1.75)) == hours(1, 0.5, 0.25)
    half = timedelta(minutes=30)
    assert walk(listed(600), timedelta(hours=1.75), window=half) == [1800, 1500, 1250, 1041, 709]
    assert walk(listed(5000), timedelta(seconds=13), window=timedelta(seconds=10)) == [10, 1, 1, 1]


@pytest.mark.parametrize(
    ("answer", "windows"),
    [
        (CallrTimeoutError("late"), [3600, 900, 225, 56, 14]),
        (Response(503, {}, failure(503, "NO")), [3600, 900, 225, 56, 14]),
        (Response(200, {}, b'{"status": "success", "data": ['), [3600, 900, 225, 56, 14]),
        (Response(200, {}, b"<html>"), [3600]),
        (Response(400, {}, failure(400, "NO")), [3600]),
        (CallrConnectionError("gone"), [3600]),
    ],
)
def test_a_window_is_cut_to_a_quarter_when_that_may_help(
    answer: Response | CallrError, windows: list[float]
) -> None:
    assert walk(lambda _: answer, timedelta(hours=2)) == windows


def test_a_window_of_a_second_is_not_cut() -> None:
    late = CallrTimeoutError("late")
    for seconds, windows in ((1, [1]), (2, [2, 1]), (4, [4, 1])):
        window = timedelta(seconds=seconds)
        assert walk(lambda _: late, timedelta(hours=1), window=window) == windows


def test_each_window_may_be_cut_four_times() -> None:
    """Not four times in the whole of a walk."""

    def answer(request: Request) -> Response | CallrError:
        query = dict(request.query())
        first, last = (datetime.fromisoformat(query[name]) for name in ("from", "to"))
        return CallrTimeoutError("late") if last - first > timedelta(seconds=20) else EMPTY

    windows = walk(answer, timedelta(minutes=10))
    assert sum(windows[at] for at in range(len(windows)) if windows[at] <= 20) == 600
    assert sum(seconds > 20 for seconds in windows) > 4


@pytest.mark.parametrize("window", [timedelta(milliseconds=999), timedelta(0), timedelta(seconds=-1), None])
def test_a_window_is_a_second_or_longer(window: Any) -> None:  # noqa: ANN401 - wrong on purpose
    with run() as callr, pytest.raises(ArgumentError, match=r"window: expected a timedelta of at least one"):
        callr.sms.iterate(type="OUT", from_=BEGIN, to=BEGIN, window=window)


# --- webhooks -------------------------------------------------------------------------------------------

EVENT: dict[str, Any] = {
    "event_id": "1",
    "event_at": "x",
    "hook_hash": None,
    "try": 0,
    "type": "new",
    "data": {},
}


def event_at(text: str) -> datetime:
    return webhooks.parse(
        json.dumps(EVENT | {"event_at": text}).encode(), {}, secret=webhooks.UNVERIFIED
    ).event_at


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-05-04T12:29:32.340Z", datetime(2016, 5, 4, 12, 29, 32, 340_000, tzinfo=UTC)),
        ("2016-05-04t12:29:32z", datetime(2016, 5, 4, 12, 29, 32, tzinfo=UTC)),
        ("2016-05-04T12:29:32.1234567Z", datetime(2016, 5, 4, 12, 29, 32, 123_456, tzinfo=UTC)),
        ("2016-05-04T00:29:32+01:00", datetime(2016, 5, 3, 23, 29, 32, tzinfo=UTC)),
        ("2016-05-04T23:59:59-05:30", datetime(2016, 5, 5, 5, 29, 59, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60.5Z", datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_of_events(text: str, moment: datetime) -> None:
    assert event_at(text) == moment
    assert event_at(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2016-05-04T24:00:00Z", "not a date in the format of the contract"),
        ("2016-05-04T29:00:00Z", "not a date in the format of the contract"),
        ("2016-05-04 12:29:32Z", "not a date in the format of the contract"),
        ("2016-05-04T12:29:32", "not a date in the format of the contract"),
        ("2016-05-04T12:29:32.Z", "not a date in the format of the contract"),
        ("2016-05-04T12:29:32Z\n", "not a date in the format of the contract"),
        ("2016-05-04T12:29:60Z", "not a date in the format of the contract"),
        ("2016-12-31T22:59:60Z", "not a date in the format of the contract"),
        ("2016-12-31T23:58:60Z", "not a date in the format of the contract"),
        ("0001-01-01T00:00:00+00:01", "a datetime whose year in UTC is not 1 to 9999"),
        ("9999-12-31T23:59:59-00:01", "a datetime whose year in UTC is not 1 to 9999"),
        ("9999-12-31T23:59:60Z", "a datetime whose year in UTC is not 1 to 9999"),
    ],
)
def test_moments_that_are_none(text: str, said: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        event_at(text)
    assert str(caught.value) == f"Event.event_at: {said}"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("new", "Event"), ("sms.mt.status_update", "StatusUpdateEvent"), ("sms.mo", "IncomingEvent")],
)
@pytest.mark.parametrize("member", EVENT)
def test_each_member_of_an_event_is_checked(kind: str, name: str, member: str) -> None:
    event = EVENT | {"type": kind, "data": SMS}
    assert webhooks.parse(json.dumps(event).encode(), {}, secret=webhooks.UNVERIFIED).type == kind
    if member == "type":
        return
    for wrong in (7.5, ["x"], True):
        if member == "data" and name == "Event":  # of an unknown event it may be anything
            continue
        with pytest.raises(webhooks.WebhookError) as caught:
            webhooks.parse(json.dumps(event | {member: wrong}).encode(), {}, secret=webhooks.UNVERIFIED)
        assert str(caught.value).startswith(f"{name}.{member}: expected ")
    without = {key: value for key, value in event.items() if key != member}
    with pytest.raises(webhooks.WebhookError) as caught:
        webhooks.parse(json.dumps(without).encode(), {}, secret=webhooks.UNVERIFIED)
    assert str(caught.value) == f"{name}.{member}: the property is missing"


@pytest.mark.parametrize("member", SMS)
def test_each_member_of_an_sms_is_checked(member: str) -> None:
    for wrong in (7.5, True, {"x": 1}, [1]):
        if member == "options" and isinstance(wrong, dict):
            continue
        with pytest.raises(ProtocolError) as caught:
            Sms.from_dict(SMS | {member: wrong})
        assert str(caught.value).startswith(f"Sms.{member}")
    with pytest.raises(ProtocolError) as caught:
        Sms.from_dict({key: value for key, value in SMS.items() if key != member})
    assert str(caught.value) == f"Sms.{member}: the property is missing"


@pytest.mark.parametrize("member", SMS["status_history"][0])
def test_each_member_of_a_change_is_checked(member: str) -> None:
    first, second = SMS["status_history"]
    for wrong in (None, 7, ["x"]):
        with pytest.raises(ProtocolError) as caught:
            Sms.from_dict(SMS | {"status_history": [first, second | {member: wrong}]})
        assert str(caught.value).startswith(f"Sms.status_history[].{member}: expected a string")
        assert str(caught.value).endswith(" at index 1")


@pytest.mark.parametrize(("attempt", "is_retry"), [(0, False), (1, True), (2, True)])
def test_a_second_delivery_is_a_retry(attempt: int, *, is_retry: bool) -> None:
    parsed = webhooks.parse(json.dumps(EVENT | {"try": attempt}).encode(), {}, secret=webhooks.UNVERIFIED)
    assert (parsed.try_, parsed.is_retry) == (attempt, is_retry)


def test_a_member_of_an_event_that_comes_twice_counts_once() -> None:
    """The last one, as in any JSON that Python reads; the signature is over all of them."""
    body = b'{"event_id": "1", ' + json.dumps(EVENT | {"event_id": "2"}).encode()[1:]
    headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, "s3cret")}
    assert webhooks.parse(body, headers, secret="s3cret").event_id == "2"


def test_bytes_of_any_kind_are_a_body() -> None:
    body = json.dumps(EVENT).encode()
    for kind in (bytes, bytearray, memoryview):
        given: Any = kind(body)
        headers = {webhooks.SIGNATURE_HEADER: f" {webhooks.sign(body, 's3cret')}\t"}
        assert webhooks.parse(given, headers, secret="s3cret").event_id == "1"


def test_a_repr_shows_nothing_of_an_event_that_is_not_known() -> None:
    said = {"data": {"text": "canary"}, "more": "canary"}
    event = webhooks.parse(json.dumps(EVENT | said).encode(), {}, secret=webhooks.UNVERIFIED)
    assert repr(event) == "<Event event_at=(malformed) try=0 type='new'>"
    assert event.reveal().count("canary") == 2


def test_one_event_may_be_remembered() -> None:
    seen = webhooks.SeenEvents(1)
    assert [seen.add(each) for each in ("a", "a", "b", "b", "a")] == [True, False, True, False, True]
    assert len(seen) == 1
