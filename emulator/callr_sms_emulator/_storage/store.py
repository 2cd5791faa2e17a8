"""The interface of a store, independent of the database.

A store has five parts. `Store` itself has the SMS, `Store.accounts` their accounts, `Store.outbox` the
deliveries of their events, `Store.unsubscribed` the numbers that want no marketing of an account, and
`Store.transfer` exports and imports whole accounts. Time in a store is the virtual time of the account that a
row belongs to, in milliseconds since 1970.

**Events.** An event is that an outgoing SMS changed its status, or that an SMS came in. The transaction that
writes it (`Store.advance`, `Store.add`) also writes one delivery for each subscriber: each subscription of
the account to that type of event, and for a change of status also the webhook of the SMS itself. So no event
is lost, and none is delivered that did not happen. The states of deliveries are in `outbox.py`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from callr_sms_emulator._log import LoggedError
from callr_sms_emulator._sms import (
    AdvanceResult,
    Event,
    Found,
    ListPart,
    NewSms,
    SmsList,
    SmsRow,
    SmsScan,
    StoredSms,
    UpdateSms,
)
from callr_sms_emulator._storage.outbox import OutboxStore

if TYPE_CHECKING:
    from callr_sms_emulator._storage.exchange import Exchange
    from callr_sms_emulator._storage.export_lines import TransferStore


class StoreError(Exception):
    """The store cannot be opened, or was closed: the message says which, why and what to do."""


class StoreGoneError(StoreError, LoggedError):
    """The files of the store were removed or replaced: what is written to them is not kept."""


class StoreUnreachableError(StoreError, LoggedError):
    """The server of the database does not work at the moment: what was to be written may be kept or not."""


class HashTakenError(Exception):
    """Another SMS of the account has this hash."""


class StoredAccount(NamedTuple):
    """An account: `password` is salted and hashed, None where the command line has it; `state` is JSON.

    `hooked` is whether a subscription gets the changes of its SMS, `heard` whether another process has
    listeners to its events.
    """

    login: str
    password: str | None
    state: bytes
    hooked: bool = False
    heard: bool = False


class AccountStore(Protocol):
    """Stores accounts."""

    async def get(self, login: str) -> StoredAccount | None:
        """Return one account, or None."""

    async def add(self, account: StoredAccount) -> StoredAccount:
        """Add an account, unless one has its login; return the one that is stored."""

    async def change(self, login: str, change: Callable[[bytes], bytes]) -> StoredAccount | None:
        """Replace the state of an account by what `change` returns for it, in one transaction."""

    async def list_all(self) -> list[StoredAccount]:
        """Return all accounts, ordered by login."""

    async def remove(self, login: str) -> None:
        """Remove an account and all that it has."""

    async def empty(self, login: str, state: bytes) -> None:
        """Remove all that an account has, and replace its state; its login and password stay."""

    async def count(self, login: str) -> int:
        """Return how many SMS an account has."""


class Usage(NamedTuple):
    """How much is stored: bytes of the database, and deliveries whose next attempt has a time."""

    size: int
    deliveries: int


class Unsubscribed(NamedTuple):
    """A number that wants no marketing of an account, and since when (milliseconds since 1970)."""

    number: str
    at: int


class UnsubscribedStore(Protocol):
    """Stores the numbers that want no marketing of an account."""

    async def add(self, account: str, found: Unsubscribed) -> Unsubscribed:
        """Add a number, unless it is there already; return what is stored."""

    async def remove(self, account: str, number: str) -> bool:
        """Remove a number; return whether it was there."""

    async def has(self, account: str, number: str) -> bool:
        """Return whether a number is there. It is asked for each send that the rules concern."""

    async def find(self, account: str, after: str, limit: int) -> list[Unsubscribed]:
        """Return up to `limit` numbers that sort behind `after`, in the order of their characters."""


class Store(Protocol):
    """Stores SMS. When a method returns, its work is committed, and every later read sees it.

    Attributes:
        kind: The kind of the database.
        database: Its name for messages.
        is_shared: Whether other processes may write to it.
    """

    kind: str
    database: str
    is_shared: bool

    @property
    def exchange(self) -> "Exchange | None":
        """What the processes that share it send to each other; None: nothing."""

    @property
    def accounts(self) -> AccountStore:
        """Stores accounts."""

    @property
    def transfer(self) -> "TransferStore":
        """Exports and imports whole accounts."""

    @property
    def outbox(self) -> OutboxStore:
        """Stores subscriptions and deliveries."""

    @property
    def unsubscribed(self) -> UnsubscribedStore:
        """Stores the numbers that want no marketing."""

    async def add(self, sms: NewSms, event: Event | None = None) -> int:
        """Add an SMS, and the event of an incoming one; return the number of deliveries of it.

        Raises:
            HashTakenError: The account has an SMS with this hash.
        """

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Return one SMS of the account, or None."""

    async def read_list(self, wanted: SmsList, show: Callable[[StoredSms], bytes]) -> ListPart:
        """Return the next part of a list, as of one moment.

        What is stored is joined as it is, unless a change of one of these SMS is due: then `show`, which runs
        in a thread, returns the JSON of each.
        """

    async def index(self) -> bool:
        """Make the next SMS searchable, as many as take a moment; return whether all are."""

    async def scan(self, scan: SmsScan, accept: Callable[[bytes], bool], limit: int, examined: int) -> Found:
        """Return up to `limit` searchable SMS whose JSON is accepted, newest first.

        `accept` runs in a thread. It is called with the SMS that may match by the index of the store, but not
        with many more than `examined` of them.
        """

    async def ended(self, account: str, before: int, limit: int) -> list[SmsRow]:
        """Return the oldest SMS, created before a moment, that nothing more will happen to.

        Their status is final, and every delivery of them has ended.
        """

    async def have_deliveries(self, numbers: Sequence[int]) -> bool:
        """Return whether a delivery of one of these SMS has not ended."""

    async def remove(self, numbers: Sequence[int]) -> None:
        """Remove SMS by their numbers, with their deliveries, in one transaction."""

    async def row_of(self, account: str, sms_hash: str) -> int | None:
        """Return the number by which an SMS is ordered, or None when the account has no such SMS."""

    async def advance(
        self, account: str, now: int, move: UpdateSms, limit: int, *, notify: bool
    ) -> AdvanceResult:
        """Update up to `limit` SMS of the account that are due by `now`, and write the events' deliveries.

        With `notify`, every event is returned as well.
        """

    async def set_outcome(self, account: str, sms_hash: str, outcome: str, due: int) -> None:
        """Set the outcome of an SMS, and when its next change is due."""

    async def next_due(self, account: str) -> int | None:
        """Return when the next change of an SMS of the account is due."""

    async def all_due(self) -> list[tuple[str, int]]:
        """Return the logins with changes to come, and when the first of each is due."""

    async def size(self) -> int:
        """Return the bytes of what is stored, without free space. It may take long."""

    async def shrink(self) -> bool:
        """Return some free space to the system, if the database does not do that by itself.

        It holds up writers for a few milliseconds. Returns whether there is more.
        """

    async def usage(self) -> Usage:
        """Return how much is stored."""

    async def probe(self) -> None:
        """Write something that changes nothing.

        Raises:
            StoreError: The store cannot be written; the message says why and what to do, not where it is.
        """

    def close(self) -> None:
        """Finish the work that was submitted, then close the database."""
