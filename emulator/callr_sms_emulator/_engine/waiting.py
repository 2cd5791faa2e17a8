"""Waiting for an SMS: who waits is told by the event itself, not by looking again and again.

One listener for each account with somebody waiting reads each event once, and asks only those who wait for
its recipient, or for any: a thousand who wait do not make an event slow.
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
    """Somebody who waits for an SMS whose row comes after `above`; `found` becomes its JSON."""

    def __init__(self, criteria: Criteria, above: int) -> None:
        self.criteria = criteria
        self.above = above
        self.found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """Say that nothing will come any more, for the emulator stops."""
        if not self.found.done():
            self.found.set_exception(_errors.stopping())


class _AccountWaiters:
    """Those who wait in one account, by the recipient that they wait for."""

    def __init__(self) -> None:
        self._waiters: dict[str | None, set[Waiter]] = defaultdict(set)

    def __bool__(self) -> bool:
        return bool(self._waiters)

    def enter(self, waiter: Waiter) -> None:
        self._waiters[waiter.criteria.to].add(waiter)

    def leave(self, waiter: Waiter) -> None:
        beside = self._waiters[waiter.criteria.to]
        beside.discard(waiter)
        if not beside:
            del self._waiters[waiter.criteria.to]

    def end(self) -> None:
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.end()

    def hear(self, told: Notification) -> None:
        seen = read_searchable(told.sms)
        for to in (seen.to, None):
            for waiter in self._waiters.get(to, ()):
                if waiter.found.done() or (told.row is not None and told.row <= waiter.above):
                    continue
                try:
                    if waiter.criteria.accepts(seen):
                        waiter.found.set_result(told.sms)
                except ApiError as error:  # its pattern is too slow: that is for who sent it
                    waiter.found.set_exception(error)


class WaiterRegistry:
    """Lets people wait for the SMS of accounts."""

    def __init__(self) -> None:
        self._rooms: dict[Account, _AccountWaiters] = {}
        self._ended = False

    @contextmanager
    def waiter(self, account: Account, criteria: Criteria, above: int) -> Iterator[Waiter]:
        """Listen as long as the block lasts."""
        room = self._rooms.setdefault(account, _AccountWaiters())
        account.listeners.add(room.hear)
        waiter = Waiter(criteria, above)
        room.enter(waiter)
        if self._ended:
            waiter.end()
        try:
            yield waiter
        finally:
            if not waiter.found.cancel() and not waiter.found.cancelled():
                waiter.found.exception()  # nobody may be left to ask for it, and asyncio would complain
            room.leave(waiter)
            if not room:
                account.listeners.discard(room.hear)
                self._rooms.pop(account, None)

    def end(self) -> None:
        """Answer everybody who waits, now and from now on: the emulator stops."""
        self._ended = True
        for room in self._rooms.values():
            room.end()
