"""Time and random numbers, in one place, so that tests can replace them."""

import time

from .._support import Closing, guard, monotonic
from .._transport import sleep


class Clock:
    """The machine's clock and its random numbers."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Return the seconds of a monotonic clock."""
        return monotonic()

    def now(self) -> float:
        """Return the seconds since 1970, by the system clock."""
        return time.time()

    def random(self) -> float:
        """Return a random number of at least 0 and less than 1."""
        with guard():
            import random  # noqa: PLC0415 - slow to import, and only retries need it

        return random.random()  # noqa: S311 - for jitter, not for security

    def sleep(self, seconds: float, closing: Closing) -> None:
        """Sleep for so many seconds, or until something is closed."""
        with guard():
            from queue import Empty, SimpleQueue  # noqa: PLC0415 - only waits need it

        woken: SimpleQueue[None] = SimpleQueue()  # not an Event, whose lock a fork would copy

        def wake() -> None:
            woken.put(None)

        closing.begin_waiting(wake)
        try:
            woken.get(timeout=seconds)
        except Empty:
            pass
        finally:
            closing.end_waiting(wake)

    async def wait(self, seconds: float, closing: Closing) -> None:
        """Like `sleep`, for a task of asyncio or trio."""
        await sleep(seconds, closing)


SYSTEM_CLOCK = Clock()
