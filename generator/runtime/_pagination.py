"""Going through a long time, window by window, where the API lists a whole window in one answer.

A window begins with the second in which the one before it ended, and what the two have in common is given
once: nothing is lost or doubled at a seam, whether or not the API counts both ends of a window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

from ._codecs import Moment
from ._errors import ArgumentError, CallrError, CallrTimeoutError, ProtocolError, ServerError

T = TypeVar("T")

FIRST_WINDOW: Final = timedelta(hours=1)
"""How long the first window is."""

_TARGET = 500
"""So many in one answer are neither a load for the server nor a waste of requests."""

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(days=31)
_GROWTH = 4
_NARROWINGS = 4
"""After so many windows in a row that were too much, it is not the window."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a walk has come.

    Attributes:
        from_: Where it began, to the second.
        to: Where it will end, to the second.
        reached: Everything up to this second has been given.
        count: How many have been given.

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

    from_: datetime
    to: datetime
    reached: datetime
    count: int

    @property
    def fraction(self) -> float:
        """From 0 at the beginning to 1 at the end, by time."""
        whole = self.to - self.from_
        return (self.reached - self.from_) / whole if whole else 1.0


class Pagination(Generic[T]):
    """One walk. It knows no network: who drives it asks for `bounds`, then hands the answer to `take`.

    Attributes:
        bounds: The window to list next, both ends included; None at the end.
    """

    def __init__(
        self,
        from_: datetime,
        to: datetime,
        window: timedelta,
        key: Callable[[T], str],
        on_progress: Callable[[Progress], object] | None = None,
    ) -> None:
        begin, end = _whole_second("from_", from_), _whole_second("to", to, round_up=True)
        if begin > end:
            raise ArgumentError("to", "expected a moment that is not before from_")
        self._begin, self._end, self._reached = begin, end, begin
        self._window = min(_check_window(window), _LONGEST)
        self._key = key
        self._on_progress = on_progress
        self._before: frozenset[str] = frozenset()
        self._count = 0
        self._narrowed = 0
        self.bounds: tuple[datetime, datetime] | None = self._next()

    def take(self, answer: list[T] | CallrError) -> list[T]:
        """Read what came for the window; give those that were not given before.

        Raises:
            CallrError: The window could not be listed, and a shorter one would not help.
        """
        if isinstance(answer, CallrError):
            self._narrow(answer)
            return []
        new = [item for item in answer if self._key(item) not in self._before]
        self._before = frozenset(map(self._key, answer))
        self._narrowed = 0
        self._count += len(new)
        assert self.bounds is not None  # noqa: S101 - there is an answer for it
        self._reached = self.bounds[1]
        self._adapt(len(new))
        self.bounds = None if self._reached == self._end else self._next()
        return new

    def tell(self) -> None:
        """Call who wants to know how far it is."""
        if self._on_progress is not None:
            self._on_progress(Progress(self._begin, self._end, self._reached, self._count))

    def _next(self) -> tuple[datetime, datetime]:
        # Not past the end, and not past the last year that there is.
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
