"""The pace of a run: how many requests leave in a second, and how long the server asks to wait.

A 429 or 503 with `Retry-After` (RFC 9110, 10.2.3) says when to ask again, and nothing of the request. A read
is made again then; a send never is, because nobody knows what became of the first one.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Final, TypeVar

from callr_sms_contract.wire.messages import Response

_TOO_MANY: Final = 429
_LIMITED: Final = frozenset({_TOO_MANY, 503})
_MOST_REPEATS: Final = 5
_SENDS: Final = "/sms/send"

Answer = TypeVar("Answer")


def is_limited(response: Response) -> bool:
    """Return whether the server asks to wait, instead of deciding on the request."""
    return wait_of(response.status, response.headers) is not None


def is_vague(response: Response) -> bool:
    """Return whether the server limits requests without saying how long to wait."""
    return response.status == _TOO_MANY and not is_limited(response)


def wait_of(status: int, headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds a response asks to wait; None if it does not."""
    value = headers.get("retry-after", "").strip()
    if status not in _LIMITED or not value:
        return None
    if value.isascii() and value.isdigit():
        # No run is longer than a day, and the longest numbers are no float.
        return float(value) if len(value) < 10 else math.inf  # noqa: PLR2004 - digits
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


@dataclass
class Pace:
    """Lets the requests of one run leave, and waits as the server asks."""

    before: Callable[[], None] = lambda: None
    """Called before each request; waits for the rate limit of the run."""
    seconds_left: Callable[[], float] = lambda: math.inf
    """Returns how long a wait may take."""
    on_too_long: Callable[[int, float], None] = lambda _status, _seconds: None
    """Called when the server asks for a longer wait than that, with its status and the seconds."""
    may_continue: Callable[[], bool] = lambda: True
    """Returns whether the run continues after the server has closed a reused connection."""
    sleep: Callable[[float], None] = time.sleep
    limited: Counter[int] = field(default_factory=Counter)
    """By status: responses that asked to wait."""
    waited: float = 0.0
    """Seconds."""
    reuses_connections: bool = True
    """Whether connections are reused; not after the server has closed one without `Connection: close`."""
    vague: int = 0
    """Responses with 429 that did not say how long to wait."""
    _lock: Lock = field(default_factory=Lock)

    def may_repeat(self, method: str, path: str) -> bool:
        """Return whether to repeat a request whose reused connection the server has closed.

        Only the first one of a run, and only a read. A server without the SMS of the run was restarted.
        """
        if not self.reuses_connections:
            return False
        self.reuses_connections = False
        return is_read(method, path) and self.may_continue()

    def wait(self, status: int, seconds: float) -> bool:
        """Wait as a response asks; return whether there was time for it."""
        with self._lock:
            self.limited[status] += 1
            if seconds > self.seconds_left():
                self.on_too_long(status, seconds)
                return False
            self.sleep(seconds)
            self.waited += seconds
            return True


_current: list[Pace] = [Pace(sleep=lambda _: None)]


def current_pace() -> Pace:
    """Return the pace of the run."""
    return _current[-1]


def is_read(method: str, path: str) -> bool:
    """Return whether a request may be made again."""
    return method in {"GET", "HEAD", "OPTIONS"} and not path.rstrip("/").lower().endswith(_SENDS)


@contextmanager
def paced(pace: Pace) -> Iterator[None]:
    """Let all requests of this process leave at `pace`."""
    _current.append(pace)
    try:
        yield
    finally:
        _current.remove(pace)


def at_pace(
    method: str,
    path: str,
    send: Callable[[], Answer],
    head_of: Callable[[Answer], tuple[int, Mapping[str, str]] | None],
) -> Answer:
    """Send a request at the pace of the run, and return its response: of a read, the one after the wait.

    `head_of` returns the status and the headers, with lower-case names, of a response; None for none.
    """
    pace = current_pace()
    repeats = _MOST_REPEATS if is_read(method, path) else 0
    while True:
        pace.before()
        answer = send()
        head = head_of(answer)
        seconds = wait_of(*head) if head is not None else None
        pace.vague += head is not None and seconds is None and head[0] == _TOO_MANY
        if head is None or seconds is None or not pace.wait(head[0], seconds) or not repeats:
            return answer
        repeats -= 1
