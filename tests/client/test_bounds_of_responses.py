"""Where rules of responses, attempts and waits begin and end, and when a connection is used again."""

from __future__ import annotations

import json
import select
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    ApiError,
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    MockTransport,
    NotFinalError,
    ProtocolError,
    Response,
    Sms,
    Timeout,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, RawServer, failure, http_answer, serving, success

if TYPE_CHECKING:
    import socket

    from callr_sms_client import Request
    from callr_sms_client._support import Closing

from tests.client.canned import GOOD, TO, at, lost, run


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
        def sleep(self, seconds: float, closing: Closing) -> None:
            super().sleep(seconds + 100, closing)

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
        monkeypatch.setattr("callr_sms_client._transport.deadline.monotonic", lambda: next(ticks) / 10)
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
