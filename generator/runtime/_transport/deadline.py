"""The deadline of a series of steps."""

from .._support import monotonic


class OutOfTimeError(TimeoutError):
    """A deadline has passed. A class of its own tells it from what a signal handler raises."""


def is_over(seconds: float | None) -> bool:
    """Return whether so many seconds are none."""
    return seconds is not None and seconds <= 0


class Deadline:
    """A number of seconds from now; None for no deadline."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    def left(self, step: float | None = None) -> float | None:
        """Return the timeout of the next step: its own, or the rest of the time; None for no limit.

        Raises:
            OutOfTimeError: The deadline has passed.
        """
        left = self.rest(step)
        if is_over(left):
            raise OutOfTimeError
        return left

    def rest(self, step: float | None = None) -> float | None:
        """Like `left`, but return 0 or less when the deadline has passed."""
        if self._end is None:
            return step
        left = self._end - monotonic()
        return left if step is None else min(step, left)
