"""The store of a simulation: SQLite in memory, which several processes use one statement at a time.

Deliveries are read by the statements of the SQLite store. Claims, leases and the results of attempts are
those of the PostgreSQL store, statements and code: SQLite runs them after some words were replaced.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from callr_sms_emulator._storage.postgresql import exchange, outbox
from callr_sms_emulator._storage.postgresql.outbox import PostgresqlOutbox
from callr_sms_emulator._storage.sqlite.schema import prepare
from callr_sms_emulator._storage.store import StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Coroutine

    from callr_sms_emulator._storage.outbox import DeliveryChain, DueQuery, Receiver
    from callr_sms_emulator._storage.sqlite.outbox import SqliteOutbox
    from tests.emulator.webhooks.simulation.virtual_loop import VirtualLoop

T = TypeVar("T")

COMMAND_S = 15.0
"""How long a process waits for a store that hangs, as with PostgreSQL."""

_CLAIMS = """
CREATE TABLE process (id INTEGER PRIMARY KEY AUTOINCREMENT, expires REAL NOT NULL);
CREATE TABLE claim (
  account TEXT, receiver TEXT, process INTEGER NOT NULL REFERENCES process ON DELETE CASCADE,
  PRIMARY KEY (account, receiver)
);
PRAGMA foreign_keys = ON;
"""


@lru_cache(maxsize=1)
def _empty() -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.text_factory = bytes
    prepare(connection, ":memory:", durable=False)
    connection.executescript(_CLAIMS)
    return connection.serialize()


class Storage:
    """What all processes share: the tables, who holds the delivery lock, and who listens."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.sqlite = sqlite3.connect(":memory:", isolation_level=None)
        self.sqlite.text_factory = bytes
        self.sqlite.deserialize(_empty())
        self.sqlite.execute("PRAGMA foreign_keys = ON")
        self.sqlite.create_function("now", 0, seconds)
        self.lock_holder: object = None
        self.listeners: list[Statements] = []

    def atomically(self, work: Callable[[], T]) -> T:
        """Do `work` in a transaction."""
        self.sqlite.execute("BEGIN")
        try:
            found = work()
        except BaseException:
            self.sqlite.execute("ROLLBACK")
            raise
        self.sqlite.execute("COMMIT")
        return found

    def close(self) -> None:
        """Forget everything."""
        self.listeners.clear()
        self.sqlite.close()


class Port:
    """The way of one process to the store. `mode` says what is wrong with it.

    - `works`: nothing.
    - `fails`: nothing is done.
    - `loses answers`: it is done, but the process gets an error.
    - `hangs`: nothing is done until it works again, or the process has waited for too long.
    """

    def __init__(self, storage: Storage, loop: VirtualLoop) -> None:
        self.storage = storage
        self.loop = loop
        self.mode = "works"
        self.is_dead = False

    def submit(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Do `work` in a transaction, even if nobody waits for its end any more."""
        if self.is_dead:  # what is left of a process that was killed is thrown away
            raise StoreUnreachableError("the process is dead")
        return asyncio.shield(self.loop.create_task(self.perform(work)))

    async def perform(self, work: Callable[[], T]) -> T:
        """Do `work` in a transaction; a process can die before it and after it."""
        await asyncio.sleep(0)
        await self._reach()
        found = self.storage.atomically(work)
        if self.mode == "loses answers":
            raise StoreUnreachableError("the connection was lost after the commit")
        await asyncio.sleep(0)
        return found

    async def _reach(self) -> None:
        until = self.loop.time() + COMMAND_S
        while self.mode == "hangs" and self.loop.time() < until:  # noqa: ASYNC110 - of virtual time
            await asyncio.sleep(0.5)
        if self.mode in {"fails", "hangs"} or self.is_dead:
            raise StoreUnreachableError("the store does not respond")


class SqliteDatabase:
    """What `SqliteOutbox` expects of its database."""

    name = ":memory:"

    def __init__(self, port: Port) -> None:
        self._port = port

    def write_atomically(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        return self._port.submit(lambda: work(self._port.storage.sqlite))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self.write_atomically(work)

    def check_files(self) -> None:
        """Find nothing wrong."""


class SharedLock:
    """The delivery lock: free again when its process is dead."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def acquire(self) -> bool:
        storage = self._port.storage
        if storage.lock_holder is None:
            storage.lock_holder = self._port
        return storage.lock_holder is self._port

    def release(self) -> None:
        if self._port.storage.lock_holder is self._port:
            self._port.storage.lock_holder = None


class PostgresqlDatabase:
    """What `PostgresqlOutbox` and `PostgresqlExchange` expect of a database; it is its own thread."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._statements = Statements(port)
        self.thread = self
        self.loop = port.loop

    def write(self, work: Callable[[Statements], Coroutine[Any, Any, T]]) -> asyncio.Future[T]:
        return self._port.submit(lambda: _drive(work(self._statements)))

    async def write_here(self, work: Callable[[Statements], Coroutine[Any, Any, T]]) -> T:
        return await self.write(work)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Statements]:
        await self._port.perform(lambda: None)
        yield self._statements

    async def connect(self) -> Statements:
        await self._port.perform(lambda: None)
        return Statements(self._port)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin; what fails is tried again by the keeper of the lease."""
        self.loop.create_task(work).add_done_callback(lambda done: done.cancelled() or done.exception())


class Statements:
    """A connection of asyncpg's, as far as the claims, the leases and the messages of processes need one."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self._on_message: Callable[[Any, int, str, str], object] | None = None

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        if query == exchange._NOTIFY:
            self._notify(*values)
            return []
        if "hearing" in query:  # nobody listens to events
            return []
        encoded = [
            msgspec.json.encode(each).decode() if isinstance(each, list | tuple) else each for each in values
        ]
        sqlite = self.port.storage.sqlite
        if query != outbox._RELEASE:
            return sqlite.execute(_translate(query), encoded).fetchall()
        find = query.partition("UPDATE delivery")[0] + "SELECT place, due, id FROM released"  # noqa: S608 - of a constant
        rows = sqlite.execute(_translate(find), encoded).fetchall()
        change = "UPDATE delivery SET state = 'waiting', due = ? WHERE id = ?"
        sqlite.executemany(change, [row[1:] for row in rows])
        return [row[:2] for row in rows]

    async def execute(self, query: str, *values: Any) -> None:
        await self.fetch(query, *values)

    async def fetchval(self, query: str, *values: Any) -> Any:
        rows = await self.fetch(query, *values)
        return rows[0][0] if rows else None

    async def add_listener(self, _channel: str, callback: Callable[[Any, int, str, str], object]) -> None:
        self._on_message = callback
        self.port.storage.listeners.append(self)

    def _notify(self, channel: str, payloads: list[str]) -> None:
        for each in self.port.storage.listeners:
            if each.port.mode == "works" and each._on_message is not None:
                for payload in payloads:
                    each.port.loop.call_soon(each._on_message, each, 0, channel, payload)

    def is_closed(self) -> bool:
        if self.port.mode in {"fails", "loses answers"}:
            self.terminate()
        return self not in self.port.storage.listeners

    def terminate(self) -> None:
        if self in self.port.storage.listeners:
            self.port.storage.listeners.remove(self)


class ClaimedOutbox(PostgresqlOutbox):
    """An outbox that claims and writes as the PostgreSQL store does, and reads as the SQLite store does."""

    def __init__(self, deliveries: SqliteOutbox, database: Any, exchanged: Any) -> None:
        super().__init__(database, exchanged)
        self._deliveries = deliveries

    async def receivers(self, account: str, now: int) -> list[Receiver]:
        return await self._deliveries.receivers(account, now)

    async def waiting_accounts(self) -> list[str]:
        return await self._deliveries.waiting_accounts()

    async def due(self, search: DueQuery, known: Collection[int]) -> list[DeliveryChain]:
        return await self._deliveries.due(search, known)


def _drive(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # its result
    raise AssertionError("a statement waited for something")


_ROWS = re.compile(r"unnest\(((?:\$\d::\w+\[\](?:, )?)+)\)(\s+WITH ORDINALITY)? AS (\w+) \(([\w, ]+)\)")


@lru_cache
def _translate(query: str) -> str:
    """Return a statement of PostgreSQL's in the words of SQLite; arrays are JSON."""
    query = _ROWS.sub(_rows, query).replace("interval '1 minute'", "60").replace("greatest(", "max(")
    query = query.replace("SELECT FROM", "SELECT 1 FROM").replace("FOR NO KEY UPDATE", "")
    query = re.sub(r"convert_from\(([\w.]+), 'UTF8'\)", r"\1", query)
    query = re.sub(r"interval '(\d+) s'", r"\1", query)
    query = re.sub(r"= ANY\((\$\d)::\w+\[\]\)", r"IN (SELECT value FROM json_each(\1))", query)
    return re.sub(r"\$(\d)", r"?\1", query)


def _rows(found: re.Match[str]) -> str:
    """Return a table with a column for each array, and maybe one for the place of a row."""
    arrays = re.findall(r"\$\d", found[1])
    columns = found[4].split(", ")
    values = [f"j{array[1:]}.value AS {column}" for array, column in zip(arrays, columns, strict=False)]
    if found[2]:
        values.append(f"j1.key AS {columns[-1]}")
    first, *others = [f"json_each({array}) AS j{array[1:]}" for array in arrays]
    joined = [f"JOIN {other} ON {other.split()[-1]}.key = j1.key" for other in others]
    return f"(SELECT {', '.join(values)} FROM {' '.join([first, *joined])}) AS {found[3]}"  # noqa: S608 - of a constant
