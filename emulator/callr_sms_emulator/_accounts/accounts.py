"""Accounts: each has SMS, settings and a clock of its own, and sees nothing of another's.

The settings of an account are in the store (`AccountState`); an `Account` is what this process knows of it.
Processes that share a store read them again after a moment, so that what one changes holds for all.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from callr_sms_emulator._accounts.counters import Counters
from callr_sms_emulator._accounts.hashes import SeededHashes
from callr_sms_emulator._accounts.hashes import draw_hash as draw_random_hash
from callr_sms_emulator._accounts.request_log import RequestLog
from callr_sms_emulator._clock import REAL, Clock, VirtualClock, format_milliseconds
from callr_sms_emulator._settings import Config
from callr_sms_emulator._sms import DueSms, Notification, SmsUpdate, StatusFlow, Timings
from callr_sms_emulator._storage import AccountState, Store, StoredAccount, decode_state, encode_state

if TYPE_CHECKING:
    from callr_sms_emulator._events import EventLog
    from callr_sms_emulator._faults import FaultRules

_FRESH_S = 0.2  # that a process may use what it knows of an account in a shared store
_SEED_BYTES = 16
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class Account:
    """One account, as this process knows it.

    Attributes:
        login: Its name, by which the store finds all that it has.
        clock: Its time.
        state: Its settings; changed through `Accounts.change` alone.
        status_flow: How its SMS go from status to status.
        traffic_rules: The rules for the SMS that it sends.
        draw_hash: Returns the hash of a new SMS or subscription.
        changes_lock: Held while its changes are written.
        requests: Its latest requests in this process.
        listeners: Called with each event of its SMS, in this process, after the commit.
        events: Its latest events in this process; None while no stream follows them.
        faults: Its rules of faults in this process; None while it has none.
        counters: The numbers of all accounts.
        is_removed: Whether it was removed: its credentials are refused.
        is_heard_elsewhere: Whether another process has listeners to its events.
    """

    def __init__(self, login: str, clock: Clock, draw_hash: Callable[[], str], counters: Counters) -> None:
        self.login = login
        self.counters = counters
        self.clock = VirtualClock(clock)
        self.draw_hash = draw_hash
        self.changes_lock = asyncio.Lock()
        self.requests = RequestLog()
        self.listeners: set[Callable[[Notification], None]] = set()
        self.events: EventLog | None = None
        self.faults: FaultRules | None = None
        self._rules: FaultRules | None = None
        self.is_removed = False
        self.is_heard_elsewhere = False
        self.status_flow = StatusFlow(Timings())
        self._loaded_at = 0.0
        self._is_hooked = False

    def load(self, stored: StoredAccount, config: Config) -> None:
        """Take over what is stored of it."""
        self.state = decode_state(stored.state)
        self.clock.timeline = self.state.clock
        self.clock.jump(*self.state.jumped)
        timings = self.state.timings or config.timings
        if self.status_flow.timings != timings:
            self.status_flow = StatusFlow(timings)
        self.traffic_rules = self.state.traffic_rules or config.traffic_rules
        self._key = bytes.fromhex(self.state.seed)
        self._is_hooked = stored.hooked
        self.is_heard_elsewhere = stored.heard
        self._loaded_at = time.monotonic()

    def open_faults(self) -> "FaultRules":
        """Return its rules of faults, to be changed; call `close_faults` afterwards."""
        if self._rules is None:
            from callr_sms_emulator._faults import FaultRules  # noqa: PLC0415 - imported only when it is used

            self._rules = FaultRules(self._key)
        return self._rules

    def close_faults(self) -> None:
        """Apply its rules, if it has any: without one, they cost a request nothing."""
        self.faults = self._rules or None

    def forget_faults(self) -> None:
        """Remove all its rules."""
        self.faults = self._rules = None

    def open_events(self) -> "EventLog":
        """Return its log of events, which is kept until nobody has followed it for a minute."""
        if self.events is None:
            from callr_sms_emulator._events import EventLog  # noqa: PLC0415 - imported only when it is used

            self.events = EventLog(self.close_events)
        return self.events

    def close_events(self) -> None:
        """End the streams of its events, and keep no more of them."""
        if self.events is not None:
            self.events.end()
            self.events = None

    @property
    def is_stale(self) -> bool:
        """Whether another process may have changed it meanwhile."""
        return time.monotonic() - self._loaded_at > _FRESH_S

    @property
    def is_watched(self) -> bool:
        """Whether a listener or a subscription gets the changes of all its SMS."""
        return self._is_hooked or bool(self.listeners)

    @property
    def is_heard(self) -> bool:
        """Whether anybody in this process gets the events of its SMS."""
        return bool(self.listeners) or self.events is not None

    def update_sms(self, sms: DueSms, now: int, wanted: bool) -> SmsUpdate:  # noqa: FBT001 - the store calls it so
        """Make the changes of an SMS that are due by `now` (see `UpdateSms`)."""
        return self.status_flow.move(sms, now, self.event_id if wanted else None, self.counters.sms)

    def event_id(self, sms_hash: str, number: int) -> str:
        """Return the identifier of an event: the same one for the same event in every run."""
        name = f"{sms_hash}/{number}".encode()
        return write_uuid(hashlib.blake2b(name, key=self._key, digest_size=16).hexdigest())

    def notify(self, notification: Notification) -> None:
        """Call the listeners, and add an event to the log."""
        if self.events is not None:
            self.events.publish(notification.type, _write_event(notification))
        for listener in [*self.listeners]:
            listener(notification)


def _write_event(notification: Notification) -> bytes:
    """Return the data of an event: what is needed to read the SMS, and nothing private."""
    _, _, rest = notification.sms.partition(b'"status":"')
    at = format_milliseconds(notification.at)
    return b'{"hash":"%b","status":"%b","at":"%b"}' % (
        notification.hash.encode(),
        rest[: rest.index(b'"')],
        at.encode(),
    )


def write_uuid(digits: str) -> str:
    """Format 32 hexadecimal digits as a UUID of version 5 (RFC 9562).

    By hand, because `uuid.UUID` takes as long as all else that an event needs.
    """
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class Accounts:
    """The accounts that this process has loaded from the store.

    Attributes:
        counters: The numbers of all of them.
    """

    def __init__(
        self, config: Config, store: Store, clock: Clock, draw_hash: Callable[[], str] | None
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._draw_hash = draw_hash
        self.counters = Counters()
        self._known: dict[str, Account] = {}
        self._loading = asyncio.Lock()

    async def load(self, login: str, password: str | None = None) -> Account:
        """Return a stored account; add a new one with this hashed password."""
        async with self._loading:
            account = self._known.get(login)
            if account is None:
                account = await self._make(login, password)
                self._known[login] = account
            elif self._store.is_shared and account.is_stale:
                await self.refresh(account)
        return account

    async def refresh(self, account: Account) -> None:
        """Read an account from the store again."""
        stored = await self._store.accounts.get(account.login)
        if stored is None:
            self.forget(account)
        else:
            account.load(stored, self._config)

    @property
    def faults(self) -> int:
        """The number of rules of faults in all accounts."""
        return sum(len(each.faults) for each in self._known.values() if each.faults is not None)

    @property
    def streams(self) -> int:
        """The number of streams that follow the events of an account."""
        return sum(len(each.events) for each in self._known.values() if each.events is not None)

    @property
    def virtual_clocks(self) -> int:
        """The number of accounts whose clock does not show the computer's time."""
        return sum(each.clock.timeline != REAL for each in self._known.values())

    def __len__(self) -> int:
        """The number of accounts that this process has loaded."""
        return len(self._known)

    def known(self, login: str) -> Account | None:
        """Return an account that this process has loaded, or None."""
        return self._known.get(login)

    def end_events(self) -> None:
        """End the streams of all events, because some are missing in them: their clients begin again."""
        for account in self._known.values():
            account.close_events()

    def forget(self, account: Account) -> None:
        """Called when an account was removed."""
        account.is_removed = True
        account.requests = RequestLog()
        self._known.pop(account.login, None)

    async def change(self, account: Account, change: Callable[[AccountState], None]) -> None:
        """Change the settings of an account, here and in the store."""

        def rewrite(state: bytes) -> bytes:
            decoded = decode_state(state)
            change(decoded)
            return encode_state(decoded)

        stored = await self._store.accounts.change(account.login, rewrite)
        if stored is not None:
            account.load(stored, self._config)

    async def empty(self, account: Account) -> None:
        """Remove all that an account has, and its settings; identifiers start again."""
        seed = account.state.seed if self._config.seed is None else self._seed(account.login)
        await self._store.accounts.empty(account.login, encode_state(AccountState(seed=seed)))
        account.draw_hash = self._drawer(account.login, 0)
        account.requests = RequestLog()
        await self.refresh(account)

    async def reload(self, account: Account) -> None:
        """Called when SMS were imported into an account, whose hashes this process did not draw."""
        await self.refresh(account)
        drawn = 0 if self._config.seed is None else await self._store.accounts.count(account.login)
        account.draw_hash = self._drawer(account.login, drawn)

    async def is_empty(self, account: Account) -> bool:
        """Return whether an account has neither SMS, subscriptions nor unsubscribed numbers."""
        hooks = await self._store.outbox.subscriptions(account.login)
        numbers = await self._store.unsubscribed.find(account.login, "", 1)
        return not hooks and not numbers and await self._store.accounts.count(account.login) == 0

    def _drawer(self, login: str, count: int) -> Callable[[], str]:
        if self._draw_hash is not None:
            return self._draw_hash
        return draw_random_hash if self._config.seed is None else SeededHashes(self._seed(login), count)

    async def _make(self, login: str, password: str | None) -> Account:
        state = encode_state(AccountState(seed=self._seed(login)))
        stored = await self._store.accounts.add(StoredAccount(login, password, state))
        drawn = 0 if self._config.seed is None else await self._store.accounts.count(login)
        account = Account(login, self._clock, self._drawer(login, drawn), self.counters)
        account.load(stored, self._config)
        return account

    def _seed(self, login: str) -> str:
        if self._config.seed is None:
            return os.urandom(_SEED_BYTES).hex()
        return hashlib.blake2b(f"{self._config.seed}/{login}".encode(), digest_size=_SEED_BYTES).hexdigest()
