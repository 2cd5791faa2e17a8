"""The numbers that want no marketing of an account, in a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callr_sms_emulator._storage.store import Unsubscribed

if TYPE_CHECKING:
    from callr_sms_emulator._storage.postgresql.connections import Database
    from callr_sms_emulator._storage.postgresql.driver import Connection

_ADD = """
INSERT INTO unsubscribed (account, number, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING number
"""
_REMOVE = "DELETE FROM unsubscribed WHERE account = $1 AND number = $2 RETURNING number"
_GET = "SELECT number, at FROM unsubscribed WHERE account = $1 AND number = $2"
_FIND = "SELECT number, at FROM unsubscribed WHERE account = $1 AND number > $2 ORDER BY number LIMIT $3"


@dataclass
class PostgresqlUnsubscribed:
    """Stores numbers in the database of a store."""

    _database: Database

    async def add(self, account: str, found: Unsubscribed) -> Unsubscribed:
        """Add a number, unless it is there already; return what is stored."""

        async def add(connection: Connection) -> Unsubscribed:
            await insert_unsubscribed(account, found, connection)
            row = await connection.fetchrow(_GET, account, found.number)
            return found if row is None else Unsubscribed(*row)

        return await self._database.write(add)

    async def remove(self, account: str, number: str) -> bool:
        """Remove a number; return whether it was there."""
        return await self._database.write(lambda at: at.fetchval(_REMOVE, account, number)) is not None

    async def has(self, account: str, number: str) -> bool:
        """Return whether a number is there."""
        return await self._database.read(lambda at: at.fetchval(_GET, account, number)) is not None

    async def find(self, account: str, after: str, limit: int) -> list[Unsubscribed]:
        """Return up to `limit` numbers that sort behind `after`."""
        rows = await self._database.read(lambda at: at.fetch(_FIND, account, after, limit))
        return [Unsubscribed(*row) for row in rows]


async def insert_unsubscribed(account: str, found: Unsubscribed, connection: Connection) -> bool:
    """Add a number; return whether it was not there."""
    return await connection.fetchval(_ADD, account, *found) is not None
