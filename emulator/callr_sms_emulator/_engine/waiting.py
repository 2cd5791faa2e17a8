"""Waits for an SMS: a waiter is notified by the event itself, without polling.

One listener for each account with waiters reads each event once, and compares it only with the waiters for
its recipient, or for any: a thousand waiters do not make an event slow.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._errors import ApiError
from callr_sms_emulator._sms import read_searchable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._sms import Criteria, Notification


class Waiter:
    """Waits for an SMS whose number is above `above`; the result of `found` is its JSON."""

    def __init__(self, criteria: Criteria, above: int) -> None:
        self.criteria = criteria
        self.above = above
        self.found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """End the wait with an error, because the emulator stops."""
        if not self.found.done():
            self.found.set_exception(_errors.stopping())


class _AccountWaiters:
    """The waiters of one account, by the recipient that they wait for."""

    def __init__(self) -> None:
        self._waiters: dict[str | None, set[Waiter]] = defaultdict(set)

    def __len__(self) -> int:
        return sum(map(len, self._waiters.values()))

    def add(self, waiter: Waiter) -> None:
        self._waiters[waiter.criteria.to].add(waiter)

    def remove(self, waiter: Waiter) -> None:
        others = self._waiters[waiter.criteria.to]
        others.discard(waiter)
        if not others:
            del self._waiters[waiter.criteria.to]

    def end(self) -> None:
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.end()

    def lower(self, above: int) -> None:
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.above = min(waiter.above, above)

    def notify(self, notification: Notification) -> None:
        seen = read_searchable(notification.sms)
        for to in (seen.to, None):
            for waiter in self._waiters.get(to, ()):
                if waiter.found.done() or (notification.row is not None and notification.row <= waiter.above):
                    continue
                try:
                    if waiter.criteria.accepts(seen):
                        waiter.found.set_result(notification.sms)
                except ApiError as error:  # its pattern is too slow
                    waiter.found.set_exception(error)


class WaiterRegistry:
    """The waiters of all accounts."""

    def __init__(self) -> None:
        self._waiters: dict[Account, _AccountWaiters] = {}
        self._ended = False

    @contextmanager
    def waiter(self, account: Account, criteria: Criteria, above: int) -> Iterator[Waiter]:
        """Wait as long as the block lasts."""
        waiters = self._waiters.setdefault(account, _AccountWaiters())
        account.listeners.add(waiters.notify)
        waiter = Waiter(criteria, above)
        waiters.add(waiter)
        if self._ended:
            waiter.end()
        try:
            yield waiter
        finally:
            if not waiter.found.cancel() and not waiter.found.cancelled():
                waiter.found.exception()  # else asyncio logs an exception that is never retrieved
            waiters.remove(waiter)
            if not waiters:
                account.listeners.discard(waiters.notify)
                self._waiters.pop(account, None)

    def __len__(self) -> int:
        """The number of requests that wait."""
        return sum(map(len, self._waiters.values()))

    def forget(self, account: Account, row: int) -> None:
        """Called when SMS from the number `row` on were deleted: new ones may get their numbers."""
        waiters = self._waiters.get(account)
        if waiters is not None:
            waiters.lower(row - 1)

    def end(self) -> None:
        """End all waits, now and from now on, because the emulator stops."""
        self._ended = True
        for waiters in self._waiters.values():
            waiters.end()
