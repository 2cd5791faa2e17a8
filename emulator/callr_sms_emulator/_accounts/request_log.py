"""The requests of one account that are held for its journal."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from callr_sms_emulator._http import Headers
# HTTP limits neither the number of headers nor their length.
_MOST_HEADERS = 16
_LONGEST_HEADER = 256

# Authorization, Cookie and others that may hold a secret are not even kept in memory.
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
        number: Its number among those of the account, from 1.
        size: The memory that it counts for, in bytes.
        moment: When it ended by the account's clock, in milliseconds since 1970.
        began: When it came in, in seconds of `time.perf_counter`.
        ended: When its response was ready, in the same seconds.
        status: The HTTP status of the response; None without one.
        method: The method.
        path: The path as it was sent.
        query: The query string as it was sent.
        headers: Some of its headers.
        body: The body; None if it was not read.
        answer: The body of the response, if it is short or a refusal.
        refusal: The rule that it was refused for, as the arguments of `Broken`.
        kept: The hash of an SMS that was kept although the request was refused.
        fault: The name of the fault that was applied to it.
        done: The body of the response that the fault replaced, if it was applied after the operation.
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
        entries: Each as the arguments of `LoggedRequest`, because to make one costs more than all the rest.
        count: The number of requests so far.
        held: The memory that the entries count for, in bytes.
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
        """The number of requests that were dropped for newer ones."""
        return self.count - self._cleared - len(self.entries)

    @property
    def latest(self) -> float:
        """When the newest ended, by `time.perf_counter`."""
        return self.entries[-1][_ENDED] if self.entries else 0.0

    def give(self, headers: Headers) -> None:
        """Set the headers of a new request; incomplete ones are not compared with those of the next."""
        self.headers = tuple([each for each in headers if len(each[1]) <= _LONGEST_HEADER][:_MOST_HEADERS])
        self.given = headers if len(headers) == len(self.headers) else []

    def clear(self) -> None:
        """Drop all entries; numbers go on."""
        self.entries.clear()
        self._cleared = self.count
        self.held = 0

    def shorten(self, most: int) -> None:
        """Drop the oldest entries, until they count for at most so many bytes."""
        while self.held > most:
            self.held -= self.entries.popleft()[SIZE]
