"""The parts of one emulator, wired together."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._accounts import Accounts, Authenticator, Sessions
from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._engine.conversations import Conversations
from callr_sms_emulator._engine.recorder import RequestRecorder
from callr_sms_emulator._engine.retention import Retention
from callr_sms_emulator._engine.sharing import Sharing
from callr_sms_emulator._engine.sms_service import SmsService
from callr_sms_emulator._engine.status_timer import StatusTimer
from callr_sms_emulator._engine.waiting import WaiterRegistry
from callr_sms_emulator._sms import read_searchable
from callr_sms_emulator._storage import Message
from callr_sms_emulator._webhooks import ClaimLostError, Dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._clock import Clock, Timeline
    from callr_sms_emulator._events import EventName
    from callr_sms_emulator._injection import Injector
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._sms import SmsRow
    from callr_sms_emulator._storage import AccountState, AttemptResult, Store
    from callr_sms_emulator._webhooks import DirectTransport, Transport


class Engine:
    """One emulator.

    Attributes:
        config: Its settings.
        store: Its storage.
        clock: The computer's time; a manual clock in tests.
        accounts: The accounts loaded from the store.
        counters: What this process has done, in numbers.
        authenticator: The check of credentials.
        sessions: The tokens of the inbox page.
        status_timer: The writer of changes of status.
        deliveries: The dispatcher of webhooks.
        service: The work of the four endpoints.
        conversations: The SMS by the number of the other side.
        sharing: What other processes on the store report; None where they report nothing.
        waiting: The requests that wait for an SMS.
        retention: The removal of old SMS.
        journal: The recorder of requests; None when it is off.
        stopping: Set when the emulator stops: nothing is delayed any more.
    """

    def __init__(
        self, config: Config, store: Store, clock: Clock, draw_hash: Callable[[], str] | None
    ) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.accounts = Accounts(config, store, clock, draw_hash)
        self.counters = self.accounts.counters
        self.authenticator = Authenticator(config, store, self.accounts)
        self.sessions = Sessions(config, store, self.accounts)
        self.deliveries = Dispatcher(config, store, self.accounts, clock, self._wrap_transport)
        self.deliveries.attempt_listeners.append(self._note_attempt)
        self.status_timer = StatusTimer(store, clock, self.accounts, self.deliveries.wake)
        self.sharing = (
            None
            if store.exchange is None
            else Sharing(store.exchange, self.accounts, self.status_timer, self.deliveries)
        )
        self.service = SmsService(config, store, self.status_timer)
        self.conversations = Conversations(store, self.accounts)
        self.waiting = WaiterRegistry()
        self.retention = Retention(config, store, self.accounts, self.deliveries, self._note_deleted)
        self.journal = RequestRecorder(clock, config.journal) if config.journal else None
        self.stopping = asyncio.Event()
        self.started_at = clock.now()

    async def start(self) -> None:
        """Start the timers, with what an earlier emulator on this store has left."""
        if self.sharing is not None:
            self.sharing.start()
        await self.status_timer.start()
        await self.deliveries.start()
        self.retention.start()

    @cached_property
    def injector(self) -> Injector:
        """The injector of faults, imported when the first fault is set."""
        from callr_sms_emulator._injection import Injector  # noqa: PLC0415 - imported only when it is used

        return Injector(self.stopping)

    def _wrap_transport(self, transport: DirectTransport, login: str) -> Transport:
        """Return the transport for the events of an account: with faults while it has rules.

        Raises:
            ClaimLostError: Another process may deliver them by now.
        """
        if self.store.exchange is not None and not self.store.exchange.has_claims:
            raise ClaimLostError
        account = self.accounts.known(login)
        if account is None or account.faults is None:
            return transport
        from callr_sms_emulator._injection import FaultyTransport  # noqa: PLC0415 - imported with the first rule

        return FaultyTransport(transport, account, self.store.outbox)

    def _note_attempt(self, login: str, result: AttemptResult) -> None:
        self.counters.attempts[result.state] += 1
        account = self.accounts.known(login)
        if account is not None and (account.events is not None or account.is_heard_elsewhere):
            found = {"delivery": result.id, "number": result.number + 1, "state": result.state}
            data = found | {"at": format_milliseconds(result.at)}
            self._publish(account, "delivery.attempt", msgspec.json.encode(data))

    def end_waits(self) -> None:
        """End the requests that wait, because the emulator stops."""
        self.waiting.end()
        self.stopping.set()

    async def stop(self) -> None:
        """Stop the timers."""
        if self.sharing is not None:
            await self.sharing.stop()
        await self.retention.stop()
        await self.status_timer.stop()
        await self.deliveries.stop()

    async def hear(self, account: Account) -> None:
        """Have this process get the events of an account wherever they happen, once it has a listener."""
        if self.sharing is not None:
            await self.sharing.hear(account)

    async def write_due_changes(self, account: Account) -> None:
        """Write all changes of an account that are due by now.

        Call it before a change of subscriptions, listeners or timings: what was due until then must not
        depend on what holds from then on.
        """
        await self.accounts.refresh(account)
        await self.status_timer.write_due_changes(account)

    async def set_clock(
        self, account: Account, change: Callable[[Timeline, int], Timeline], advance: int
    ) -> None:
        """Set the clock of an account and advance it by `advance` milliseconds; do all that is due then.

        `change` makes the new line from the stored one and the computer's time. It is called within the
        transaction, because another request or process may set the clock at the same time.
        """
        began = self.clock.now()
        await self.write_due_changes(account)

        def move(state: AccountState) -> None:
            line = change(state.clock, max(began, state.clock.real))
            state.clock = msgspec.structs.replace(line, shown=line.shown + advance)
            state.jumped = (line.shown, line.shown + advance)

        await self.accounts.change(account, move)
        await self.write_due_changes(account)
        await self.deliveries.drain(account)
        await self.status_timer.reschedule(account)
        self.deliveries.wake(account)

    def publish(self, account: Account, name: EventName, data: object = None) -> None:
        """Add an event of an account, other than those of its SMS, to the log if anybody follows it."""
        if account.events is not None or self.store.exchange is not None:
            found = {} if data is None else msgspec.to_builtins(data)
            found |= {"at": format_milliseconds(account.clock.now())}
            self._publish(account, name, msgspec.json.encode(found))

    def _publish(self, account: Account, name: EventName, data: bytes) -> None:
        if account.events is not None:
            account.events.publish(name, data)
        if self.store.exchange is not None:
            self.store.exchange.announce(Message("event", account.login, name=name, data=data))

    async def delete(self, account: Account, rows: Sequence[SmsRow]) -> None:
        """Delete SMS of an account with their deliveries; attempts that are under way are cancelled.

        What a receiver saw of those, it may have accepted. If a delivery of these SMS has not ended, the
        other attempts of the account that are under way are made again.
        """
        numbers = [row.id for row in rows]
        async with account.changes_lock:
            if await self.store.have_deliveries(numbers):
                await self.deliveries.cancel_account(account.login)
            await self.store.remove(numbers)
        self._note_deleted(account, rows)
        self.conversations.forget(account)
        self.deliveries.wake(account)

    def _note_deleted(self, account: Account, rows: Sequence[SmsRow]) -> None:
        self.waiting.forget(account, min((row.id for row in rows), default=0))
        for row in rows:
            sms = read_searchable(row.sms)
            self.publish(account, "sms.deleted", {"hash": sms.hash, "status": sms.status})

    async def empty(self, account: Account) -> None:
        """Remove all that an account has, and its settings."""
        async with account.changes_lock:
            account.forget_faults()
            await self.deliveries.cancel_account(account.login)
            await self.accounts.empty(account)
        self.conversations.forget(account)
        self.publish(account, "account.cleared")

    async def remove(self, login: str) -> None:
        """Remove an account and all that it has."""
        account = await self.accounts.load(login)
        async with account.changes_lock:
            await self.deliveries.cancel_account(login)
            await self.store.accounts.remove(login)
            account.close_events()
            self.accounts.forget(account)
            self.authenticator.forget(login)
