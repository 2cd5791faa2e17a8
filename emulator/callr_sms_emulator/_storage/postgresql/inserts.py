"""New SMS: all that arrive during a commit are written together by the next statement."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import CREATED, INCOMING, NewSms, Notification
from callr_sms_emulator._storage.postgresql import events
from callr_sms_emulator._storage.postgresql.loop_thread import hand_over
from callr_sms_emulator._storage.postgresql.schema import LOCKS
from callr_sms_emulator._storage.store import HashTakenError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator._sms import Event
    from callr_sms_emulator._storage.postgresql.connections import Database
    from callr_sms_emulator._storage.postgresql.driver import Connection
    from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange

SECOND_MS = 1000
"""The column `created` is in whole seconds, all other times are in milliseconds."""

_MAX_BATCH = 512
_ADDING = 2
# With the lock, numbers become visible in their order: no SMS comes below one that was seen. Searches rely on
# that, and so does `after`.
_INSERT = f"""
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({LOCKS}, {_ADDING}))
INSERT INTO sms (hash, account, direction, created, due, head, tail, outcome, webhook)
SELECT hash, account, direction, created, due, convert_from(head, 'UTF8'), convert_from(tail, 'UTF8'),
  outcome, convert_from(webhook, 'UTF8')
FROM turn CROSS JOIN unnest(
  $1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], $8::text[],
  $9::bytea[]
) WITH ORDINALITY AS added (hash, account, direction, created, due, head, tail, outcome, webhook, place)
ORDER BY place
ON CONFLICT (account, hash) DO NOTHING
RETURNING account, hash, id,
  EXISTS (SELECT FROM hearing WHERE hearing.account = sms.account AND hearing.process <> $10)
"""  # noqa: S608 - of constants
_CREATED = NewSms._fields.index("created")


class _Job(NamedTuple):
    sms: NewSms
    future: asyncio.Future[int]
    caller: asyncio.AbstractEventLoop


class Inserted(NamedTuple):
    """The number of a new SMS, and whether another process hears its account."""

    id: int
    is_heard: bool


class Inserter:
    """Adds SMS in batches, in the thread of the store."""

    def __init__(self, database: Database, exchange: PostgresqlExchange) -> None:
        self._database = database
        self._exchange = exchange
        self._queue: deque[_Job] = deque()
        self._is_woken = False
        self._is_serving = False

    def add(self, sms: NewSms) -> asyncio.Future[int]:
        """Add an SMS without an event; the future is done once it is committed."""
        self._database.thread.check()
        caller = asyncio.get_running_loop()
        future: asyncio.Future[int] = caller.create_future()
        self._queue.append(_Job(sms, future, caller))
        if not self._is_woken:
            self._is_woken = True
            self._database.thread.loop.call_soon_threadsafe(self._wake)
        return future

    def _wake(self) -> None:
        self._is_woken = False
        if self._queue and not self._is_serving:
            self._is_serving = True
            self._database.thread.start(self._serve())

    async def _serve(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), _MAX_BATCH))]
                await self._commit(batch)
        finally:
            self._is_serving = False

    async def _commit(self, batch: Sequence[_Job]) -> None:
        loop = self._database.thread.loop
        done: list[tuple[asyncio.Future[int], asyncio.Future[int]]] = []
        found: Sequence[Inserted | Exception]
        try:
            async with self._database.connection() as connection:
                found = await insert([job.sms for job in batch], self._exchange.process, connection)
        except Exception as error:  # noqa: BLE001 - it is raised where each of these is awaited
            if len(batch) > 1 and not isinstance(error, StoreUnreachableError):
                for job in batch:  # one of them cannot be stored: the others can
                    await self._commit([job])
                return
            found = [error] * len(batch)
        for job, result in zip(batch, found, strict=True):
            ended: asyncio.Future[int] = loop.create_future()
            if isinstance(result, Exception):
                ended.set_exception(result)
            else:
                ended.set_result(0)
            done.append((job.future, ended))
        self._announce(batch, found)
        for caller in {job.caller for job in batch}:
            hand_over(caller, [each for job, each in zip(batch, done, strict=True) if job.caller is caller])

    def _announce(self, batch: Sequence[_Job], found: Sequence[Inserted | Exception]) -> None:
        heard: dict[str, list[tuple[Notification, bytes]]] = {}
        for (sms, *_), result in zip(batch, found, strict=True):
            if isinstance(result, Inserted) and result.is_heard:
                made = Notification(CREATED, sms.hash, sms.created, b"", result.id)
                heard.setdefault(sms.account, []).append((made, sms.tail))
        for account, made_events in heard.items():
            self._exchange.announce_events(account, made_events)

    async def add_with_event(self, sms: NewSms, event: Event) -> int:
        """Add an SMS and its event; return the number of deliveries after the commit."""

        async def insert_both(connection: Connection) -> tuple[Inserted, int]:
            (found,) = await insert([sms], self._exchange.process, connection)
            if isinstance(found, Exception):
                raise found
            hooks = await events.subscribers(connection, sms.account, INCOMING)
            batches = [events.EventBatch(found.id, hooks, [event])] if hooks else []
            return found, await events.add_events(connection, sms.account, INCOMING, batches)

        inserted, deliveries = await self._database.write_here(insert_both)
        if inserted.is_heard:
            made = Notification(INCOMING, sms.hash, event.at, b"", inserted.id)
            self._exchange.announce_events(sms.account, [(made, event.tail)])
        return deliveries


async def insert(
    added: Sequence[NewSms], process: int, connection: Connection
) -> list[Inserted | HashTakenError]:
    """Add SMS in their order; return for each its number, or an error where its hash is taken."""
    columns = [*zip(*added, strict=True)]
    columns[_CREATED] = tuple(moment // SECOND_MS for moment in columns[_CREATED])
    rows = await connection.fetch(_INSERT, *columns, process)
    numbers = {(account, sms_hash): Inserted(number, heard) for account, sms_hash, number, heard in rows}
    found: list[Inserted | HashTakenError] = []
    for sms in added:
        number = numbers.pop((sms.account, sms.hash), None)  # of two with one hash, the first was added
        found.append(HashTakenError() if number is None else number)
    return found
