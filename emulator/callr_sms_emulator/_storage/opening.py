"""Which store a database has: SQLite, unless its name is the URL of a PostgreSQL database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callr_sms_emulator._storage.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

    from callr_sms_emulator._storage.store import Store

_POSTGRESQL = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)


def open_store(database: str | Path, *, durable: bool = False) -> Store:
    """Open the store of a database; close it at the end.

    Args:
        database: The path of an SQLite file, `:memory:`, or `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`.
        durable: Wait for the disk at each commit.

    Raises:
        StoreError: The database cannot be used; the message says why and what to do.
    """
    name = str(database)
    if not _POSTGRESQL.match(name):
        return SqliteStore(name, durable=durable)
    from callr_sms_emulator._storage.postgresql.store import PostgresqlStore  # noqa: PLC0415 - an extra

    return PostgresqlStore(name, durable=durable)
