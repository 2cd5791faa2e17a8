"""The store in a PostgreSQL database, which any number of emulators share."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import (
    STATUS_UPDATE,
    AdvanceResult,
    DueSms,
    ListPart,
    Notification,
    SmsRow,
    StoredSms,
)
from callr_sms_emulator._storage.exchange import Message
from callr_sms_emulator._storage.postgresql import address, events, search
from callr_sms_emulator._storage.postgresql.accounts import PostgresqlAccounts
from callr_sms_emulator._storage.postgresql.connections import Database
from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange
from callr_sms_emulator._storage.postgresql.export import PostgresqlTransfer
from callr_sms_emulator._storage.postgresql.inserts import SECOND_MS, Inserter
from callr_sms_emulator._storage.postgresql.outbox import PostgresqlOutbox
from callr_sms_emulator._storage.postgresql.unsubscribed import PostgresqlUnsubscribed
from callr_sms_emulator._storage.searching import scan_in_chunks
from callr_sms_emulator._storage.store import StoreError, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callr_sms_emulator._sms import Event, Found, NewSms, SmsList, SmsScan, UpdateSms
    from callr_sms_emulator._storage.postgresql.driver import Connection
from callr_sms_emulator._storage.searching import Candidates

_COLUMNS = "convert_to(head, 'UTF8'), convert_to(tail, 'UTF8'), due, outcome"
_GET = f"SELECT {_COLUMNS} FROM sms WHERE account = $1 AND hash = $2"  # noqa: S608 - of a constant
_LISTED = """
FROM sms WHERE account = $1 AND direction = $2 AND (created, hash) > ($3, $4) AND created <= $5
ORDER BY created, hash LIMIT
"""
# An aggregate over a sorted subquery takes its rows in that order (PostgreSQL, 9.21).
_JOINED = f"""
SELECT min(due), convert_to(string_agg(head || tail, ','), 'UTF8'), CASE WHEN count(*) = $6 THEN (
  SELECT created || ' ' || hash {_LISTED} 1 OFFSET $6 - 1
) END FROM (SELECT due, head, tail {_LISTED} $6) AS part
"""  # noqa: S608 - of constants
_EACH = f"SELECT created || ' ' || hash, {_COLUMNS} {_LISTED} $6"
_ROW_OF = "SELECT id FROM sms WHERE account = $1 AND hash = $2"
# Another process may be writing the changes of the others.
_DUE = """
SELECT id, hash, due, outcome, convert_to(head, 'UTF8'), convert_to(tail, 'UTF8'), convert_to(webhook, 'UTF8')
FROM sms WHERE account = $1 AND due <= $2 ORDER BY due, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
"""
_IS_HEARD = "SELECT EXISTS (SELECT FROM hearing WHERE account = $1 AND process <> $2)"
_UPDATE = """
UPDATE sms SET tail = convert_from(moved.tail, 'UTF8'), due = moved.due
FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS moved (id, tail, due) WHERE sms.id = moved.id
"""
_NEXT = """
SELECT (SELECT min(due) FROM sms WHERE account = $1 AND due IS NOT NULL),
  (SELECT min(due) FROM sms WHERE account = $1 AND due IS NOT NULL AND webhook IS NOT NULL)
"""
_NEXT_DUE = "SELECT min(due) FROM sms WHERE account = $1 AND due IS NOT NULL"
# Steps from one account to the next in the index, without reading the rest.
_ALL_DUE = """
WITH RECURSIVE each (account) AS (
  (SELECT min(account) FROM sms WHERE due IS NOT NULL)
  UNION ALL
  SELECT (SELECT min(account) FROM sms WHERE account > each.account AND due IS NOT NULL)
  FROM each WHERE account IS NOT NULL
)
SELECT account, (SELECT min(due) FROM sms WHERE sms.account = each.account AND due IS NOT NULL)
FROM each WHERE account IS NOT NULL
"""
_ENDED = """
SELECT id, convert_to(sms, 'UTF8') FROM unnest(ARRAY['IN', 'OUT']) AS each (direction) CROSS JOIN LATERAL (
  SELECT id, created, head || tail AS sms FROM sms
  WHERE account = $1 AND sms.direction = each.direction AND created < $2 AND due IS NULL
    AND NOT EXISTS (SELECT FROM delivery AS d WHERE d.sms = sms.id AND d.state IN ('waiting', 'held'))
  ORDER BY created, hash LIMIT $3
) AS found ORDER BY created, id LIMIT $3
"""
_HAS_DELIVERIES = """
SELECT EXISTS (SELECT FROM delivery WHERE sms = ANY($1::bigint[]) AND state IN ('waiting', 'held'))
"""
_REMOVE = (
    """
    DELETE FROM attempt USING delivery
    WHERE attempt.delivery = delivery.id AND delivery.sms = ANY($1::bigint[])
    """,
    "DELETE FROM event USING delivery WHERE event.id = delivery.event AND delivery.sms = ANY($1::bigint[])",
    "DELETE FROM delivery WHERE sms = ANY($1::bigint[])",
    "DELETE FROM searchable WHERE id = ANY($1::bigint[])",
    "DELETE FROM sms WHERE id = ANY($1::bigint[]) RETURNING account",
)
_SET_OUTCOME = "UPDATE sms SET outcome = $3, due = $4 WHERE account = $1 AND hash = $2"
_USAGE = "SELECT pg_database_size(current_database()), count(*) FROM delivery WHERE due IS NOT NULL"
_TABLES = ("sms", "searchable", "event", "delivery", "attempt")
_ROWS_SIZE = "SELECT ({})::bigint".format(
    " + ".join(f"coalesce((SELECT sum(pg_column_size({each}.*)) FROM {each}), 0)" for each in _TABLES)  # noqa: S608
)
_PROBE = "UPDATE version SET number = number"
_PAUSE_S = 0.005


class PostgresqlStore:
    """Stores everything in the database of a URL; serves any event loop.

    What was committed survives as the server is set up; `durable` asks it to wait for its disk.

    Raises:
        StoreError: The database cannot be used.
    """

    kind = "postgresql"
    is_shared = True

    def __init__(self, url: str, *, durable: bool = False) -> None:
        self._database = Database(url, durable=durable)
        self.database = self._database.name
        self.exchange = PostgresqlExchange(self._database)
        self._database.open(self.exchange.open)
        self._inserter = Inserter(self._database, self.exchange)
        self.accounts = PostgresqlAccounts(self._database, self.exchange)
        self.outbox = PostgresqlOutbox(self._database, self.exchange)
        self.unsubscribed = PostgresqlUnsubscribed(self._database)
        self.transfer = PostgresqlTransfer(self._database, self.exchange)

    async def add(self, sms: NewSms, event: Event | None = None) -> int:
        """Add an SMS and maybe its event; return the number of deliveries after the commit."""
        if event is None:
            return await self._inserter.add(sms)
        return await self._database.thread.submit(partial(self._inserter.add_with_event, sms, event))

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Return one SMS of the account, or None."""
        row = await self._database.read(lambda at: at.fetchrow(_GET, account, sms_hash))
        return None if row is None else StoredSms(*row)

    async def read_list(self, wanted: SmsList, show: Callable[[StoredSms], bytes]) -> ListPart:
        """Return the next part of a list, as of one moment."""
        values = (wanted.account, wanted.direction, *wanted.after, wanted.last, wanted.limit)
        ((due, joined, place),) = await self._database.read(lambda at: at.fetch(_JOINED, *values))
        if due is not None and due <= wanted.now:
            rows = await self._database.read(lambda at: at.fetch(_EACH, *values))
            joined = b",".join([show(StoredSms(*row[1:])) for row in map(tuple, rows)])
            place = rows[-1][0] if len(rows) == wanted.limit else None
        if place is None:
            return ListPart(joined or b"", None)
        created, _, sms_hash = place.partition(" ")
        return ListPart(joined, (int(created), sms_hash))

    async def index(self) -> bool:
        """Make the next SMS searchable; return whether all are."""
        if await self._database.read(search.is_complete):
            return True
        return await self._database.write(search.extend)

    async def scan(self, scan: SmsScan, accept: Callable[[bytes], bool], limit: int, examined: int) -> Found:
        """Return up to `limit` searchable SMS whose JSON is accepted, newest first."""

        async def read(part: SmsScan, step: int) -> Candidates:
            return await self._database.read(partial(search.read_candidates, part, step))

        return await scan_in_chunks(read, scan, accept, limit, examined)

    async def ended(self, account: str, before: int, limit: int) -> list[SmsRow]:
        """Return the oldest SMS, created before a moment, that nothing more will happen to."""
        values = (account, before // SECOND_MS, limit)
        return [SmsRow(*row) for row in await self._database.read(lambda at: at.fetch(_ENDED, *values))]

    async def have_deliveries(self, numbers: Sequence[int]) -> bool:
        """Return whether a delivery of one of these SMS has not ended."""
        return bool(await self._database.read(lambda at: at.fetchval(_HAS_DELIVERIES, numbers)))

    async def remove(self, numbers: Sequence[int]) -> None:
        """Remove SMS by their numbers, with their deliveries."""

        async def remove(connection: Connection) -> set[str]:
            owners: set[str] = set()
            for statement in _REMOVE:
                owners = {row[0] for row in await connection.fetch(statement, numbers)}
            return owners

        for account in await self._database.write(remove):
            self.exchange.announce(Message("removed", account))

    async def row_of(self, account: str, sms_hash: str) -> int | None:
        """Return the number of an SMS, or None."""
        found: int | None = await self._database.read(lambda at: at.fetchval(_ROW_OF, account, sms_hash))
        return found

    async def advance(
        self, account: str, now: int, move: UpdateSms, limit: int, *, notify: bool
    ) -> AdvanceResult:
        """Update up to `limit` SMS that are due by `now` (milliseconds), and write their deliveries."""
        order = _AdvanceOrder(account, now, move, limit, notify, self.exchange.process)
        done = await self._database.write(partial(_advance, order))
        if done.is_heard:
            self.exchange.announce_events(account, done.notified)
        result = done.result
        if not done.moved and result.next_due is not None and result.next_due <= now:
            await asyncio.sleep(_PAUSE_S)  # another process is writing them
        return result

    async def set_outcome(self, account: str, sms_hash: str, outcome: str, due: int) -> None:
        """Set the outcome of an SMS, and when its next change is due (milliseconds)."""
        await self._database.write(lambda at: at.execute(_SET_OUTCOME, account, sms_hash, outcome, due))

    async def next_due(self, account: str) -> int | None:
        """Return when the next change of an SMS of the account is due."""
        found: int | None = await self._database.read(lambda at: at.fetchval(_NEXT_DUE, account))
        return found

    async def all_due(self) -> list[tuple[str, int]]:
        """Return the logins with changes to come, and when the first of each is due."""
        rows = await self._database.read(lambda at: at.fetch(_ALL_DUE))
        return [(login, due) for login, due in rows]

    async def usage(self) -> Usage:
        """Return how much is stored."""
        ((size, deliveries),) = await self._database.read(lambda at: at.fetch(_USAGE))
        return Usage(size, deliveries)

    async def size(self) -> int:
        """Return the bytes of the rows: the database has free space and old versions of rows in between."""
        found: int = await self._database.read(lambda at: at.fetchval(_ROWS_SIZE))
        return found

    async def shrink(self) -> bool:
        """Do nothing: autovacuum makes the space of removed rows free for others."""
        return False

    async def probe(self) -> None:
        """Write something that changes nothing; raise StoreError if that fails."""
        try:
            await self._database.write(lambda at: at.execute(_PROBE))
        except StoreError:
            raise
        except Exception as error:
            raise StoreError(address.explain(error)) from error

    def close(self) -> None:
        """Finish the work that was submitted, then close the connections."""
        self._database.close(self.exchange.close)


class _AdvanceOrder(NamedTuple):
    account: str
    now: int
    move: UpdateSms
    limit: int
    notify: bool
    process: int


class _Advanced(NamedTuple):
    """The result of an advance, how many SMS it has moved, and the events for other processes."""

    result: AdvanceResult
    moved: int
    is_heard: bool
    notified: list[tuple[Notification, bytes]]


async def _advance(order: _AdvanceOrder, connection: Connection) -> _Advanced:
    account = order.account
    rows = await connection.fetch(_DUE, account, order.now, order.limit)
    is_heard = bool(rows) and bool(await connection.fetchval(_IS_HEARD, account, order.process))
    wants_all = order.notify or is_heard
    notified: list[tuple[Notification, bytes]] = []
    deliveries = 0
    if rows:
        hooks = await events.subscribers(connection, account, STATUS_UPDATE)
        updates: list[tuple[int, bytes, int | None]] = []
        batches: list[events.EventBatch] = []
        for sms in [DueSms(*row) for row in rows]:
            own = hooks if sms.webhook is None else [*hooks, events.own_subscriber(sms.webhook)]
            update = order.move(sms, order.now, bool(own) or wants_all)
            updates.append((sms.id, update.tail, update.due))
            if own:
                batches.append(events.EventBatch(sms.id, own, update.events))
            if wants_all:
                notified += [
                    (
                        Notification(STATUS_UPDATE, sms.hash, event.at, sms.head + event.tail, sms.id),
                        event.tail,
                    )
                    for event in update.events
                ]
        await connection.execute(_UPDATE, *zip(*updates, strict=True))
        await search.set_statuses(connection, [update[:2] for update in updates])
        deliveries = await events.add_events(connection, account, STATUS_UPDATE, batches)
    next_due, next_hooked = await connection.fetchrow(_NEXT, account) or (None, None)
    found = [each for each, _ in notified] if order.notify else []
    return _Advanced(AdvanceResult(next_due, next_hooked, deliveries, found), len(rows), is_heard, notified)
