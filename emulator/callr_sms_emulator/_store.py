"""Where the emulator keeps everything: what it asks of a store, whatever the database.

A store has four rooms. `Store` itself keeps SMS, `Store.accounts` who they belong to, `Store.outbox` what is
to be told of them, and `Store.transfer` gives out whole accounts. Time in a store is the virtual time of the
account that a row belongs to.

**Events.** An event is that an outgoing SMS changed its status, or that an SMS came in. In the very
transaction that writes it down (`Store.advance`, `Store.add`), the store writes one delivery for each hook
that wants it: each subscription of the account to that type of event, and for a change of status also the
webhook of the SMS itself. So no event is lost, and none is told that did not happen. What becomes of
deliveries is in `_outbox.py`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from callr_sms_emulator._message import Direction
from callr_sms_emulator._outbox import OutboxStore

if TYPE_CHECKING:
    from callr_sms_emulator._transfer import TransferStore

EventType = Literal["sms.mt.status_update", "sms.mo"]
ToldType = EventType | Literal["sms.mt.created"]

STATUS_UPDATE: EventType = "sms.mt.status_update"
INCOMING: EventType = "sms.mo"
CREATED: ToldType = "sms.mt.created"
"""No event of the vendor's: only those who listen in this process hear that an SMS was sent."""


class StoreError(Exception):
    """The store cannot be opened, or was closed: the message tells which, why and what to do."""


class HashTakenError(Exception):
    """Another SMS of the account has this hash; draw a new one."""


class Event(NamedTuple):
    """Something that happened to an SMS, and its `tail` from then on.

    `sequence` counts the events of one SMS from 1; `at` is in milliseconds since 1970. `event_id` is the same
    whoever is told, and however often.
    """

    event_id: str
    sequence: int
    at: int
    tail: bytes


class NewSms(NamedTuple):
    """A row: the columns that are searched, and the two pieces of its JSON.

    `created` is in seconds, `due` in milliseconds since 1970; `due` is None when no change is to come.
    `outcome` names how its life goes (None: as usual), `webhook` is the JSON of its own `options.webhook`.
    """

    hash: str
    account: str
    direction: Direction
    created: int
    due: int | None
    head: bytes
    tail: bytes
    outcome: str | None = None
    webhook: bytes | None = None


class StoredSms(NamedTuple):
    """An SMS as it was written down last: `head` and `tail` make its JSON, as of the moment before `due`."""

    head: bytes
    tail: bytes
    due: int | None
    outcome: str | None


class DueSms(NamedTuple):
    """An SMS whose next change is due."""

    id: int
    hash: str
    due: int
    outcome: str | None
    head: bytes
    tail: bytes
    webhook: bytes | None


class Moved(NamedTuple):
    """What an SMS has become: its tail, when its next change is due, and each change, if they were wanted."""

    tail: bytes
    due: int | None
    events: list[Event]


Move = Callable[[DueSms, int, bool], Moved]
"""Takes an SMS, now, and whether each change is wanted as an event; makes the changes due by now."""


class Scan(NamedTuple):
    """Which SMS of an account to go through, by the numbers of their rows, which grow.

    `contains` are pieces of JSON that stand in the head.
    """

    account: str
    below: int = 2**63 - 1
    above: int = 0
    contains: tuple[bytes, ...] = ()


class Row(NamedTuple):
    """The number of a row, and the JSON of its SMS as it was written down last."""

    id: int
    sms: bytes


class Told(NamedTuple):
    """An event with the JSON of its SMS, for those in this process who listen."""

    type: ToldType
    hash: str
    at: int
    sms: bytes
    row: int | None = None


class Advanced(NamedTuple):
    """What `Store.advance` did, and what is next.

    `next_due` is when the next change of any SMS of the account is due, `next_hooked` that of an SMS with a
    webhook of its own; `deliveries` counts what was put in the outbox.
    """

    next_due: int | None
    next_hooked: int | None
    deliveries: int
    told: list[Told]


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

    async def list(self) -> list[StoredAccount]:
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
        """Keeps what is to be told."""

    async def add(self, sms: NewSms, event: Event | None = None) -> int:
        """Keep a new SMS, and tell the event of an incoming one; give how many deliveries that makes.

        Raises:
            HashTakenError: The account has an SMS with this hash.
        """

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Give one SMS of the account, or None."""

    async def find(self, account: str, direction: Direction, first: int, last: int) -> list[StoredSms]:
        """Give those created from `first` to `last` (seconds, both included).

        In the order of creation, those of one second by hash (choice).
        """

    async def scan(self, scan: Scan, accept: Callable[[bytes], bool], limit: int) -> list[Row]:
        """Give up to `limit` SMS whose JSON is accepted, newest first. `accept` is called in a thread."""

    async def row_of(self, account: str, sms_hash: str) -> int | None:
        """Give the number of the row of an SMS, or None when the account has no such SMS."""

    async def advance(self, account: str, now: int, move: Move, limit: int, *, tell: bool) -> Advanced:
        """Move on up to `limit` SMS of the account that are due by `now`, and write the events' deliveries.

        With `tell`, every event comes back as well.
        """

    async def next_due(self, account: str) -> int | None:
        """Tell when the next change of an SMS of the account is due."""

    async def all_due(self) -> list[tuple[str, int]]:
        """Tell which accounts have changes to come, and when the first of each is due."""

    def close(self) -> None:
        """Finish what was asked for, then let go of the database."""
