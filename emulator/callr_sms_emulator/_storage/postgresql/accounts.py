"""Accounts in a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callr_sms_emulator._sms import STATUS_UPDATE
from callr_sms_emulator._storage.exchange import Message
from callr_sms_emulator._storage.store import StoredAccount

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable

    from callr_sms_emulator._storage.postgresql.connections import Database
    from callr_sms_emulator._storage.postgresql.driver import Connection, Row
    from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange

_SELECT = f"""
SELECT login, password, convert_to(state, 'UTF8'),
  EXISTS (SELECT FROM subscription WHERE account = login AND strpos(types, '{STATUS_UPDATE}') > 0),
  EXISTS (SELECT FROM hearing WHERE account = login AND process <> $1)
FROM account
"""  # noqa: S608 - of a constant
_GET = f"{_SELECT} WHERE login = $2"
_GET_LOCKED = f"{_GET} FOR UPDATE"
_LIST = f"{_SELECT} ORDER BY login"
_ADD = """
INSERT INTO account (login, password, state) VALUES ($1, $2, convert_from($3, 'UTF8')) ON CONFLICT DO NOTHING
"""
_SET_STATE = "UPDATE account SET state = convert_from($1, 'UTF8') WHERE login = $2"
_COUNT = "SELECT count(*) FROM sms WHERE account = $1"
_EMPTY = (
    "DELETE FROM attempt USING delivery WHERE attempt.delivery = delivery.id AND delivery.account = $1",
    "DELETE FROM event USING delivery WHERE event.id = delivery.event AND delivery.account = $1",
    "DELETE FROM delivery WHERE account = $1",
    "DELETE FROM subscription WHERE account = $1",
    "DELETE FROM unsubscribed WHERE account = $1",
    "DELETE FROM searchable WHERE account = $1",
    "DELETE FROM sms WHERE account = $1",
)
_REMOVE = "DELETE FROM account WHERE login = $1"


@dataclass
class PostgresqlAccounts:
    """Stores accounts in the database of a store; the other processes are notified of each change."""

    _database: Database
    _exchange: PostgresqlExchange

    async def get(self, login: str) -> StoredAccount | None:
        """Return one account, or None."""
        row = await self._database.read(lambda at: at.fetchrow(_GET, self._exchange.process, login))
        return None if row is None else _account(row)

    async def add(self, account: StoredAccount) -> StoredAccount:
        """Add an account, unless one has its login; return the one that is stored."""

        async def add(connection: Connection) -> StoredAccount:
            await connection.execute(_ADD, *account[:3])
            row = await connection.fetchrow(_GET, self._exchange.process, account.login)
            return account if row is None else _account(row)

        return await self._database.write(add)

    async def change(self, login: str, change: Callable[[bytes], bytes]) -> StoredAccount | None:
        """Replace the state of an account by what `change` returns for it, in one transaction."""

        async def rewrite(connection: Connection) -> StoredAccount | None:
            row = await connection.fetchrow(_GET_LOCKED, self._exchange.process, login)
            if row is None:
                return None
            found = _account(row)
            changed = found._replace(state=change(found.state))
            await connection.execute(_SET_STATE, changed.state, login)
            return changed

        result = await self._database.write(rewrite)
        self._exchange.announce(Message("account", login))
        return result

    async def list_all(self) -> builtins.list[StoredAccount]:
        """Return all accounts, ordered by login."""
        return [
            _account(row)
            for row in await self._database.read(lambda at: at.fetch(_LIST, self._exchange.process))
        ]

    async def remove(self, login: str) -> None:
        """Remove an account and all that it has."""

        async def remove(connection: Connection) -> None:
            for statement in (*_EMPTY, _REMOVE):
                await connection.execute(statement, login)

        await self._database.write(remove)
        self._exchange.announce(Message("removed", login))

    async def empty(self, login: str, state: bytes) -> None:
        """Remove all that an account has, and replace its state."""

        async def empty(connection: Connection) -> None:
            for statement in _EMPTY:
                await connection.execute(statement, login)
            await connection.execute(_SET_STATE, state, login)

        await self._database.write(empty)
        self._exchange.announce(Message("removed", login))

    async def count(self, login: str) -> int:
        """Return how many SMS an account has."""
        found: int = await self._database.read(lambda at: at.fetchval(_COUNT, login))
        return found


def _account(row: Row) -> StoredAccount:
    return StoredAccount(*row)
