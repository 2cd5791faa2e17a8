"""Going through long times: nothing lost, nothing twice, in answers of a sensible size."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callr_sms_client import (
    ArgumentError,
    AsyncCallr,
    AsyncMockTransport,
    AuthenticationError,
    Callr,
    CallrTimeoutError,
    MockTransport,
    Progress,
    Response,
    ServerError,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import SMS, failure, success

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_client import CallrError, Request

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FORM = "%Y-%m-%d %H:%M:%S"


class Account:
    """An API with SMS at some seconds, which counts both ends of a window, or leaves some out."""

    def __init__(self, seconds: Sequence[int], *, leaves_out: str = "", most: int | None = None) -> None:
        moments = sorted(seconds)
        self.rows = [(BEGIN + timedelta(seconds=each), f"{n:08}") for n, each in enumerate(moments)]
        self.leaves_out = leaves_out
        self.most = most
        self.windows: list[tuple[datetime, datetime, int]] = []

    def __call__(self, request: Request) -> Response | CallrError:
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        first, last = (datetime.strptime(query[name], FORM).replace(tzinfo=UTC) for name in ("from", "to"))
        found = [
            _sms(moment, name)
            for moment, name in self.rows
            if first <= moment <= last
            and not ("from" in self.leaves_out and moment == first)
            and not ("to" in self.leaves_out and moment == last)
        ]
        self.windows.append((first, last, len(found)))
        if self.most is not None and len(found) > self.most:
            return CallrTimeoutError("too much")
        return Response(200, {}, success(found))


def _sms(moment: datetime, name: str) -> dict[str, Any]:
    return SMS | {"hash": name, "date_creation": moment.strftime(FORM)}


def _client(account: Account, **options: Any) -> Callr:  # noqa: ANN401 - whatever the class takes
    return wind(Callr("login", "password", transport=MockTransport(account), **options), WoundClock())


def _walk(account: Account, seconds: int, **options: Any) -> list[str]:  # noqa: ANN401 - as above
    end = BEGIN + timedelta(seconds=seconds)
    walked = _client(account).sms.iterate(type="OUT", from_=BEGIN, to=end, **options)
    return [sms.hash for sms in walked]


@settings(deadline=None)
@given(
    seconds=st.lists(st.integers(0, 5000), max_size=60),
    length=st.integers(0, 5000),
    window=st.integers(1, 3000),
)
def test_each_comes_once_and_in_order(seconds: list[int], length: int, window: int) -> None:
    account = Account(seconds)
    found = _walk(account, length, window=timedelta(seconds=window))
    wanted = [name for moment, name in account.rows if moment <= BEGIN + timedelta(seconds=length)]
    assert found == wanted


@settings(deadline=None)
@given(seconds=st.lists(st.integers(1, 2000), max_size=40), ends=st.sampled_from(["from", "to"]))
def test_a_server_that_leaves_out_an_end_loses_nothing_at_the_seams(seconds: list[int], ends: str) -> None:
    account = Account(seconds, leaves_out=ends)
    assert _walk(account, 2001, window=timedelta(seconds=7)) == [name for _, name in account.rows]


def test_windows_grow_where_there_is_little_and_shrink_where_there_is_much() -> None:
    day = 86_400
    busy = [20 * day + second for second in range(7200)]
    account = Account([*busy, 3 * day])
    assert len(_walk(account, 60 * day)) == len(account.rows)
    assert len(account.windows) < 80
    assert max(count for *_, count in account.windows) <= 7201
    quiet = [last - first for first, last, count in account.windows if count == 0]
    assert max(quiet) > timedelta(days=5)
    after_the_first = [count for first, _, count in account.windows if first > BEGIN + timedelta(days=20)]
    assert max(after_the_first, default=0) <= 1001


def test_what_is_too_much_is_asked_for_in_shorter_windows() -> None:
    account = Account(range(0, 3600, 3), most=300)
    found = _client(account, max_retries=0).sms.iterate(
        type="OUT", from_=BEGIN, to=BEGIN + timedelta(hours=1)
    )
    assert [sms.hash for sms in found] == [name for _, name in account.rows]


@pytest.mark.parametrize(("status", "kind"), [(500, ServerError), (401, AuthenticationError)])
def test_what_shorter_windows_do_not_help_is_raised(status: int, kind: type[CallrError]) -> None:
    transport = MockTransport(lambda _: Response(status, {}, failure(status, "INTERNAL_ERROR")))
    with Callr("login", "password", transport=transport, max_retries=0) as callr:
        walked = callr.sms.iterate(type="OUT", from_=BEGIN, to=BEGIN + timedelta(days=1))
        with pytest.raises(kind):
            next(walked)
    assert len(transport.requests) == (5 if status == 500 else 1)


def test_moments_are_rounded_outwards() -> None:
    account = Account([0, 1, 2])
    walked = _client(account).sms.iterate(
        type="OUT", from_=BEGIN + timedelta(milliseconds=900), to=BEGIN + timedelta(milliseconds=1100)
    )
    assert len([*walked]) == 3
    assert account.windows == [(BEGIN, BEGIN + timedelta(seconds=2), 3)]


def test_the_last_second_of_the_calendar_is_an_end() -> None:
    last = datetime.max.replace(microsecond=0, tzinfo=UTC)
    account = Account([])
    walked = _client(account).sms.iterate(type="OUT", from_=last - timedelta(days=90), to=last)
    assert [*walked] == []
    assert account.windows[-1][1] == last


def test_progress_is_told_after_each_window() -> None:
    told: list[Progress] = []
    account = Account([0, 10, 20, 30])
    found = _walk(account, 30, window=timedelta(seconds=10), on_progress=told.append)
    assert len(found) == 4
    assert [(each.reached - BEGIN).seconds for each in told] == [10, 30]
    assert [each.count for each in told] == [2, 4]
    assert [each.fraction for each in told] == [pytest.approx(1 / 3), 1]
    assert Progress(BEGIN, BEGIN, BEGIN, 0).fraction == 1


def test_only_one_window_is_asked_for_ahead() -> None:
    account = Account(range(0, 1000, 10))
    end = BEGIN + timedelta(seconds=1000)
    walked = _client(account).sms.iterate(type="OUT", from_=BEGIN, to=end, window=timedelta(seconds=100))
    next(walked)
    assert len(account.windows) == 1


def test_the_asynchronous_one_gives_the_same() -> None:
    account = Account(range(0, 5000, 7))

    async def walk() -> list[str]:
        async with AsyncCallr("login", "password", transport=AsyncMockTransport(account)) as callr:
            end = BEGIN + timedelta(seconds=5000)
            walked = callr.sms.iterate(type="OUT", from_=BEGIN, to=end, window=timedelta(seconds=60))
            return [sms.hash async for sms in walked]

    assert anyio.run(walk) == [name for _, name in account.rows]


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"from_": datetime(2026, 1, 1)}, "from_"),  # noqa: DTZ001 - that is what is wrong with it
        ({"to": "2026-01-01"}, "to"),
        ({"to": BEGIN - timedelta(seconds=1)}, "to"),
        ({"window": timedelta(0)}, "window"),
        ({"window": 60}, "window"),
        ({"type": "BOTH"}, "type"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_asked_for(
    changed: dict[str, Any], parameter: str
) -> None:
    account = Account([])
    arguments: dict[str, Any] = {"type": "OUT", "from_": BEGIN, "to": BEGIN} | changed
    with pytest.raises(ArgumentError) as caught:
        _client(account).sms.iterate(**arguments)
    assert caught.value.parameter == parameter
    assert account.windows == []


def test_json_stays_what_it_was() -> None:
    account = Account([5])
    (sms,) = _client(account).sms.iterate(type="OUT", from_=BEGIN, to=BEGIN + timedelta(minutes=1))
    assert sms.to_dict() == json.loads(json.dumps(_sms(BEGIN + timedelta(seconds=5), "00000000")))
