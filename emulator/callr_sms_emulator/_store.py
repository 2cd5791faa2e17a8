"""Where SMS are kept: what the emulator asks of a store, whatever the database."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from callr_sms_emulator._message import Direction

Move = Callable[[bytes, int, int], tuple[bytes, int | None]]
"""Takes the tail of an SMS, when its change was due, and now; gives the new tail and the next due moment."""


class StoreError(Exception):
    """The store cannot be opened, or was closed: the message tells which, why and what to do."""


class HashTakenError(Exception):
    """Another SMS has this hash; draw a new one."""


class NewSms(NamedTuple):
    """A row: the columns that are searched, and the two pieces of its JSON.

    `created` is in seconds, `due` in milliseconds since 1970; `due` is None when no change is to come.
    """

    hash: str
    account: str
    direction: Direction
    created: int
    due: int | None
    head: bytes
    tail: bytes


class StoredSms(NamedTuple):
    """An SMS as it was written down last: `head` and `tail` make its JSON, as of the moment before `due`."""

    head: bytes
    tail: bytes
    due: int | None


class Store(Protocol):
    """Keeps SMS. What a method answered is committed, and whoever reads afterwards sees it."""

    async def add(self, sms: NewSms) -> None:
        """Keep a new SMS.

        Raises:
            HashTakenError: The hash is in use.
        """

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Give one SMS of the account, or None."""

    async def find(self, account: str, direction: Direction, first: int, last: int) -> list[StoredSms]:
        """Give those created from `first` to `last` (seconds, both included).

        In the order of creation, those of one second by hash (choice).
        """

    async def advance(self, now: int, move: Move, limit: int) -> int | None:
        """Move on up to `limit` SMS that are due by `now`; tell when the next change is due."""

    def close(self) -> None:
        """Finish what was asked for, then let go of the database."""
