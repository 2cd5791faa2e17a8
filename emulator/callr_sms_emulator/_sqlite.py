"""The store in an SQLite file (WAL), or in memory."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from callr_sms_emulator._message import Direction
from callr_sms_emulator._store import HashTakenError, Move, NewSms, StoredSms, StoreError
from callr_sms_emulator._writer import Writer

MEMORY = ":memory:"

_SCHEMA_VERSION = 1
# "CSMS": tells our files from any other SQLite database (PRAGMA application_id).
_APPLICATION_ID = 0x43534D53
# 16 MB of log: pages that many commits touch go to the database, and to the disk, once for all of them.
_CHECKPOINT_PAGES = 4000

_SCHEMA = (
    """
    CREATE TABLE sms (
      id INTEGER PRIMARY KEY,
      hash TEXT NOT NULL UNIQUE,
      account TEXT NOT NULL,
      direction TEXT NOT NULL,
      created INTEGER NOT NULL,  -- seconds since 1970
      due INTEGER,               -- milliseconds since 1970 of the next change of status
      head TEXT NOT NULL,        -- head || tail is the JSON of the SMS
      tail TEXT NOT NULL
    )
    """,
    "CREATE INDEX sms_by_creation ON sms (account, direction, created, hash)",
    "CREATE INDEX sms_by_due ON sms (due) WHERE due IS NOT NULL",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_SCHEMA_VERSION}",
)

# The JSON is bound as bytes and kept as text: no decoding on our side, yet readable with any SQLite tool.
_INSERT = """
INSERT INTO sms (hash, account, direction, created, due, head, tail)
VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))
"""
_GET = "SELECT head, tail, due FROM sms WHERE hash = ? AND account = ?"
_FIND = """
SELECT head, tail, due FROM sms
WHERE account = ? AND direction = ? AND created BETWEEN ? AND ? ORDER BY created, hash
"""
_DUE = "SELECT id, due, tail FROM sms WHERE due <= ? ORDER BY due LIMIT ?"
_MOVE = "UPDATE sms SET tail = CAST(? AS TEXT), due = ? WHERE id = ?"
_NEXT_DUE = "SELECT min(due) FROM sms WHERE due IS NOT NULL"


class SqliteStore:
    """Keeps SMS in the file `database`, or in memory for `":memory:"`; serves one event loop.

    A file survives the end of the process in any way. It survives the end of the computer without losing
    an answered SMS only when `durable`, at the price of waiting for the disk at each commit.

    Raises:
        StoreError: The file cannot be used.
    """

    def __init__(self, database: str | Path, *, durable: bool = False) -> None:
        self.database = str(database)
        self._durable = durable
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            message = f"cannot use the database {self.database}: {error}"
            raise StoreError(message) from error

    def _open(self) -> None:
        self._connections: list[sqlite3.Connection] = []
        write_lock = threading.Lock()
        writing = self._connect()
        try:
            self._prepare(writing)
        except BaseException:
            writing.close()
            raise
        if self.database == MEMORY:
            # There is only one connection to a private memory: everybody shares it, one at a time.
            self._get_from = self._find_from = (writing, write_lock)
        else:
            self._get_from = (self._connect(), threading.Lock())
            self._find_from = (self._connect(), threading.Lock())
        self._writer = Writer(writing, write_lock)
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="callr-sms-reader")

    def _connect(self) -> sqlite3.Connection:
        if self.database != MEMORY:
            # SMS are private: the folder that we make is the user's own.
            Path(self.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self.database, timeout=5, isolation_level=None, check_same_thread=False)
        connection.text_factory = bytes
        self._connections.append(connection)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # In a transaction, so that of two emulators that start on a new file one makes the schema.
        connection.execute("BEGIN IMMEDIATE")
        self._check_version(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")

    def _check_version(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
        elif application != _APPLICATION_ID:
            message = (
                f"{self.database} is an SQLite database of another program: expected a new file or our own"
            )
            raise StoreError(message)
        elif version != _SCHEMA_VERSION:
            message = (
                f"{self.database} has schema version {version}, this emulator knows {_SCHEMA_VERSION}: "
                "expected a newer emulator, or another --database"
            )
            raise StoreError(message)

    async def add(self, sms: NewSms) -> None:
        """Keep a new SMS; return after the commit."""
        await self._writer.submit(partial(_insert, sms))

    async def get(self, account: str, sms_hash: str) -> StoredSms | None:
        """Give one SMS of the account, or None."""
        connection, lock = self._get_from
        with lock:  # a few microseconds: cheaper in the event loop than through another thread
            row = connection.execute(_GET, (sms_hash, account)).fetchone()
        return None if row is None else StoredSms._make(row)

    async def find(self, account: str, direction: Direction, first: int, last: int) -> list[StoredSms]:
        """Give those created from `first` to `last` (seconds, both included), in order."""
        search = partial(_find, *self._find_from, (account, direction, first, last))
        return await asyncio.get_running_loop().run_in_executor(self._readers, search)

    async def advance(self, now: int, move: Move, limit: int) -> int | None:
        """Move on up to `limit` SMS that are due by `now` (milliseconds); tell the next due moment."""
        return await self._writer.submit(partial(_advance, now, move, limit))

    def close(self) -> None:
        """Finish what was asked for, then close the file."""
        self._writer.close()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()


def _insert(sms: NewSms, connection: sqlite3.Connection) -> None:
    try:
        connection.execute(_INSERT, sms)
    except sqlite3.IntegrityError as error:
        raise HashTakenError from error


def _find(
    connection: sqlite3.Connection, lock: threading.Lock, search: tuple[str, str, int, int]
) -> list[StoredSms]:
    with lock:
        return [StoredSms._make(row) for row in connection.execute(_FIND, search)]


def _advance(now: int, move: Move, limit: int, connection: sqlite3.Connection) -> int | None:
    connection.execute("SAVEPOINT advance")
    try:
        rows = connection.execute(_DUE, (now, limit)).fetchall()
        moved = [(*move(tail, due, now), identity) for identity, due, tail in rows]
        connection.executemany(_MOVE, moved)
        next_due: int | None = connection.execute(_NEXT_DUE).fetchone()[0]
    except BaseException:
        connection.execute("ROLLBACK TO advance")
        raise
    finally:
        connection.execute("RELEASE advance")
    return next_due
