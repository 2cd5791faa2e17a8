"""The rate limit of requests to a live server."""

import time
from collections.abc import Callable
from threading import Lock


class RateLimit:
    """Waits before each request but the first, so that no more than `per_second` leave in a second."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap, self._clock, self._sleep = 1 / per_second, clock, sleep
        self._next = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Return when the next request may leave."""
        with self._lock:
            now = self._clock()
            if now < self._next:
                self._sleep(self._next - now)
            self._next = max(now, self._next) + self._gap
