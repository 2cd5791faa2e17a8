"""The rows of SMS in an SQLite database: add one, list them, or search them, newest first."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from callr_sms_emulator._sms import Found, ListPart, NewSms, SmsList, SmsRow, SmsScan, StoredSms
from callr_sms_emulator._storage.searching import Candidates, scan_in_chunks
from callr_sms_emulator._storage.sqlite import search
from callr_sms_emulator._storage.sqlite.connections import Database
from callr_sms_emulator._storage.store import HashTakenError

_ROW_OF = "SELECT id FROM sms WHERE hash = ? AND account = ?"


_LISTED = """
FROM sms WHERE account = :account AND direction = :direction AND (created, hash) > (:created, :hash)
AND created <= :last ORDER BY created, hash LIMIT
"""
# The LIMIT keeps the order in the joined text. Without a row of its own for each SMS, this needs the
# interpreter lock only once.
_JOINED = f"""
SELECT min(due), group_concat(head || tail, ','), CASE WHEN count(*) = :limit THEN (
  SELECT created || ' ' || hash {_LISTED} 1 OFFSET :limit - 1
) END FROM (SELECT due, head, tail {_LISTED} :limit)
"""  # noqa: S608 - of constants
_EACH = f"SELECT created, hash, head, tail, due, outcome {_LISTED} :limit"


def read_list(
    wanted: SmsList, show: Callable[[StoredSms], bytes], connection: sqlite3.Connection
) -> ListPart:
    """Return the next part of a list."""
    created, sms_hash = wanted.after
    values = wanted._asdict() | {"created": created, "hash": sms_hash}
    due, joined, place = connection.execute(_JOINED, values).fetchone()
    if due is not None and due <= wanted.now:
        rows = connection.execute(_EACH, values).fetchall()
        joined = b",".join([show(read_stored(row[2:])) for row in rows])
        place = b"%d %b" % rows[-1][:2] if len(rows) == wanted.limit else None
    if place is None:
        return ListPart(joined or b"", None)
    second, _, last_hash = place.decode().partition(" ")
    return ListPart(joined, (int(second), last_hash))


def read_stored(row: tuple[bytes, bytes, int | None, bytes | None]) -> StoredSms:
    """Return the SMS of a row."""
    head, tail, due, outcome = row
    return StoredSms(head, tail, due, None if outcome is None else outcome.decode())


async def scan(
    database: Database, scan: SmsScan, accept: Callable[[bytes], bool], limit: int, examined: int
) -> Found:
    """Return up to `limit` of the SMS that are accepted."""

    async def read(part: SmsScan, step: int) -> Candidates:
        return await database.read(partial(search.read_candidates, part, step))

    return await scan_in_chunks(read, scan, accept, limit, examined)


async def index(database: Database) -> bool:
    """Add the next SMS to the search index; return whether all are in it."""
    if database.read_now(search.is_complete):
        return True
    return await database.write_atomically(search.extend)


def row_of(database: Database, account: str, sms_hash: str) -> int | None:
    """Return the number of an SMS."""
    row = database.read_now(lambda at: at.execute(_ROW_OF, (sms_hash, account)).fetchone())
    return None if row is None else int(row[0])


_REMOVE_ALL_OF = (
    """
    DELETE FROM attempt WHERE delivery IN (
      SELECT d.id FROM json_each(?) AS j CROSS JOIN delivery AS d ON d.sms = j.value
    )
    """,
    """
    DELETE FROM event WHERE id IN (
      SELECT d.event FROM json_each(?) AS j CROSS JOIN delivery AS d ON d.sms = j.value
    )
    """,
    "DELETE FROM delivery WHERE sms IN (SELECT value FROM json_each(?))",
    "DELETE FROM sms WHERE id IN (SELECT value FROM json_each(?))",
)


_HAS_DELIVERIES = """
SELECT EXISTS (
  SELECT 1 FROM json_each(?) AS j CROSS JOIN delivery AS d ON d.sms = j.value
  WHERE d.state IN ('waiting', 'held')
)
"""


_ENDED_OF = """
SELECT id, created FROM sms WHERE account = :account AND direction = '{}' AND created < :before
AND due IS NULL
AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.sms = sms.id AND d.state IN ('waiting', 'held'))
ORDER BY created, hash LIMIT :limit
"""
_ENDED = f"""
SELECT s.id, s.head || s.tail FROM (
  SELECT * FROM ({_ENDED_OF.format("IN")}) UNION ALL SELECT * FROM ({_ENDED_OF.format("OUT")})
) AS found CROSS JOIN sms AS s ON s.id = found.id ORDER BY found.created, found.id LIMIT :limit
"""  # noqa: S608 - of constants


def ended(account: str, before: int, limit: int, connection: sqlite3.Connection) -> list[SmsRow]:
    """Return the oldest SMS that nothing more will happen to."""
    values = {"account": account, "before": before // SECOND_MS, "limit": limit}
    return [SmsRow(*row) for row in connection.execute(_ENDED, values)]


def have_deliveries(numbers: Sequence[int], connection: sqlite3.Connection) -> bool:
    """Return whether a delivery of one of these SMS has not ended."""
    return bool(connection.execute(_HAS_DELIVERIES, (json.dumps([*numbers]),)).fetchone()[0])


def remove(numbers: Sequence[int], connection: sqlite3.Connection) -> None:
    """Remove SMS by their numbers, with their deliveries."""
    search.forget(connection, numbers)
    for statement in _REMOVE_ALL_OF:
        connection.execute(statement, (json.dumps([*numbers]),))


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
