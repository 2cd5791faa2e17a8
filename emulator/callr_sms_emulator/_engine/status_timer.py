"""When the changes of SMS are written down.

An SMS in the making has a moment at which its next change is due; it stands in its row, so it outlives the
process. Whoever reads a row works out what is due by now (`Plan.show`), and the timer, which writes it down,
may come later, when one write does for several changes. Only where somebody is to be told of a change, it is
written down when it is due.
"""

from collections.abc import Callable

from callr_sms_emulator._accounts import Account, Accounts
from callr_sms_emulator._clock import Clock, Scheduler
from callr_sms_emulator._sms import Advanced
from callr_sms_emulator._storage import Store

_BATCH = 512
# An SMS is written down about once in its life instead of four times: a third of the cost of a send.
_WRITE_AFTER_MS = 5000


class StatusTimer:
    """Writes down the changes of the SMS in a store, some time after they were due or at once.

    `on_deliveries` is called when that has put something in the outbox of an account.
    """

    def __init__(
        self, store: Store, clock: Clock, accounts: Accounts, on_deliveries: Callable[[Account], None]
    ) -> None:
        self._store = store
        self._on_deliveries = on_deliveries
        self._accounts = accounts
        self._agenda = Scheduler(clock, self._write_down, "the life cycle of an account stands still")

    async def start(self) -> None:
        """Begin with what an earlier emulator on this database has left."""
        for login, due in await self._store.all_due():
            self._note(await self._accounts.load(login), due)

    async def stop(self) -> None:
        """Make no more changes; those that are due are made by the next emulator on this database."""
        await self._agenda.stop()

    def note(self, account: Account, due: int, *, is_hooked: bool) -> None:
        """Learn of a new SMS whose first change is due at `due` (milliseconds, the account's)."""
        if is_hooked or account.is_watched:
            self._note(account, due)
        elif not self._agenda.has(account.login):  # else it is written down with those before it
            self._note(account, due + _WRITE_AFTER_MS)

    async def look_again(self, account: Account) -> None:
        """Learn that the clock of an account was set, or that somebody wants to be told of its SMS."""
        due = await self._store.next_due(account.login)
        if due is not None:
            self._note(account, due)

    async def settle(self, account: Account) -> None:
        """Write down every change of an account that is due by now, and tell of it."""
        async with account.settling:
            now, deliveries, is_done = account.clock.now(), 0, False
            while not is_done:
                advanced = await self._advance(account, now)
                deliveries += advanced.deliveries
                is_done = self._plan_next(account, advanced, now)
        if deliveries:  # not before all of them are there: the earliest shall be told first
            self._on_deliveries(account)

    async def _write_down(self, login: str) -> None:
        await self.settle(await self._accounts.load(login))

    async def _advance(self, account: Account, now: int) -> Advanced:
        advanced = await self._store.advance(
            account.login, now, account.move, _BATCH, tell=bool(account.listeners)
        )
        for each in advanced.told:
            account.tell(each)
        return advanced

    def _plan_next(self, account: Account, advanced: Advanced, now: int) -> bool:
        """Note what comes next; tell whether nothing more is due by `now`."""
        if advanced.next_due is None:
            return True
        if advanced.next_due <= now:
            return False
        self.note(account, advanced.next_due, is_hooked=False)
        if advanced.next_hooked is not None:
            self.note(account, advanced.next_hooked, is_hooked=True)
        return True

    def _note(self, account: Account, due: int) -> None:
        moment = account.clock.real_at(due)
        if moment is not None:
            self._agenda.note(account.login, moment)
