"""Noting requests: one tuple each, nothing decoded, nothing that a log would not be shown."""

from __future__ import annotations

import weakref
from collections import deque
from sys import intern
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from callr_sms_emulator._http import BODY, DONE, FAULT, REFUSAL
from callr_sms_emulator._routes import BASE_PATH

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._clock import Clock
    from callr_sms_emulator._errors import Broken
    from callr_sms_emulator._http import Answer, Headers, Scope

MOST_HELD = 8 * 1024 * 1024
"""Bytes of one account: paths, query strings, bodies, refusals, and 512 for the rest of each request."""

MOST_HELD_IN_ALL = 64 * 1024 * 1024
"""Bytes of all accounts."""

_REST = 512
_LEFT_AFTER_MAKING_ROOM = MOST_HELD_IN_ALL * 7 // 8
# No more headers and no longer ones: HTTP bounds neither.
_MOST_HEADERS = 16
_LONGEST_HEADER = 256
# The answer to a send is kept, for the hash in it; that of a list is not.
_SHORT_ANSWER = 128
_OK = 200
_NO_ANSWER = (None, None, b"")
_NOTHING: tuple[Broken | None, str | None] = (None, None)
_SMS = f"{BASE_PATH}/sms".encode()

# Authorization, Cookie and whatever else may hold a secret are not even kept in memory.
_HEADERS = frozenset(
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


class Entry(NamedTuple):
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


_SIZE, _ENDED = Entry._fields.index("size"), Entry._fields.index("ended")


class RequestBook:
    """The requests of one account, the newest last.

    Attributes:
        entries: Each as an `Entry` takes it: making one costs more than all the rest.
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
            self.held -= self.entries.popleft()[_SIZE]


class Journal:
    """Notes requests in the book of their account, or of nobody where the credentials were wrong.

    `most` is how many it remembers of each account, at least 1.
    """

    def __init__(self, clock: Clock, most: int) -> None:
        self.nobody = RequestBook()
        self._clock = clock
        self._most = most
        self._books: weakref.WeakSet[RequestBook] = weakref.WeakSet()
        self._held = 0

    def note(
        self, path: bytes, scope: Scope, began: float, answer: Answer | None, account: Account | None
    ) -> None:
        """Remember a request that came in at `began` (of `time.perf_counter`) and is to be answered so.

        A send passes here, so every line counts. An entry is of few objects, and shares what is the same in
        most: headers, path and method. For a thousand requests later, when it is freed, it is cold.
        """
        book, clock = (self.nobody, self._clock) if account is None else (account.requests, account.clock)
        query, body = scope["query_string"], scope.get(BODY)
        headers = [each for each in scope["headers"] if each[0] in _HEADERS]
        if headers != book.given:
            book.give(headers)
        broken, kept = scope.get(REFUSAL, _NOTHING)
        fault = scope.get(FAULT)
        status, _, answered = _NO_ANSWER if answer is None else answer
        if not isinstance(answered, bytes) or (
            len(answered) >= _SHORT_ANSWER and status == _OK and broken is None
        ):
            answered = b""
        size = _REST + len(path) + len(query) + len(answered) + (0 if body is None else len(body))
        book.count += 1
        entries = book.entries
        entries.append(
            (
                book.count,
                size,
                clock.now(),
                began,
                perf_counter(),
                status,
                intern(scope["method"]),
                _SMS if path == _SMS else path,
                query,
                book.headers,
                body,
                answered,
                broken if broken is None else tuple(broken),
                kept,
                fault,
                None if fault is None else scope.get(DONE),
            )
        )
        if len(entries) > self._most:
            size -= entries.popleft()[_SIZE]
        book.held += size
        self._held += size
        if book.held > MOST_HELD or self._held > MOST_HELD_IN_ALL or book.count == 1:
            self._make_room(book)

    def _make_room(self, book: RequestBook) -> None:
        """Forget what is too much: the oldest, then all of those who have asked nothing for longest."""
        self._books.add(book)
        book.shorten(MOST_HELD)
        self._held = sum(each.held for each in self._books)  # some may be gone by now
        if self._held <= MOST_HELD_IN_ALL:
            return
        for each in sorted(self._books, key=lambda each: each.latest):
            if self._held <= _LEFT_AFTER_MAKING_ROOM:
                return
            self._held -= each.held
            each.shorten(0)
