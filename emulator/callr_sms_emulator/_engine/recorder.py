"""Records requests for the journal: one tuple each, nothing decoded, nothing secret."""

from __future__ import annotations

import weakref
from sys import intern
from time import perf_counter
from typing import TYPE_CHECKING

from callr_sms_emulator._accounts import KEPT_HEADERS, SIZE, RequestLog
from callr_sms_emulator._api import BASE_PATH
from callr_sms_emulator._clock import format_milliseconds

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._clock import Clock
    from callr_sms_emulator._http import Request, Response

MOST_HELD = 8 * 1024 * 1024
"""Bytes of one account: paths, query strings, bodies, refusals, and 512 for the rest of each request."""

MOST_HELD_IN_ALL = 64 * 1024 * 1024
"""Bytes of all accounts."""

_REST = 512
_LEFT_AFTER_MAKING_ROOM = MOST_HELD_IN_ALL * 7 // 8
# The response to a send is kept, because of the hash in it; that of a list is not.
_SHORT_ANSWER = 128
_OK, _REFUSED = 200, 400
_NO_ANSWER = (None, None, b"")
_SMS = f"{BASE_PATH}/sms".encode()


class RequestRecorder:
    """Records requests in the log of their account, or in `nobody` when the credentials were wrong.

    `most` is the number kept for each account, at least 1.
    """

    def __init__(self, clock: Clock, most: int) -> None:
        self.nobody = RequestLog()
        self._clock = clock
        self._most = most
        self._books: weakref.WeakSet[RequestLog] = weakref.WeakSet()
        self._held = 0

    def record(self, request: Request[Account], answer: Response | None) -> None:
        """Record a request and its response.

        A send passes here, so every line counts. An entry has few objects, and shares what is the same in
        most: headers, path and method. It is freed a thousand requests later, when it is no longer in any
        cache.
        """
        account, path, query, body = request.account, request.path, request.query, request.body
        book, clock = (self.nobody, self._clock) if account is None else (account.requests, account.clock)
        headers = [each for each in request.headers if each[0] in KEPT_HEADERS]
        if headers != book.given:
            book.give(headers)
        broken = request.broken
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
                request.began,
                perf_counter(),
                status,
                intern(request.method),
                _SMS if path == _SMS else path,
                query,
                book.headers,
                body,
                answered,
                broken if broken is None else tuple(broken),
                request.kept,
                request.fault,
                request.normal_body,
            )
        )
        if account is not None and account.events is not None and (status is None or status >= _REFUSED):
            data = b'{"request":%d,"at":"%b"}' % (book.count, format_milliseconds(clock.now()).encode())
            account.events.publish("request.refused", data)
        if len(entries) > self._most:
            size -= entries.popleft()[SIZE]
        book.held += size
        self._held += size
        if book.held > MOST_HELD or self._held > MOST_HELD_IN_ALL or book.count == 1:
            self._make_room(book)

    def _make_room(self, book: RequestLog) -> None:
        """Drop the oldest entries of a log, then whole logs, the least recently used first."""
        self._books.add(book)
        book.shorten(MOST_HELD)
        self._held = sum(each.held for each in self._books)  # some may have been freed by now
        if self._held <= MOST_HELD_IN_ALL:
            return
        for each in sorted(self._books, key=lambda each: each.latest):
            if self._held <= _LEFT_AFTER_MAKING_ROOM:
                return
            self._held -= each.held
            each.shorten(0)
