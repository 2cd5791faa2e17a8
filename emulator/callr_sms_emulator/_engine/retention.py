"""Retention: the oldest SMS of an account are removed, when it has too many or they are too old.

Only those that nothing more will happen to, a few at a time: no send waits longer than for another send.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from callr_sms_emulator._clock import LAST
from callr_sms_emulator._log import log_error

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account, Accounts
    from callr_sms_emulator._engine.waiting import WaiterRegistry
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import Store
    from callr_sms_emulator._webhooks import Dispatcher

_log = logging.getLogger(__name__)

BATCH = 20
"""SMS that are removed in one transaction: with their events and the search index, a few milliseconds."""

_PAUSE_S = 0.02  # between them, so that others write, too
_PERIOD_S = 2.0
_CLAIM = ("", "retention")  # which no account and no receiver has


class Retention:
    """Removes what the settings do not keep, of all accounts, in one of the processes on a store."""

    def __init__(
        self,
        config: Config,
        store: Store,
        accounts: Accounts,
        deliveries: Dispatcher,
        waiting: WaiterRegistry,
    ) -> None:
        self._config = config
        self._store = store
        self._accounts = accounts
        self._deliveries = deliveries
        self._waiting = waiting
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Remove what is not kept, from now on; nothing where everything is kept."""
        if self._config.keep_count is not None or self._config.keep_age is not None:
            self._task = asyncio.get_running_loop().create_task(self._serve())

    async def stop(self) -> None:
        """Remove nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _serve(self) -> None:
        while True:
            try:
                if self._deliveries.is_delivering and await self._store.outbox.claim(*_CLAIM):
                    for stored in await self._store.accounts.list_all():
                        await self._shorten(await self._accounts.load(stored.login))
            except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
                log_error(_log, "old SMS are not removed", error)
            await asyncio.sleep(_PERIOD_S)

    async def _shorten(self, account: Account) -> None:
        if self._config.keep_age is not None:
            removed = BATCH
            while removed == BATCH:
                removed = await self._remove(account, account.clock.now() - self._config.keep_age, BATCH)
                await asyncio.sleep(_PAUSE_S)
        if self._config.keep_count is not None:
            left = await self._store.accounts.count(account.login) - self._config.keep_count
            while left > 0 and (removed := await self._remove(account, LAST, min(left, BATCH))):
                left -= removed
                await asyncio.sleep(_PAUSE_S)

    async def _remove(self, account: Account, before: int, limit: int) -> int:
        """Remove some that were created before a moment (the account's time); return how many."""
        async with account.changes_lock:
            numbers = await self._store.ended(account.login, before, limit)
            if numbers:
                await self._store.remove(numbers)
                self._waiting.forget(account, min(numbers))
        return len(numbers)
