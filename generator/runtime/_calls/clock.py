"""Time and random numbers, in one place, so that tests can replace them."""

import time

from .._support import guard


class Clock:
    """The machine's clock and its random numbers."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Return the seconds of a monotonic clock."""
        return time.monotonic()

    def now(self) -> float:
        """Return the seconds since 1970, by the system clock."""
        return time.time()

    def random(self) -> float:
        """Return a random number of at least 0 and less than 1."""
        with guard():
            import random  # noqa: PLC0415 - slow to import, and only retries need it

        return random.random()  # noqa: S311 - for jitter, not for security

    def sleep(self, seconds: float) -> None:
        """Sleep for so many seconds."""
        time.sleep(seconds)

    async def wait(self, seconds: float) -> None:
        """Sleep for so many seconds, in asyncio or trio."""
        with guard():
            import anyio  # noqa: PLC0415 - only the asynchronous client needs it

        await anyio.sleep(seconds)


SYSTEM_CLOCK = Clock()
