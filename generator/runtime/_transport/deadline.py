"""A moment by which something has to be over."""

import time


class Deadline:
    """So many seconds from now; None is never."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self, step: float | None = None) -> float | None:
        """The seconds for the next step: its own, or fewer when the end is near; None is no limit.

        Raises:
            TimeoutError: There are none left.
        """
        if self._end is None:
            return step
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if step is None else min(step, left)
