"""The deadline of a series of steps."""

import time


class Deadline:
    """A number of seconds from now; None for no deadline."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self, step: float | None = None) -> float | None:
        """Return the timeout of the next step: its own, or the rest of the time; None for no limit.

        Raises:
            TimeoutError: The deadline has passed.
        """
        if self._end is None:
            return step
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if step is None else min(step, left)
