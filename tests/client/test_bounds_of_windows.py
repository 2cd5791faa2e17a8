"""Where the windows begin and end, in which a long time is listed."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import (
    ArgumentError,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    MockTransport,
    Response,
)
from tests.client.support import SMS, failure, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_client import Request

from tests.client.canned import BEGIN, EMPTY, run


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
