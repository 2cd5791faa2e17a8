"""Polling: repeat a request with growing intervals until its result is good enough."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, NoReturn, TypeVar

from .._calls import Clock, may_repeat
from .._codecs import Moment
from .._errors import (
    ArgumentError,
    CallrConnectionError,
    CallrError,
    ClientClosedError,
    ConfigurationError,
)
from .closed import ended

T = TypeVar("T")

FIRST_WAIT: Final = 1.0
"""Seconds between the first two requests."""

LONGEST_WAIT: Final = 15.0
"""Seconds between two requests, at most."""

LAST_WAIT: Final = 5.0
"""Seconds that the last response may take after the timeout."""

_GROWTH = 1.5

_MARGIN = timedelta(minutes=5)
"""How far apart the clocks of two machines may be."""


class Poll(Generic[T]):
    """A request that is repeated until `is_enough` accepts its result, or until the timeout.

    It does no I/O. Its driver waits for `wait` seconds, sends the request, and passes the result to `take`. A
    temporary error does not end the polling; if it is the last result before the timeout, it is raised.

    Args:
        clock: The clock of the waits.
        timeout: Seconds, or None for no limit.
        is_enough: Whether a result ends the polling.
        operation: The name of what polls, such as `sms.reconcile`.
        goal: What is waited for, in words, such as "the search ended".

    Attributes:
        wait: The seconds to wait before the next request; None when there is no further one.
        result: The last result.
    """

    def __init__(
        self,
        clock: Clock,
        timeout: float | None,
        is_enough: Callable[[T], bool],
        *,
        operation: str,
        goal: str,
    ) -> None:
        self._clock = clock
        self._is_enough = is_enough
        self._operation, self._goal = operation, goal
        self._is_first = True
        self._end = math.inf if timeout is None else clock.monotonic() + _check(timeout)
        self._pause = FIRST_WAIT
        self._error: CallrError | None = None
        self.wait: float | None = 0.0
        self.result: T | None = None

    def take(self, result: T | CallrError, *, closed: bool) -> None:
        """Accept a result or an error, and decide whether to send another request.

        Args:
            result: The result or the error.
            closed: Whether the client was closed by then.

        Raises:
            ClientClosedError: The client was closed after the first request.
            CallrError: The error is permanent, or the last result before the timeout.
        """
        first, self._is_first = self._is_first, False
        if isinstance(result, CallrError):
            begun = not first or isinstance(result, ClientClosedError)
            if closed and begun and isinstance(result, CallrConnectionError | ConfigurationError):
                self._error = self._error if isinstance(result, ConfigurationError) else result
                self.stop()
            if not may_repeat(result, safe=True):
                raise result
            self._error = result
        else:
            self.result, self._error = result, None
            if self._is_enough(result):
                self.wait = None
                return
        self.wait = self._next_wait()
        if self.wait is None and self._error is not None:
            raise self._error

    def stop(self) -> NoReturn:
        """End the polling, because the client was closed.

        Raises:
            ClientClosedError: Always.
        """
        raise ended(self._operation, self._goal, last_result=self.result) from self._error

    def left(self) -> float:
        """Return the seconds that the next response may take; more than 0 even after the timeout."""
        return max(LAST_WAIT, self._end - self._clock.monotonic())

    def _next_wait(self) -> float | None:
        left = self._end - self._clock.monotonic()
        if left <= 0:
            return None
        # Jitter, so that many clients do not send their requests at the same moments.
        wait = self._pause * (0.75 + self._clock.random() / 2)
        self._pause = min(self._pause * _GROWTH, LONGEST_WAIT)
        return min(wait, left)


def check_text(name: str, value: object) -> None:
    """Raise if a value to search for is no text, or is empty: nothing would be found, without an error.

    Raises:
        ArgumentError: It is not a str, or empty.
    """
    if not isinstance(value, str):
        raise ArgumentError(name, f"expected the {name} of the send, a str, got {type(value).__name__}")
    if not value:
        raise ArgumentError(name, f"expected the {name} of the send, which is not empty")


def around(since: datetime, clock: Clock) -> tuple[datetime, datetime]:
    """Return a window from a moment until now, with a margin on both sides.

    Raises:
        ArgumentError: The moment is not an aware datetime.
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
        raise ArgumentError("timeout", "expected seconds, 0 or more, or None for no limit")
    return float(timeout)
