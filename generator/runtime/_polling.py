"""Asking again and again, politely, until the answer is what is waited for."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

from ._calls import Clock, may_repeat
from ._codecs import Moment
from ._errors import ArgumentError, CallrError

T = TypeVar("T")

FIRST_WAIT: Final = 1.0
"""Seconds between the first two questions."""

LONGEST_WAIT: Final = 15.0
"""Seconds between two questions, at most."""

LAST_WAIT: Final = 5.0
"""Seconds that the last answer may take when time is up."""

_GROWTH = 1.5

_MARGIN = timedelta(minutes=5)
"""So far may the clocks of two machines be apart."""


class Poll(Generic[T]):
    """One question, asked until `is_enough` says so of the answer, or time is up.

    It knows no network: who drives it waits for `wait` seconds, asks, and hands the answer to `take`. An
    error that may pass does not end it, but stays if time is up with it.

    Attributes:
        wait: The seconds to wait before the next question; None when there is no further one.
        answer: The answer that came last.
    """

    def __init__(self, clock: Clock, timeout: float | None, is_enough: Callable[[T], bool]) -> None:
        self._clock = clock
        self._is_enough = is_enough
        self._end = math.inf if timeout is None else clock.monotonic() + _check(timeout)
        self._pause = FIRST_WAIT
        self._error: CallrError | None = None
        self.wait: float | None = 0.0
        self.answer: T | None = None

    def take(self, answer: T | CallrError) -> None:
        """Read what came, and decide whether to ask again.

        Raises:
            CallrError: An error that will not pass, or that has not passed when time is up.
        """
        if isinstance(answer, CallrError):
            if not may_repeat(answer, safe=True):
                raise answer
            self._error = answer
        else:
            self.answer, self._error = answer, None
            if self._is_enough(answer):
                self.wait = None
                return
        self.wait = self._next_wait()
        if self.wait is None and self._error is not None:
            raise self._error

    def left(self) -> float:
        """The seconds that the answer to the next question may take: some even when time is up."""
        return max(LAST_WAIT, self._end - self._clock.monotonic())

    def _next_wait(self) -> float | None:
        left = self._end - self._clock.monotonic()
        if left <= 0:
            return None
        # Spread, so that many who wait for the same do not ask at the same moments.
        wait = self._pause * (0.75 + self._clock.random() / 2)
        self._pause = min(self._pause * _GROWTH, LONGEST_WAIT)
        return min(wait, left)


def around(since: datetime, clock: Clock) -> tuple[datetime, datetime]:
    """From a moment until now, and a little more on both sides.

    Raises:
        ArgumentError: It is no aware datetime.
    """
    codec = Moment()
    begin = codec.decode(codec.encode(since, "since"))
    end = max(begin, datetime.fromtimestamp(clock.now(), UTC))
    return _shift(begin, -_MARGIN), _shift(end, _MARGIN)


def _shift(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment


def _check(timeout: object) -> float:
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout >= 0:
        raise ArgumentError("timeout", "expected seconds, 0 or more, or None for no end")
    return float(timeout)
