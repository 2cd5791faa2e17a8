"""Accounts in an SQLite database."""

import builtins
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from callr_sms_emulator._sms import STATUS_UPDATE
from callr_sms_emulator._storage.sqlite import search
from callr_sms_emulator._storage.sqlite.connections import Database
from callr_sms_emulator._storage.store import StoredAccount

_SELECT = f"""
SELECT login, password, state,
  EXISTS (SELECT 1 FROM subscription WHERE account = login AND instr(types, '{STATUS_UPDATE}'))
FROM account
"""  # noqa: S608 - of a constant
_GET = f"{_SELECT} WHERE login = ?"
_LIST = f"{_SELECT} ORDER BY login"
_ADD = "INSERT OR IGNORE INTO account (login, password, state) VALUES (?, ?, CAST(? AS TEXT))"
_SET_STATE = "UPDATE account SET state = CAST(? AS TEXT) WHERE login = ?"
_COUNT = "SELECT count(*) FROM sms WHERE account = ?"
_EMPTY = (
    "DELETE FROM attempt WHERE delivery IN (SELECT id FROM delivery WHERE account = ?)",
    "DELETE FROM event WHERE id IN (SELECT event FROM delivery WHERE account = ?)",
    "DELETE FROM delivery WHERE account = ?",
    "DELETE FROM subscription WHERE account = ?",
    "DELETE FROM unsubscribed WHERE account = ?",
    "DELETE FROM sms WHERE account = ?",
)
_REMOVE = "DELETE FROM account WHERE login = ?"


@dataclass
class SqliteAccounts:
    """Stores accounts in the database of a store."""

    _database: Database

    async def get(self, login: str) -> StoredAccount | None:
        """Return one account, or None."""
        return self._database.read_now(partial(_get, login))

    async def add(self, account: StoredAccount) -> StoredAccount:
        """Add an account, unless one has its login; return the one that is stored."""

        def add(connection: sqlite3.Connection) -> StoredAccount:
            connection.execute(_ADD, account[:3])
            return _get(account.login, connection) or account

        return await self._database.write_atomically(add)

    async def change(self, login: str, change: Callable[[bytes], bytes]) -> StoredAccount | None:
        """Replace the state of an account by what `change` returns for it, in one transaction."""

        def rewrite(connection: sqlite3.Connection) -> StoredAccount | None:
            found = _get(login, connection)
            if found is None:
                return None
            changed = found._replace(state=change(found.state))
            connection.execute(_SET_STATE, (changed.state, login))
            return changed

        return await self._database.write_atomically(rewrite)

    async def list_all(self) -> builtins.list[StoredAccount]:
        """Return all accounts, ordered by login."""
        return await self._database.read(lambda at: [_account(row) for row in at.execute(_LIST)])

    async def remove(self, login: str) -> None:
        """Remove an account and all that it has."""

        def remove(connection: sqlite3.Connection) -> None:
            search.forget_account(connection, login)
            for statement in (*_EMPTY, _REMOVE):
                connection.execute(statement, (login,))

        await self._database.write_atomically(remove)

    async def empty(self, login: str, state: bytes) -> None:
        """Remove all that an account has, and replace its state."""

        def empty(connection: sqlite3.Connection) -> None:
            search.forget_account(connection, login)
            for statement in _EMPTY:
                connection.execute(statement, (login,))
            connection.execute(_SET_STATE, (state, login))

        await self._database.write_atomically(empty)

    async def count(self, login: str) -> int:
        """Return how many SMS an account has."""
        found: int = await self._database.read(lambda at: at.execute(_COUNT, (login,)).fetchone()[0])
        return found


def _account(row: tuple[bytes, bytes | None, bytes, int]) -> StoredAccount:
    login, password, state, hooked = row
    return StoredAccount(login.decode(), None if password is None else password.decode(), state, bool(hooked))


def _get(login: str, connection: sqlite3.Connection) -> StoredAccount | None:
    row = connection.execute(_GET, (login,)).fetchone()
    return None if row is None else _account(row)
