"""Time and chance, in one place, so that tests can have their own."""

import time


class Clock:
    """The machine's clock and its random numbers."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Seconds since some moment; they only ever grow."""
        return time.monotonic()

    def now(self) -> float:
        """Seconds since 1970, by the clock on the wall."""
        return time.time()

    def random(self) -> float:
        """A number from 0 up to 1."""
        import random  # noqa: PLC0415 - only a repetition needs it, and it takes long to import

        return random.random()  # noqa: S311 - it spreads requests over time, it protects nothing

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        time.sleep(seconds)

    async def wait(self, seconds: float) -> None:
        """As `sleep`, for asyncio and trio."""
        import anyio  # noqa: PLC0415 - only the asynchronous client needs it

        await anyio.sleep(seconds)


SYSTEM_CLOCK = Clock()
