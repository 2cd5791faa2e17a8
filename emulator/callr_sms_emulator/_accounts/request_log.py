"""The requests of one account that are held for its journal."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from callr_sms_emulator._http import Headers
# No more headers and no longer ones: HTTP bounds neither.
_MOST_HEADERS = 16
_LONGEST_HEADER = 256

# Authorization, Cookie and whatever else may hold a secret are not even kept in memory.
KEPT_HEADERS = frozenset(
    {
        b"accept",
        b"content-encoding",
        b"content-type",
        b"host",
        b"idempotency-key",
        b"traceparent",
        b"user-agent",
        b"x-emulator-fault",
        b"x-request-id",
    }
)


class LoggedRequest(NamedTuple):
    """One request.

    Attributes:
        number: Which of the account's requests it is, from 1 on.
        size: What it counts for, in bytes.
        moment: When it was answered by the account's clock, in milliseconds since 1970.
        began: When it came in, by `time.perf_counter`.
        ended: When its answer was made.
        status: The HTTP status of the answer; None where there was none.
        method: The method.
        path: The path as it was sent.
        query: The query string as it was sent.
        headers: Some of its headers.
        body: The body; None where it was not read.
        answer: The body of the answer, when it is short or a refusal.
        refusal: The rule that it was refused for, as `Broken` takes it.
        kept: The hash of an SMS that was kept although the request was refused.
        fault: The name of the fault that it met.
        done: The body of the answer that it would have had, where the fault came after the operation.
    """

    number: int
    size: int
    moment: int
    began: float
    ended: float
    status: int | None
    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | None
    answer: bytes
    refusal: tuple[Any, ...] | None
    kept: str | None
    fault: str | None
    done: bytes | None


SIZE, _ENDED = LoggedRequest._fields.index("size"), LoggedRequest._fields.index("ended")


class RequestLog:
    """The requests of one account, the newest last.

    Attributes:
        entries: Each as an `LoggedRequest` takes it: making one costs more than all the rest.
        count: How many there have been.
        held: What the entries count for, in bytes.
        headers: Those of the newest.
        given: The same, as they came.
    """

    def __init__(self) -> None:
        self.entries: deque[tuple[Any, ...]] = deque()
        self.count = 0
        self.held = 0
        self.headers: tuple[tuple[bytes, bytes], ...] = ()
        self.given: Headers = []
        self._cleared = 0

    def __repr__(self) -> str:
        return f"<{len(self.entries)} requests>"

    @property
    def forgotten(self) -> int:
        """How many had to make room for others."""
        return self.count - self._cleared - len(self.entries)

    @property
    def latest(self) -> float:
        """When the newest was answered, by `time.perf_counter`."""
        return self.entries[-1][_ENDED] if self.entries else 0.0

    def give(self, headers: Headers) -> None:
        """Take the headers of a new request; where some are too many or too long, none are compared again."""
        self.headers = tuple([each for each in headers if len(each[1]) <= _LONGEST_HEADER][:_MOST_HEADERS])
        self.given = headers if len(headers) == len(self.headers) else []

    def clear(self) -> None:
        """Forget what there is; numbers go on."""
        self.entries.clear()
        self._cleared = self.count
        self.held = 0

    def shorten(self, most: int) -> None:
        """Forget the oldest ones, until there are at most so many bytes."""
        while self.held > most:
            self.held -= self.entries.popleft()[SIZE]
