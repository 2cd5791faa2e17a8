"""Where the emulator keeps everything: what it asks of a store, whatever the database.

A store has four parts. `Store` itself has the SMS, `Store.accounts` their accounts, `Store.outbox` the
deliveries of their events, and `Store.transfer` exports and imports whole accounts. Time in a store is the
virtual time of the account that a row belongs to, in milliseconds since 1970.

**Events.** An event is that an outgoing SMS changed its status, or that an SMS came in. In the very
transaction that writes it down (`Store.advance`, `Store.add`), the store writes one delivery for each hook
that wants it: each subscription of the account to that type of event, and for a change of status also the
webhook of the SMS itself. So no event is lost, and none is delivered that did not happen. What becomes of
deliveries is in `outbox.py`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from callr_sms_emulator._sms import (
    AdvanceResult,
    Direction,
    Event,
    NewSms,
    SmsRow,
    SmsScan,
    StoredSms,
    UpdateSms,
)
from callr_sms_emulator._storage.outbox import OutboxStore

if TYPE_CHECKING:
    from callr_sms_emulator._storage.export_lines import TransferStore


class StoreError(Exception):
    """The store cannot be opened, or was closed: the message tells which, why and what to do."""


class HashTakenError(Exception):
    """Another SMS of the account has this hash; draw a new one."""


class StoredAccount(NamedTuple):
    """An account: `password` is salted and hashed, None where the command line has it; `state` is JSON.

    `hooked` tells whether a subscription wants the changes of its SMS.
    """

    login: str
    password: str | None
    state: bytes
    hooked: bool = False


class AccountStore(Protocol):
    """Keeps accounts."""

    async def get(self, login: str) -> StoredAccount | None:
        """Give one account, or None."""

    async def add(self, account: StoredAccount) -> StoredAccount:
        """Keep a new account, or leave the one that has its login; give the one that is kept."""

    async def change(self, login: str, change: Callable[[bytes], bytes]) -> StoredAccount | None:
        """Replace the state of an account by what `change` makes of it, with nobody in between."""

    async def list_all(self) -> list[StoredAccount]:
        """Give all, by login."""

    async def remove(self, login: str) -> None:
        """Remove an account and all that it has."""

    async def empty(self, login: str, state: bytes) -> None:
        """Remove all that an account has, and give it this state; its login and password stay."""

    async def count(self, login: str) -> int:
        """Tell how many SMS an account has."""


class Store(Protocol):
    """Keeps SMS. What a method answered is committed, and whoever reads afterwards sees it.

    Attributes:
        kind: What sort of database it is.
        database: Its name, for people.
        is_shared: Whether other processes may write to it.
    """

    kind: str
    database: str
    is_shared: bool

    @property
    def accounts(self) -> AccountStore:
        """Keeps accounts."""

    @property
    def transfer(self) -> "TransferStore":
        """Gives out whole accounts, and takes them in."""

    @property
    def outbox(self) -> OutboxStore:
        """Keeps what is to be delivered."""

    async def add(self, sms: NewSms, event: Event | None = None) -> int:
        """Keep a new SMS, and notify the event of an incoming one; give how many deliveries that makes.

        Raises:
            HashTakenError: The account has an SMS with this hash.
        """

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Give one SMS of the account, or None."""

    async def find(self, account: str, direction: Direction, first: int, last: int) -> list[StoredSms]:
        """Return those created from `first` to `last` (milliseconds since 1970, both included).

        In the order of creation, those of one second by hash (choice). A store may keep creation to the
        second, as the API shows it: bounds are those of whole seconds.
        """

    async def scan(self, scan: SmsScan, accept: Callable[[bytes], bool], limit: int) -> list[SmsRow]:
        """Give up to `limit` SMS whose JSON is accepted, newest first. `accept` is called in a thread."""

    async def row_of(self, account: str, sms_hash: str) -> int | None:
        """Give the number of the row of an SMS, or None when the account has no such SMS."""

    async def advance(
        self, account: str, now: int, move: UpdateSms, limit: int, *, notify: bool
    ) -> AdvanceResult:
        """Update up to `limit` SMS of the account that are due by `now`, and write the events' deliveries.

        With `notify`, every event comes back as well.
        """

    async def next_due(self, account: str) -> int | None:
        """Tell when the next change of an SMS of the account is due."""

    async def all_due(self) -> list[tuple[str, int]]:
        """Tell which accounts have changes to come, and when the first of each is due."""

    def close(self) -> None:
        """Finish what was asked for, then let go of the database."""
