"""Pagination by time, for an API that lists a whole window of time in one response.

A window begins with the second in which the previous one ended, and what both contain is returned once.
Nothing is lost or doubled between two windows, whether or not the API includes both ends of a window.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

from .._codecs import Moment
from .._errors import (
    ArgumentError,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    ProtocolError,
    ServerError,
)
from .._support import Value, value
from .closed import ended

T = TypeVar("T")

FIRST_WINDOW: Final = timedelta(hours=1)
"""The length of the first window."""

_TARGET = 500
"""Items per response: neither a load for the server nor a waste of requests."""

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(days=31)
_GROWTH = 4
_NARROWINGS = 4
"""After so many shorter windows in a row, the length of the window is not the cause of the errors."""


@value()
class Progress(Value):
    """How far an iteration has come.

    Attributes:
        from_: The beginning, in UTC, to the second.
        to: The end, in UTC, to the second.
        reached: Everything up to this second has been returned.
        count: How many items have been returned.

    Example:
        ```python
        def show(progress: Progress) -> None:
            print(f"{progress.fraction:.0%}")  # 100%

        time = {"from_": since, "to": datetime.now(UTC)}
        window = timedelta(days=1)
        for sms in callr.sms.iterate(
            type="OUT", **time, window=window, on_progress=show
        ):
            ...
        ```
    """

    __slots__ = ("count", "from_", "reached", "to")

    from_: datetime
    to: datetime
    reached: datetime
    count: int

    def __init__(self, from_: datetime, to: datetime, reached: datetime, count: int) -> None:
        self._fill(from_, to, reached, count)

    @property
    def fraction(self) -> float:
        """The part of the time that is done, from 0 to 1."""
        whole = self.to - self.from_
        return (self.reached - self.from_) / whole if whole else 1.0


class Pagination(Generic[T]):
    """One iteration over a time. It does no I/O: its driver lists `bounds`, then passes the result to `take`.

    Attributes:
        bounds: The next window to list, both ends included; None at the end.
    """

    def __init__(  # noqa: PLR0913 - all that makes an iteration
        self,
        from_: datetime,
        to: datetime,
        window: timedelta,
        key: Callable[[T], str],
        on_progress: Callable[[Progress], object] | None = None,
        *,
        operation: str,
    ) -> None:
        begin, end = _whole_second("from_", from_), _whole_second("to", to, round_up=True)
        if begin > end:
            raise ArgumentError("to", "expected a moment that is not before from_")
        self._begin, self._end, self._reached = begin, end, begin
        self._window = min(_check_window(window), _LONGEST)
        self._key = key
        self._operation = operation
        self._on_progress = on_progress
        self._before: frozenset[str] = frozenset()
        self._count = 0
        self._narrowed = 0
        self._is_first = True
        self.bounds: tuple[datetime, datetime] | None = self._next()

    def take(self, result: list[T] | CallrError, *, closed: bool) -> list[T]:
        """Accept the result for the window, and return the items that were not returned before.

        Args:
            result: The items of the window, or an error.
            closed: Whether the client was closed by then.

        Raises:
            ClientClosedError: The client was closed after the first request.
            CallrError: The window could not be listed, and a shorter one would not help.
        """
        first, self._is_first = self._is_first, False
        if isinstance(result, CallrError):
            if closed and not first and isinstance(result, CallrConnectionError | ConfigurationError):
                raise ended(self._operation, "all of the time was listed") from result
            self._narrow(result)
            return []
        new = [item for item in result if self._key(item) not in self._before]
        self._before = frozenset(map(self._key, result))
        self._narrowed = 0
        self._count += len(new)
        assert self.bounds is not None  # noqa: S101 - there is a result for it
        self._reached = self.bounds[1]
        self._adapt(len(new))
        self.bounds = None if self._reached == self._end else self._next()
        return new

    def report_progress(self) -> None:
        """Call `on_progress`, if it was given."""
        if self._on_progress is not None:
            self._on_progress(Progress(self._begin, self._end, self._reached, self._count))

    def _next(self) -> tuple[datetime, datetime]:
        # Not past the end, and not past the last year that a datetime can hold.
        left = self._end - self._reached
        return self._reached, self._end if left <= self._window else self._reached + self._window

    def _adapt(self, count: int) -> None:
        factor = min(_GROWTH, _TARGET / max(count, 1))
        seconds = max(1, int(self._window.total_seconds() * factor))
        self._window = min(max(timedelta(seconds=seconds), _SHORTEST), _LONGEST)

    def _narrow(self, error: CallrError) -> None:
        too_much = isinstance(error, (CallrTimeoutError, ServerError)) or (
            isinstance(error, ProtocolError) and error.looks_cut
        )
        assert self.bounds is not None  # noqa: S101 - as above
        length = self.bounds[1] - self.bounds[0]
        if not too_much or self._narrowed == _NARROWINGS or length <= _SHORTEST:
            raise error
        self._narrowed += 1
        self._window = max(_SHORTEST, timedelta(seconds=int(length.total_seconds() / 4)))
        self.bounds = self._next()


def _check_window(window: object) -> timedelta:
    if not isinstance(window, timedelta) or window < _SHORTEST:
        raise ArgumentError("window", "expected a timedelta of at least one second")
    return window


def _whole_second(name: str, value: datetime, *, round_up: bool = False) -> datetime:
    codec = Moment(round_up=round_up)
    return codec.decode(codec.encode(value, name)).astimezone(UTC)
