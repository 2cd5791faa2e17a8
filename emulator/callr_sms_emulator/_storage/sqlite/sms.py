"""The rows of SMS in an SQLite database: add one, or search those of an account, newest first."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial

from callr_sms_emulator._sms import NewSms, SmsRow, SmsScan
from callr_sms_emulator._storage.sqlite.connections import Database
from callr_sms_emulator._storage.store import HashTakenError

# Rows at a time: between them, other readers have the connection.
_CHUNK = 500

_SELECT = """
SELECT id, head, tail FROM sms WHERE account = ? AND id > ? AND id < ?{more} ORDER BY id DESC LIMIT ?
"""
_CONTAINS = " AND instr(head, CAST(? AS TEXT))"
_ROW_OF = "SELECT id FROM sms WHERE hash = ? AND account = ?"


async def scan(
    database: Database, scan: SmsScan, accept: Callable[[bytes], bool], limit: int
) -> list[SmsRow]:
    """Return up to `limit` of the SMS that are accepted."""
    found: list[SmsRow] = []
    below = scan.below
    while len(found) < limit:
        rows = await database.read(partial(_read, scan, below))
        found += await asyncio.to_thread(_keep, rows, accept, limit - len(found))
        if len(rows) < _CHUNK:
            break
        below = rows[-1].id
    return found


def row_of(database: Database, account: str, sms_hash: str) -> int | None:
    """Return the number of an SMS."""
    row = database.read_now(lambda at: at.execute(_ROW_OF, (sms_hash, account)).fetchone())
    return None if row is None else int(row[0])


def _read(scan: SmsScan, below: int, connection: sqlite3.Connection) -> list[SmsRow]:
    statement = _SELECT.format(more=_CONTAINS * len(scan.contains))
    values = (scan.account, scan.above, below, *scan.contains, _CHUNK)
    return [SmsRow(number, head + tail) for number, head, tail in connection.execute(statement, values)]


def _keep(rows: list[SmsRow], accept: Callable[[bytes], bool], most: int) -> list[SmsRow]:
    found: list[SmsRow] = []
    for row in rows:
        if accept(row.sms):
            found.append(row)
            if len(found) == most:
                break
    return found


# The JSON is bound as bytes and stored as text: not decoded here, yet readable with any SQLite tool.
_INSERT = """
INSERT INTO sms (hash, account, direction, created, due, head, tail, outcome, webhook)
VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))
"""

SECOND_MS = 1000
"""The column `created` is in whole seconds, all other times are in milliseconds."""
_CREATED = NewSms._fields.index("created")


def insert_sms(sms: NewSms, connection: sqlite3.Connection) -> int:
    """Add an SMS; return its row.

    Raises:
        HashTakenError: The account has an SMS with this hash.
    """
    try:
        row = (*sms[:_CREATED], sms.created // SECOND_MS, *sms[_CREATED + 1 :])
        identity = connection.execute(_INSERT, row).lastrowid
    except sqlite3.IntegrityError as error:
        raise HashTakenError from error
    assert identity is not None  # noqa: S101 - an INSERT that succeeded has a row
    return identity
