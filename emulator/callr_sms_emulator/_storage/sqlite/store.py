"""The store in an SQLite file (WAL), or in memory: SMS, and the deliveries of their changes."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from callr_sms_emulator._sms import (
    INCOMING,
    STATUS_UPDATE,
    AdvanceResult,
    DueSms,
    Event,
    Found,
    ListPart,
    NewSms,
    Notification,
    SmsList,
    SmsRow,
    SmsScan,
    StoredSms,
    UpdateSms,
)
from callr_sms_emulator._storage.sqlite import files, outbox, search, sms, space
from callr_sms_emulator._storage.sqlite.accounts import SqliteAccounts
from callr_sms_emulator._storage.sqlite.bulk import RowsStatement
from callr_sms_emulator._storage.sqlite.connections import MEMORY, Database
from callr_sms_emulator._storage.sqlite.export import SqliteTransfer
from callr_sms_emulator._storage.sqlite.outbox import SqliteOutbox
from callr_sms_emulator._storage.sqlite.schema import probe
from callr_sms_emulator._storage.sqlite.sms import insert_sms
from callr_sms_emulator._storage.sqlite.unsubscribed import SqliteUnsubscribed
from callr_sms_emulator._storage.store import StoreError, Usage

_GET = "SELECT head, tail, due, outcome FROM sms WHERE hash = ? AND account = ?"
_DUE = """
SELECT id, hash, due, outcome, head, tail, webhook FROM sms
WHERE account = ? AND due <= ? ORDER BY due, id LIMIT ?
"""
_UPDATE = RowsStatement(
    """
WITH moved (id, tail, due) AS MATERIALIZED (VALUES {rows})
UPDATE sms SET tail = moved.tail, due = moved.due FROM moved WHERE sms.id = moved.id
""",
    "(?, CAST(? AS TEXT), ?)",
)
_SET_OUTCOME = "UPDATE sms SET outcome = ?, due = ? WHERE hash = ? AND account = ?"
_NEXT_DUE = "SELECT min(due) FROM sms WHERE account = ? AND due IS NOT NULL"
_NEXT_HOOKED = "SELECT min(due) FROM sms WHERE account = ? AND due IS NOT NULL AND webhook IS NOT NULL"
_USAGE = """
SELECT page_count * page_size, (SELECT count(*) FROM delivery WHERE due IS NOT NULL)
FROM pragma_page_count, pragma_page_size
"""
_ALL_DUE = "SELECT CAST(account AS BLOB), min(due) FROM sms WHERE due IS NOT NULL GROUP BY account"


class SqliteStore:
    """Stores everything in the file `database`, or in memory for `":memory:"`; serves one event loop.

    A file survives the end of the process in any way. It survives the end of the computer without losing
    an answered SMS only when `durable`, at the price of waiting for the disk at each commit.

    Raises:
        StoreError: The file cannot be used.
    """

    def __init__(self, database: str | Path, *, durable: bool = False) -> None:
        self.database = str(database)
        self.kind = "memory" if self.database == MEMORY else "sqlite"
        self.is_shared = self.database != MEMORY
        self.exchange = None
        self._database = Database(self.database, durable=durable)
        self.accounts = SqliteAccounts(self._database)
        self.outbox = SqliteOutbox(self._database)
        self.unsubscribed = SqliteUnsubscribed(self._database)
        self.transfer = SqliteTransfer(self._database)

    async def add(self, sms: NewSms, event: Event | None = None) -> int:
        """Add an SMS and maybe its event; return the number of deliveries after the commit."""
        if event is None:
            await self._database.write(partial(insert_sms, sms))
            return 0

        def insert(connection: sqlite3.Connection) -> int:
            identity = insert_sms(sms, connection)
            hooks = outbox.subscribers(connection, sms.account, INCOMING)
            batches = [outbox.EventBatch(identity, hooks, [event])] if hooks else []
            return outbox.add_events(connection, sms.account, INCOMING, batches)

        return await self._database.write_atomically(insert)

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Return one SMS of the account, or None."""
        row = self._database.read_now(lambda at: at.execute(_GET, (sms_hash, account)).fetchone())
        return None if row is None else sms.read_stored(row)

    async def read_list(self, wanted: SmsList, show: Callable[[StoredSms], bytes]) -> ListPart:
        """Return the next part of a list, as of one moment."""
        return await self._database.read(partial(sms.read_list, wanted, show))

    async def index(self) -> bool:
        """Make the next SMS searchable; return whether all are."""
        return await sms.index(self._database)

    async def scan(self, scan: SmsScan, accept: Callable[[bytes], bool], limit: int, examined: int) -> Found:
        """Return up to `limit` searchable SMS whose JSON is accepted, newest first."""
        return await sms.scan(self._database, scan, accept, limit, examined)

    async def ended(self, account: str, before: int, limit: int) -> list[SmsRow]:
        """Return the oldest SMS, created before a moment, that nothing more will happen to."""
        return await self._database.read(partial(sms.ended, account, before, limit))

    async def have_deliveries(self, numbers: Sequence[int]) -> bool:
        """Return whether a delivery of one of these SMS has not ended."""
        return await self._database.read(partial(sms.have_deliveries, numbers))

    async def remove(self, numbers: Sequence[int]) -> None:
        """Remove SMS by their numbers, with their deliveries."""
        await self._database.write_atomically(partial(sms.remove, numbers))

    async def row_of(self, account: str, sms_hash: str) -> int | None:
        """Return the number of an SMS, or None."""
        return sms.row_of(self._database, account, sms_hash)

    async def advance(
        self, account: str, now: int, move: UpdateSms, limit: int, *, notify: bool
    ) -> AdvanceResult:
        """Update up to `limit` SMS that are due by `now` (milliseconds), and write their deliveries."""
        return await self._database.write_atomically(
            partial(_advance, _AdvanceOrder(account, now, move, limit, notify))
        )

    async def set_outcome(self, account: str, sms_hash: str, outcome: str, due: int) -> None:
        """Set the outcome of an SMS, and when its next change is due (milliseconds)."""
        values = (outcome, due, sms_hash, account)
        await self._database.write(lambda at: at.execute(_SET_OUTCOME, values))

    async def next_due(self, account: str) -> int | None:
        """Return when the next change of an SMS of the account is due."""
        return self._database.read_now(partial(_moment, _NEXT_DUE, account))

    async def all_due(self) -> list[tuple[str, int]]:
        """Return the logins with changes to come, and when the first of each is due."""
        rows = await self._database.read(lambda at: at.execute(_ALL_DUE).fetchall())
        return [(login.decode(), due) for login, due in rows]

    async def usage(self) -> Usage:
        """Return how much is stored."""
        return await self._database.read(lambda at: Usage(*at.execute(_USAGE).fetchone()))

    async def size(self) -> int:
        """Return the bytes of what is stored."""
        return await self._database.read(space.used)

    async def shrink(self) -> bool:
        """Return some free pages to the system; return whether there are more."""
        return await space.shrink(self._database)

    async def probe(self) -> None:
        """Write something that changes nothing; raise StoreError if that fails."""
        try:
            await self._database.write(probe)
        except sqlite3.Error as error:
            raise StoreError(files.explain(error)) from error

    def close(self) -> None:
        """Finish the work that was submitted, then close the file."""
        self.outbox.close()
        self._database.close()


def _moment(statement: str, account: str, connection: sqlite3.Connection) -> int | None:
    found: int | None = connection.execute(statement, (account,)).fetchone()[0]
    return found


class _AdvanceOrder(NamedTuple):
    account: str
    now: int
    move: UpdateSms
    limit: int
    notify: bool


def _advance(order: _AdvanceOrder, connection: sqlite3.Connection) -> AdvanceResult:
    account = order.account
    hooks = outbox.subscribers(connection, account, STATUS_UPDATE)
    updates: list[tuple[int, bytes, int | None]] = []
    batches: list[outbox.EventBatch] = []
    notifications: list[Notification] = []
    for row in connection.execute(_DUE, (account, order.now, order.limit)).fetchall():
        identity, sms_hash, due, outcome, head, tail, webhook = row
        name = None if outcome is None else outcome.decode()
        sms = DueSms(identity, sms_hash.decode(), due, name, head, tail, webhook)
        own = hooks if sms.webhook is None else [*hooks, outbox.own_subscriber(sms.webhook)]
        update = order.move(sms, order.now, bool(own) or order.notify)
        updates.append((sms.id, update.tail, update.due))
        if own:
            batches.append(outbox.EventBatch(sms.id, own, update.events))
        if order.notify:
            notifications += [
                Notification(STATUS_UPDATE, sms.hash, event.at, head + event.tail, identity)
                for event in update.events
            ]
    _UPDATE.execute(connection, updates)
    search.set_statuses(connection, [update[:2] for update in updates])
    deliveries = outbox.add_events(connection, account, STATUS_UPDATE, batches)
    next_due, next_hooked = (_moment(each, account, connection) for each in (_NEXT_DUE, _NEXT_HOOKED))
    return AdvanceResult(next_due, next_hooked, deliveries, notifications)
