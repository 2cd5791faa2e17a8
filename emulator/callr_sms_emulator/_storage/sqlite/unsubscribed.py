"""The numbers that want no marketing of an account, in an SQLite database."""

import sqlite3
from dataclasses import dataclass

from callr_sms_emulator._storage.sqlite.connections import Database
from callr_sms_emulator._storage.store import Unsubscribed

_ADD = "INSERT OR IGNORE INTO unsubscribed (account, number, at) VALUES (?, ?, ?)"
_REMOVE = "DELETE FROM unsubscribed WHERE account = ? AND number = ?"
_GET = "SELECT number, at FROM unsubscribed WHERE account = ? AND number = ?"
_FIND = "SELECT number, at FROM unsubscribed WHERE account = ? AND number > ? ORDER BY number LIMIT ?"


@dataclass
class SqliteUnsubscribed:
    """Stores numbers in the database of a store."""

    _database: Database

    async def add(self, account: str, found: Unsubscribed) -> Unsubscribed:
        """Add a number, unless it is there already; return what is stored."""

        def add(connection: sqlite3.Connection) -> Unsubscribed:
            insert_unsubscribed(account, found, connection)
            return read_unsubscribed(connection.execute(_GET, (account, found.number)).fetchone())

        return await self._database.write_atomically(add)

    async def remove(self, account: str, number: str) -> bool:
        """Remove a number; return whether it was there."""
        removed = await self._database.write(lambda at: at.execute(_REMOVE, (account, number)).rowcount)
        return removed > 0

    async def has(self, account: str, number: str) -> bool:
        """Return whether a number is there."""
        return self._database.read_now(lambda at: at.execute(_GET, (account, number)).fetchone()) is not None

    async def find(self, account: str, after: str, limit: int) -> list[Unsubscribed]:
        """Return up to `limit` numbers that sort behind `after`."""
        rows = await self._database.read(lambda at: at.execute(_FIND, (account, after, limit)).fetchall())
        return [read_unsubscribed(row) for row in rows]


def insert_unsubscribed(account: str, found: Unsubscribed, connection: sqlite3.Connection) -> bool:
    """Add a number; return whether it was not there."""
    return connection.execute(_ADD, (account, *found)).rowcount > 0


def read_unsubscribed(row: tuple[bytes, int]) -> Unsubscribed:
    """Return the number of a row."""
    return Unsubscribed(row[0].decode(), row[1])
