"""What is sent again, when, and what never is."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    MockTransport,
    ProtocolError,
    RateLimitError,
    Response,
    ServerError,
    Timeout,
)
from callr_sms_client._calls.retry import LONGEST
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, failure, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_client import Request
    from callr_sms_client._support import Closing

GOOD = Response(200, {}, success(SMS))
SENT = Response(200, {}, success(HASH))
TO = "+33612345678"
REPEATED = (408, 429, 500, 502, 503, 504)


def answer(status: int, **headers: str) -> Response:
    made = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, made, failure(status, "INTERNAL_ERROR"))


def page(status: int) -> Response:
    return Response(status, {"content-type": "text/html"}, b"<html>Bad Gateway</html>")


class Run:
    """A client with canned answers and a clock that is wound by hand."""

    def __init__(
        self, *answers: Response | CallrError, chance: float = 1.0, **options: float | Timeout
    ) -> None:
        self.clock = WoundClock(chance)
        self.transport = MockTransport(answers)
        make: Callable[..., Callr] = Callr
        self.callr = wind(make("login", "password", transport=self.transport, **options), self.clock)

    def fail(self, call: Callable[[Callr], object]) -> CallrError:
        with pytest.raises(CallrError) as caught:
            call(self.callr)
        return caught.value


def get(callr: Callr) -> object:
    return callr.sms.get(HASH)


def send(callr: Callr) -> object:
    return callr.sms.send(to=TO, body="Hello")


def send_by_query(callr: Callr) -> object:
    return callr.sms.send_by_query(to=TO, body="Hello")


@pytest.mark.parametrize("status", REPEATED)
@pytest.mark.parametrize("make", [answer, page])
def test_a_read_is_repeated(make: Callable[[int], Response], status: int) -> None:
    run = Run(make(status), make(status), GOOD)
    assert run.callr.sms.get(HASH).hash == HASH
    assert run.clock.slept == [0.5, 1.0]
    assert len(run.transport.requests) == 3


@pytest.mark.parametrize("status", sorted({*range(201, 600)} - {*REPEATED}))
def test_other_statuses_are_not_repeated(status: int) -> None:
    error = Run(answer(status)).fail(get)
    assert (error.attempts, error.http_status) == (1, status)


@pytest.mark.parametrize(
    "broken",
    [
        CallrConnectionError("reset"),
        CallrTimeoutError("late"),
        Response(200, {}, b""),
        Response(200, {}, success(SMS)[:-1]),
        Response(200, {}, b" [1, 2"),
    ],
)
def test_a_read_whose_answer_was_lost_or_cut_is_repeated(broken: Response | CallrError) -> None:
    run = Run(broken, GOOD)
    assert run.callr.sms.get(HASH).hash == HASH
    assert len(run.transport.requests) == 2


@pytest.mark.parametrize(
    "wrong", [page(200), Response(200, {}, b"{}"), Response(200, {}, success(None)), ProtocolError("no HTTP")]
)
def test_an_answer_that_is_wrong_rather_than_cut_is_not_repeated(wrong: Response | CallrError) -> None:
    error = Run(wrong).fail(get)
    assert isinstance(error, ProtocolError)
    assert (error.attempts, error.looks_cut) == (1, False)


@pytest.mark.parametrize("call", [send, send_by_query])
@pytest.mark.parametrize("status", range(201, 600))
def test_a_send_is_not_repeated_whatever_the_status(call: Callable[[Callr], object], status: int) -> None:
    for made in (answer(status, retry_after="0"), page(status)):
        run = Run(made)
        assert run.fail(call).attempts == 1
        assert len(run.transport.requests) == 1
        assert run.clock.slept == []


@pytest.mark.parametrize("call", [send, send_by_query])
@pytest.mark.parametrize(
    "broken",
    [
        CallrConnectionError("reset"),
        CallrTimeoutError("late"),
        ProtocolError("cut"),
        Response(200, {}, b""),
        Response(200, {}, success(HASH)[:-1]),
    ],
)
def test_a_send_is_not_repeated_whatever_the_failure(
    call: Callable[[Callr], object], broken: Response | CallrError
) -> None:
    run = Run(broken)
    error = run.fail(call)
    assert (error.attempts, error.outcome) == (1, "unknown")
    assert len(run.transport.requests) == 1


@pytest.mark.parametrize("call", [send, send_by_query, get])
@pytest.mark.parametrize("kind", [CallrConnectionError, CallrTimeoutError])
def test_what_never_left_is_repeated(call: Callable[[Callr], object], kind: type[CallrError]) -> None:
    lost = [kind("refused", outcome="not_sent") for _ in range(3)]
    run = Run(*lost[:2], GOOD if call is get else SENT)
    assert call(run.callr)
    assert len(run.transport.requests) == 3
    error = Run(*lost).fail(call)
    assert (error.attempts, error.outcome) == (3, "not_sent")
    assert str(error).endswith("refused, after 3 attempts")


def test_a_send_is_repeated_until_a_byte_may_have_left() -> None:
    run = Run(CallrConnectionError("refused", outcome="not_sent"), CallrTimeoutError("late"))
    error = run.fail(send)
    assert (error.attempts, error.outcome) == (2, "unknown")


def test_what_cannot_be_sent_is_not_repeated() -> None:
    run = Run(ConfigurationError("a proxy that is none"))
    assert run.fail(get).attempts == 1


@pytest.mark.parametrize("max_retries", [0, 1, 5, 100])
def test_how_often(max_retries: int) -> None:
    run = Run(*[answer(503)] * 101, max_retries=max_retries, timeout=1_000_000)
    error = run.fail(get)
    assert isinstance(error, ServerError)
    assert error.attempts == len(run.transport.requests) == max_retries + 1


def test_the_wait_grows_up_to_a_cap_and_is_random() -> None:
    run = Run(*[answer(503)] * 8, max_retries=7, timeout=1000)
    run.fail(get)
    assert run.clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    run = Run(*[answer(503)] * 8, max_retries=7, chance=0.25)
    run.fail(get)
    assert run.clock.slept == [0.125, 0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": " 2.5 "}, 2.5),
        ({"retry_after": "0"}, 0.5),
        ({"retry_after": "Tue, 19 Mar 2024 12:00:09 GMT"}, 9.0),
        ({"retry_after": "Tuesday, 19-Mar-24 12:00:09 GMT"}, 9.0),
        ({"retry_after": "Tue Mar 19 12:00:09 2024"}, 9.0),
        ({"retry_after": "Tue, 19 Mar 2024 11:00:00 GMT"}, 0.5),
        ({"retry_after": "Tue, 19 Mar 2024 12:00:09 GMT", "date": "Tue, 19 Mar 2024 12:00:05 GMT"}, 4.0),
        ({"retry_after": "soon"}, 0.5),
        ({"retry_after": "-1"}, 0.5),
        ({"retry_after": ""}, 0.5),
        ({"retry_after": "\u0663"}, 0.5),
        ({"retry_after": "7, 9"}, 9.0),
        ({"retry_after": "2024-03-19T12:00:09Z"}, 9.0),
        ({"retry_after": "\u00b2"}, 0.5),
        ({"retry_after": "nan"}, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(status: int, headers: dict[str, str], slept: float) -> None:
    run = Run(answer(status, **headers), GOOD)
    get(run.callr)
    assert run.clock.slept == [slept]


@pytest.mark.parametrize(
    ("retry_after", "seconds", "timeout"),
    [
        ("30", 30.0, 30.0),
        ("31", 31.0, 30.0),
        ("61", 61.0, 1000.0),
        ("9999999999", LONGEST, 1_000_000.0),
        ("1764460000000", LONGEST, 1_000_000.0),  # milliseconds since 1970
        ("9" * 5000, LONGEST, 1_000_000.0),
        ("1e9", LONGEST, 1_000_000.0),
        ("1e999", LONGEST, 1_000_000.0),
        ("99999999999.5", LONGEST, 1_000_000.0),
        ("5, 99999999999", LONGEST, 1_000_000.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST, 1_000_000.0),
        ("Tue, 19 Mar 99999 12:00:09 GMT", LONGEST, 1_000_000.0),
        ("9999-12-31T23:59:59-23:59", LONGEST, 1_000_000.0),
    ],
)
def test_a_wait_that_is_too_long_is_not_begun(retry_after: str, seconds: float, timeout: float) -> None:
    run = Run(answer(429, retry_after=retry_after), timeout=timeout)
    error = run.fail(get)
    assert isinstance(error, RateLimitError)
    assert (error.retry_after, error.attempts, run.clock.slept) == (seconds, 1, [])


def test_a_send_that_came_too_early_tells_when_to_come_back() -> None:
    error = Run(answer(429, retry_after="7")).fail(send)
    assert (error.retry_after, error.outcome) == (7.0, "refused")


def test_a_backoff_that_does_not_fit_is_not_begun() -> None:
    run = Run(*[answer(503)] * 9, max_retries=8, timeout=4.0)
    error = run.fail(get)
    assert run.clock.slept == [0.5, 1.0, 2.0]
    assert error.attempts == 4


def test_each_attempt_is_given_what_is_left() -> None:
    run = Run(answer(503), answer(503, retry_after="10"), GOOD, timeout=30)
    get(run.callr)
    totals = [request.timeout.total for request in run.transport.requests]
    assert totals == [30.0, 29.5, 19.5]
    assert [request.timeout.connect for request in run.transport.requests] == [5.0] * 3


def test_without_a_deadline_every_wait_fits() -> None:
    run = Run(answer(503, retry_after="60"), GOOD, timeout=Timeout(total=None))
    get(run.callr)
    assert run.clock.slept == [60.0]
    assert run.transport.requests[1].timeout.total is None


def test_every_attempt_sends_the_same() -> None:
    run = Run(CallrConnectionError("refused", outcome="not_sent"), SENT)
    send(run.callr)
    first, second = run.transport.requests
    assert (first.method, first.url, first.headers, first.body) == (
        *(second.method, second.url, second.headers, second.body),
    )


@pytest.mark.anyio
async def test_the_asynchronous_client_repeats_alike() -> None:
    clock = WoundClock()
    lost = CallrConnectionError("refused", outcome="not_sent")
    transport = AsyncMockTransport([answer(503), GOOD, lost, SENT, page(502)])
    async with wind(AsyncCallr("login", "password", transport=transport), clock) as callr:
        assert (await callr.sms.get(HASH)).hash == HASH
        assert await callr.sms.send(to=TO, body="Hello") == HASH
        with pytest.raises(ProtocolError) as caught:
            await callr.sms.send(to=TO, body="Hello")
    assert (caught.value.attempts, caught.value.http_status) == (1, 502)
    assert clock.slept == [0.5, 0.5]


def test_the_last_response_is_not_an_earlier_one() -> None:
    """A cut response is repeated for a read. If the last attempt has none, the first one is not returned."""
    broken = ProtocolError("the response is cut off")
    broken.looks_cut = True
    transport = MockTransport([Response(200, {}, b'{"status": "succ'), broken])
    callr = wind(Callr("login", "password", max_retries=1, transport=transport), WoundClock())
    with pytest.raises(ProtocolError) as caught:
        callr.sms.with_raw_response.get(HASH)
    assert caught.value is broken


def test_a_port_where_somebody_listens_at_last() -> None:
    """A send that never left goes out with the next attempt, over a real network."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    class LateServer(WoundClock):
        def sleep(self, seconds: float, closing: Closing) -> None:
            super().sleep(seconds, closing)
            self.listener = socket.create_server(("127.0.0.1", port))

    clock = LateServer()
    timeout = Timeout(total=30, read=0.3)
    with (
        wind(
            Callr("login", "password", base_url=f"http://127.0.0.1:{port}", timeout=timeout), clock
        ) as callr,
        pytest.raises(CallrTimeoutError) as caught,
    ):
        send(callr)
    clock.listener.close()
    assert (caught.value.attempts, caught.value.outcome) == (2, "unknown")


def test_a_handler_may_look_at_the_request() -> None:
    def handle(request: Request) -> Response:
        return SENT if request.method == "POST" else GOOD

    with Callr("login", "password", transport=MockTransport(handle)) as callr:
        assert (callr.sms.send(to=TO, body="Hello"), callr.sms.get(HASH).hash) == (HASH, HASH)
