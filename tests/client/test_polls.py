"""Waiting for a final status, and finding an SMS whose outcome is unknown."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest

from callr_sms_client import (
    ArgumentError,
    AsyncCallr,
    AsyncMockTransport,
    AuthenticationError,
    Callr,
    CallrConnectionError,
    MockTransport,
    NotFinalError,
    NotFoundError,
    Response,
    ServerError,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, failure, success

if TYPE_CHECKING:
    from callr_sms_client import CallrError, Request

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


def at(status: str) -> Response:
    return Response(200, {}, success(SMS | {"status": status}))


def refused(status: int) -> Response:
    return Response(status, {}, failure(status, "PROPERTY_VALUE_ERROR [id]"))


class Run:
    """A client with canned answers, which repeats nothing by itself, and a clock that is wound by hand."""

    def __init__(self, *answers: Response | CallrError, chance: float = 0.5) -> None:
        self.clock = WoundClock(chance)
        self.transport = MockTransport(answers)
        client = Callr("login", "password", transport=self.transport, max_retries=0)
        self.callr = wind(client, self.clock)


# --- wait_until_final -----------------------------------------------------------------------------------


def test_it_asks_less_and_less_often() -> None:
    run = Run(*[at("PENDING")] * 9, at("RECEIVED"))
    assert run.callr.sms.wait_until_final(HASH).status == "RECEIVED"
    assert run.clock.slept == pytest.approx([1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 11.390625, 15, 15])


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_the_waits_are_spread(chance: float) -> None:
    run = Run(at("PENDING"), at("RECEIVED"), chance=chance)
    run.callr.sms.wait_until_final(HASH)
    assert run.clock.slept == pytest.approx([0.75 + chance / 2])


@pytest.mark.parametrize("status", ["RECEIVED", "ERROR", "EXPIRED", "FAILED"])
def test_a_final_status_is_not_waited_for(status: str) -> None:
    run = Run(at(status))
    assert run.callr.sms.wait_until_final(HASH).status == status
    assert run.clock.slept == []


def test_a_new_status_is_not_final() -> None:
    run = Run(at("TELEPORTED"), at("RECEIVED"))
    assert run.callr.sms.wait_until_final(HASH).status.is_success


def test_time_is_up_after_one_last_question() -> None:
    run = Run(*[at("SENT")] * 4)
    with pytest.raises(NotFinalError) as caught:
        run.callr.sms.wait_until_final(HASH, timeout=4)
    assert run.clock.slept == pytest.approx([1, 1.5, 1.5])
    error = caught.value
    assert (error.status, error.operation) == ("SENT", "sms.wait_until_final")
    assert "SENT" in str(error)
    assert SMS["text"] not in repr(error)
    assert pickle.loads(pickle.dumps(error)).status == "SENT"  # noqa: S301 - our own


def test_no_time_is_one_question() -> None:
    run = Run(at("CREATED"))
    with pytest.raises(NotFinalError):
        run.callr.sms.wait_until_final(HASH, timeout=0)
    assert len(run.transport.requests) == 1


def test_what_may_pass_is_waited_out() -> None:
    run = Run(at("SENT"), CallrConnectionError("gone"), refused(500), refused(429), at("RECEIVED"))
    assert run.callr.sms.wait_until_final(HASH).status == "RECEIVED"


def test_what_has_not_passed_in_time_is_raised() -> None:
    run = Run(at("SENT"), refused(500))
    with pytest.raises(ServerError):
        run.callr.sms.wait_until_final(HASH, timeout=1)


@pytest.mark.parametrize(("status", "kind"), [(404, NotFoundError), (401, AuthenticationError)])
def test_what_does_not_pass_is_raised_at_once(status: int, kind: type[CallrError]) -> None:
    run = Run(refused(status))
    with pytest.raises(kind):
        run.callr.sms.wait_until_final(HASH)
    assert run.clock.slept == []


def test_a_question_takes_no_longer_than_there_is_time() -> None:
    run = Run(at("SENT"), at("RECEIVED"))
    run.callr.sms.wait_until_final(HASH, timeout=12)
    assert [request.timeout.total for request in run.transport.requests] == pytest.approx([12, 11])


@pytest.mark.parametrize("timeout", [-1, float("nan"), "5", True])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:  # noqa: ANN401 - that is what is wrong with it
    run = Run()
    with pytest.raises(ArgumentError, match="timeout"):
        run.callr.sms.wait_until_final(HASH, timeout=timeout)


def test_the_asynchronous_one_waits_too() -> None:
    clock = WoundClock(0.5)

    async def wait() -> str:
        transport = AsyncMockTransport([at("SENT"), at("RECEIVED")])
        async with AsyncCallr("login", "password", transport=transport) as callr:
            return (await wind(callr, clock).sms.wait_until_final(HASH)).status

    assert anyio.run(wait) == "RECEIVED"
    assert clock.slept == pytest.approx([1])


# --- reconcile ------------------------------------------------------------------------------------------


class Listing:
    """An API whose list has an SMS after so many questions."""

    def __init__(self, clock: WoundClock, *, after: int, user_data: str = "order 42") -> None:
        self._clock = clock
        self._after = after
        self._user_data = user_data
        self.windows: list[dict[str, list[str]]] = []

    def __call__(self, request: Request) -> Response:
        assert request.method == "GET"
        self.windows.append(parse_qs(urlsplit(request.url).query))
        rows = [SMS | {"user_data": "other", "hash": "00000000"}]
        if len(self.windows) > self._after:
            rows.append(SMS | {"user_data": self._user_data})
        return Response(200, {}, success(rows))


def _reconciling(after: int) -> tuple[Callr, Listing, WoundClock]:
    clock = WoundClock(0.5)
    listing = Listing(clock, after=after)
    return wind(Callr("login", "password", transport=MockTransport(listing)), clock), listing, clock


def _now(clock: WoundClock) -> datetime:
    return datetime.fromtimestamp(clock.now(), UTC)


def test_what_was_sent_is_found() -> None:
    callr, _, clock = _reconciling(after=0)
    (found,) = callr.sms.reconcile(user_data="order 42", since=_now(clock))
    assert found.hash == HASH
    assert clock.slept == []


def test_what_shows_later_is_found() -> None:
    callr, _, clock = _reconciling(after=2)
    assert len(callr.sms.reconcile(user_data="order 42", since=_now(clock))) == 1
    assert clock.slept == pytest.approx([1, 1.5])


def test_what_does_not_show_is_not_found() -> None:
    callr, listing, clock = _reconciling(after=99)
    assert callr.sms.reconcile(user_data="order 42", since=_now(clock), timeout=0) == []
    assert len(listing.windows) == 1


@pytest.mark.parametrize("user_data", ["", None, 42, b"order 42"])
def test_what_no_sms_can_have_is_not_searched_for(user_data: Any) -> None:  # noqa: ANN401 - a wrong argument
    """An empty result would look as if the SMS had not been sent."""
    callr, listing, clock = _reconciling(after=0)
    with pytest.raises(ArgumentError, match="user_data: expected the user_data of the send"):
        callr.sms.reconcile(user_data=user_data, since=_now(clock), timeout=0)
    assert not listing.windows


def test_clocks_may_differ() -> None:
    callr, listing, clock = _reconciling(after=0)
    since = _now(clock).replace(microsecond=0)
    callr.sms.reconcile(user_data="order 42", since=since)
    (window,) = listing.windows
    assert window["type"] == ["OUT"]
    assert window["from"] == [(since - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")]
    assert datetime.fromisoformat(f"{window['to'][0]}+00:00") >= since + timedelta(minutes=5)


def test_an_outage_is_waited_out() -> None:
    rows = Response(200, {}, success([SMS]))
    run = Run(CallrConnectionError("gone"), CallrConnectionError("gone"), rows)
    found = run.callr.sms.reconcile(user_data=SMS["user_data"], since=_now(run.clock))
    assert len(found) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"user_data": "", "since": NOON},
        {"user_data": "order 42", "since": NOON.replace(tzinfo=None)},
        {"user_data": "order 42", "since": "yesterday"},
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        Run().callr.sms.reconcile(**arguments)


def test_the_asynchronous_one_finds_it_too() -> None:
    clock = WoundClock(0.5)
    listing = Listing(clock, after=1)

    async def find() -> int:
        async with AsyncCallr("login", "password", transport=AsyncMockTransport(listing)) as callr:
            return len(await wind(callr, clock).sms.reconcile(user_data="order 42", since=_now(clock)))

    assert anyio.run(find) == 1
