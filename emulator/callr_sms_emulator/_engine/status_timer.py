"""Writes the changes of SMS.

The moment of the next change of an SMS is in its row, so it outlives the process. A reader computes what is
due by now (`StatusFlow.show`); the timer writes it later, when one write does for several changes. A change
that a subscriber waits for is written when it is due.
"""

import asyncio
import logging
from collections.abc import Callable

from callr_sms_emulator._accounts import Account, Accounts
from callr_sms_emulator._clock import Clock, Scheduler
from callr_sms_emulator._log import log_error
from callr_sms_emulator._storage import Store

_log = logging.getLogger(__name__)

_BATCH = 512
# So an SMS is written about once instead of four times, which saves a third of the cost of a send.
_WRITE_AFTER_MS = 5000
# Streams of events get those of several SMS together, because each write costs as much as a send.
_STREAMED_AFTER_MS = 500
# What another process has not written by then, it will not: it has ended.
_TAKEN_OVER_AFTER_MS = 6000
_POLL_S = 2.0


class StatusTimer:
    """Writes the changes of the SMS in a store, at once or some time after they were due.

    `on_deliveries` is called when that has added deliveries to the outbox of an account.
    """

    def __init__(
        self, store: Store, clock: Clock, accounts: Accounts, on_deliveries: Callable[[Account], None]
    ) -> None:
        self._store = store
        self._on_deliveries = on_deliveries
        self._accounts = accounts

        async def write(login: str) -> None:
            await self.write_due_changes(await accounts.load(login))

        self._scheduler = Scheduler(clock, write, "changes of the SMS of an account are not written")
        self._poller: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what an earlier emulator on this database has left."""
        for login, due in await self._store.all_due():
            self._note(await self._accounts.load(login), due)
        if self._store.exchange is not None:
            self._poller = asyncio.get_running_loop().create_task(self._poll())

    async def stop(self) -> None:
        """Write no more changes; the next emulator on this database writes those that are due."""
        if self._poller is not None:
            self._poller.cancel()
        await self._scheduler.stop()

    async def _poll(self) -> None:
        """Take over what other processes have left when they ended."""
        while True:
            await asyncio.sleep(_POLL_S)
            try:
                for login, due in await self._store.all_due():
                    self._note(await self._accounts.load(login), due, _TAKEN_OVER_AFTER_MS)
            except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
                log_error(_log, "changes of SMS that other processes have left cannot be read", error)

    def note(self, account: Account, due: int, *, is_hooked: bool) -> None:
        """Schedule the next change of an SMS, which is due at `due` (milliseconds, the account's time)."""
        if is_hooked or account.is_watched:
            self._note(account, due)
        elif account.events is not None:
            self._note(account, due + _STREAMED_AFTER_MS)
        elif not self._scheduler.has(account.login):  # else it is written with those before it
            self._note(account, due + _WRITE_AFTER_MS)

    async def reschedule(self, account: Account) -> None:
        """Called when the clock of an account was set, or it got a listener or a subscription."""
        due = await self._store.next_due(account.login)
        if due is not None:
            self._note(account, due)

    async def write_due_changes(self, account: Account) -> None:
        """Write every change of an account that is due by now; notify its listeners and its webhooks."""
        deliveries = 0
        async with account.changes_lock:
            now = account.clock.now()
            while True:
                advanced = await self._store.advance(
                    account.login, now, account.update_sms, _BATCH, notify=account.is_heard
                )
                deliveries += advanced.deliveries
                for each in advanced.notifications:
                    account.notify(each)
                if advanced.next_due is None or advanced.next_due > now:
                    break
            if advanced.next_due is not None:
                self.note(account, advanced.next_due, is_hooked=False)
            if advanced.next_hooked is not None:
                self.note(account, advanced.next_hooked, is_hooked=True)
        if deliveries:  # not before all of them are written: the earliest is to be delivered first
            self._on_deliveries(account)

    def _note(self, account: Account, due: int, later: int = 0) -> None:
        moment = account.clock.real_at(due)
        if moment is not None:
            self._scheduler.note(account.login, moment + later)
