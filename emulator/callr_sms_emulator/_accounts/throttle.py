"""Wrong passwords are checked slowly: many for one login, or many in all, wait for each other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_LOGINS = 1000


@dataclass
class _Bucket:
    """Attempts that have not drained yet: `burst` of them are free, and `rate` drain in a second."""

    burst: float
    rate: float
    level: float = 0.0
    at: float = 0.0

    def drain(self, now: float) -> float:
        """Return the seconds until the next attempt is free."""
        self.level = max(0.0, self.level - (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (self.level + 1 - self.burst) / self.rate)


class Throttle:
    """Spreads attempts to log in. Those with the right password cost nothing in the end.

    The limits are above what tests of a client need and below what finds a password (choice). An attempt is
    not checked before its time, because the response of a right password would stand out otherwise. So a
    right one waits, too, while wrong ones for its login come in, and at most two seconds longer.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._all = _Bucket(burst=500, rate=100)
        self._logins: dict[str, _Bucket] = {}

    def is_free(self, login: str) -> bool:
        """Return whether an attempt for this login may be checked at once. Every request asks."""
        if not self._logins:
            return True
        now = self._now()
        bucket = self._logins.get(login)
        return not (self._all.drain(now) or (bucket is not None and bucket.drain(now)))

    def take(self, login: str, longest: float) -> float:
        """Reserve an attempt; return the seconds to wait before it. One that is longer is not reserved."""
        now = self._now()
        bucket = self._logins.get(login)
        if bucket is None:
            self._forget_drained(now)
            bucket = self._logins[login] = _Bucket(burst=100, rate=20)
        seconds = max(self._all.drain(now), bucket.drain(now))
        if seconds <= longest:
            self._all.level += 1
            bucket.level += 1
        return seconds

    def give_back(self, login: str) -> None:
        """Forget an attempt whose password was right."""
        bucket = self._logins.get(login)
        self._all.level = max(0.0, self._all.level - 1)
        if bucket is not None:
            bucket.level = max(0.0, bucket.level - 1)
            if not bucket.level:
                del self._logins[login]

    def _forget_drained(self, now: float) -> None:
        if len(self._logins) < _MOST_LOGINS:
            return
        for bucket in self._logins.values():
            bucket.drain(now)
        self._logins = {login: each for login, each in self._logins.items() if each.level}
        while len(self._logins) >= _MOST_LOGINS:  # the limit for all remains
            del self._logins[next(iter(self._logins))]
