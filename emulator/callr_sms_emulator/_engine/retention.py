"""Retention: the oldest SMS are removed when they are too many, too old or too large.

Only those that nothing more will happen to, a few at a time: no send waits longer than for another send.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING

from callr_sms_emulator._clock import LAST
from callr_sms_emulator._log import log_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callr_sms_emulator._accounts import Account, Accounts
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._sms import SmsRow
    from callr_sms_emulator._storage import Store
    from callr_sms_emulator._webhooks import Dispatcher

_log = logging.getLogger(__name__)

BATCH = 20
"""SMS that are removed in one transaction: with their events and the search index, a few milliseconds."""

_PAUSE_S = 0.02  # between them, so that others write, too
_PERIOD_S = 2.0
_MEASURES_S = {"postgresql": 60.0}  # where the size is that of each row
_CLAIM = ("", "retention")  # which no account and no receiver has


class Retention:
    """Removes what the settings do not keep, of all accounts, in one of the processes on a store."""

    def __init__(
        self,
        config: Config,
        store: Store,
        accounts: Accounts,
        deliveries: Dispatcher,
        note_deleted: Callable[[Account, Sequence[SmsRow]], None],
    ) -> None:
        self._config = config
        self._store = store
        self._accounts = accounts
        self._deliveries = deliveries
        self._note_deleted = note_deleted
        self._measured_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Remove what is not kept, from now on; nothing where everything is kept."""
        config = self._config
        if not config.keep_count is config.keep_age is config.keep_size is None:
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
                    if self._config.keep_size is not None:
                        await self._reduce(self._config.keep_size)
                    while await self._store.shrink():  # noqa: ASYNC110 - a part of it each time
                        await asyncio.sleep(_PAUSE_S)
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

    async def _reduce(self, most: int) -> None:
        """Remove as many SMS as take more than `most` bytes, from the account that has the most of them."""
        now = asyncio.get_running_loop().time()
        if now < self._measured_at + _MEASURES_S.get(self._store.kind, 0):
            return
        self._measured_at = now
        size = await self._store.size()
        if size <= most:
            return
        logins = [stored.login for stored in await self._store.accounts.list_all()]
        counts = {login: await self._store.accounts.count(login) for login in logins}
        left = math.ceil(sum(counts.values()) * (size - most) / size)
        while left > 0 and counts:
            login = max(counts, key=counts.__getitem__)
            removed = await self._remove(await self._accounts.load(login), LAST, min(left, BATCH))
            left -= removed
            counts[login] -= removed
            if not removed:
                del counts[login]  # something will still happen to all that it has
            await asyncio.sleep(_PAUSE_S)

    async def _remove(self, account: Account, before: int, limit: int) -> int:
        """Remove some that were created before a moment (the account's time); return how many."""
        async with account.changes_lock:
            rows = await self._store.ended(account.login, before, limit)
            if rows:
                await self._store.remove([row.id for row in rows])
                self._note_deleted(account, rows)
        return len(rows)
