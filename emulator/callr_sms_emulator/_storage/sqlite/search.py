"""The search index of an SQLite database: finds the SMS that may match a scan without reading the others.

Sends do not write it: a search indexes what came since the last one. `search_terms` has each one to three
characters of what can be searched for in a text, and each exact criterion as a whole, so one query of the
full-text index intersects them all. It finds too many rather than too few: a search compares them. Its
rows are numbered downwards, `-sms.id`, because it can skip rows only in ascending order.
`searchable` has the status of each indexed SMS; its greatest number is how far the index goes.
"""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from callr_sms_emulator._sms import SmsRow, SmsScan, read_searchable, searched_text
from callr_sms_emulator._storage.searching import (
    CHUNK,
    Candidates,
    exact_criteria,
    exact_values,
    grams,
    grams_of,
    status_in,
)
from callr_sms_emulator._storage.sqlite.bulk import RowsStatement

# In one transaction, about 20 ms: a send waits no longer for it.
_BATCH = 500
# Above this it costs less to index the SMS of other accounts again, when they are searched next.
_MOST_FORGOTTEN = 10_000
_PRIVATE_USE = range(0xE000, 0xF900)
# Spaces and punctuation of ASCII end a word for the tokenizer: in the index, others stand for them.
_BEYOND_ASCII = {code: _PRIVATE_USE[code] for code in range(0x80)}
_TOKEN_LENGTH = 4  # a piece of a text is shorter

SEARCHABLE = (
    """
    CREATE TABLE searchable (
      id INTEGER PRIMARY KEY,    -- sms.id
      account TEXT NOT NULL,
      status TEXT NOT NULL
    )
    """,
    "CREATE INDEX searchable_by_status ON searchable (account, status)",
)
SEARCH_TERMS = (
    # Nothing of the text is stored a second time.
    """
    CREATE VIRTUAL TABLE search_terms USING fts5(
      terms, content='', columnsize=0, detail=none, tokenize='ascii'
    )
    """,
    # What was removed takes space until the segments of the index are merged. Merged by four, it grew to
    # eight times its size while SMS came and went; by two, it grows to two and a half times.
    "INSERT INTO search_terms (search_terms, rank) VALUES ('automerge', 2)",
)

_INDEXED = "SELECT ifnull(max(id), 0) FROM searchable"
_LAST = "SELECT ifnull(max(id), 0) FROM sms"
_NEW = "SELECT id, account, head, tail FROM sms WHERE id > ? ORDER BY id LIMIT ?"
_ADD = "INSERT INTO searchable (id, account, status) VALUES (?, ?, CAST(? AS TEXT))"
_ADD_TERMS = "INSERT INTO search_terms (rowid, terms) VALUES (?, ?)"
_SET_STATUS = RowsStatement(
    """
WITH moved (id, status) AS MATERIALIZED (VALUES {rows})
UPDATE searchable SET status = moved.status FROM moved WHERE searchable.id = moved.id
""",
    "(?, CAST(? AS TEXT))",
)

_BY_TERMS = """
SELECT -rowid FROM search_terms WHERE search_terms MATCH :terms AND rowid > -:below AND rowid < -:above
ORDER BY rowid LIMIT :limit
"""
_BY_STATUS = """
SELECT id FROM searchable WHERE account = :account AND status = :status AND id < :below AND id > :above
ORDER BY id DESC LIMIT :limit
"""
# Most of the SMS may have been created since then: only a few steps along the index are worth it.
_CREATED_SINCE = """
SELECT id FROM sms WHERE account = :account AND direction IN ('IN', 'OUT') AND created >= :since LIMIT :limit
"""
_READ = """
SELECT s.id, s.head, s.tail FROM json_each(?) AS wanted CROSS JOIN sms AS s ON s.id = wanted.value
WHERE s.account = ? ORDER BY s.id DESC
"""

_OF_ACCOUNT = "SELECT id FROM searchable WHERE account = ? LIMIT ?"
_HEADS = """
SELECT s.id, s.account, s.head, s.tail FROM json_each(?) AS gone
CROSS JOIN searchable AS i ON i.id = gone.value CROSS JOIN sms AS s ON s.id = i.id
"""
_REMOVE_TERMS = "INSERT INTO search_terms (search_terms, rowid, terms) VALUES ('delete', ?, ?)"
_REMOVE = "DELETE FROM searchable WHERE id = ?"
_REMOVE_ALL = (
    "INSERT INTO search_terms (search_terms) VALUES ('delete-all')",
    "DELETE FROM searchable",
)


def is_complete(connection: sqlite3.Connection) -> bool:
    """Return whether all SMS are in the index."""
    return _number(connection, _INDEXED) >= _number(connection, _LAST)


def extend(connection: sqlite3.Connection) -> bool:
    """Add the next SMS to the index; return whether all are in it."""
    rows = connection.execute(_NEW, (_number(connection, _INDEXED), _BATCH)).fetchall()
    connection.executemany(_ADD, [(row[0], row[1].decode(), status_in(row[3])) for row in rows])
    connection.executemany(_ADD_TERMS, [_document(*row) for row in reversed(rows)])
    return len(rows) < _BATCH


def set_statuses(connection: sqlite3.Connection, tails: Sequence[tuple[int, bytes]]) -> None:
    """Called with the numbers and the new tails of SMS whose status may have changed."""
    indexed = _number(connection, _INDEXED)
    _SET_STATUS.execute(
        connection, [(number, status_in(tail)) for number, tail in tails if number <= indexed]
    )


def read_candidates(scan: SmsScan, limit: int, connection: sqlite3.Connection) -> Candidates:
    """Read up to `limit` of the newest indexed SMS that may match, at most `CHUNK`."""
    numbers = _find(scan, connection)
    rest = numbers[limit - 1] if len(numbers) > limit else None
    rows = connection.execute(_READ, (_array(numbers[:limit]), scan.account))
    return Candidates([SmsRow(number, head + tail) for number, head, tail in rows], rest)


def forget(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Remove SMS from the index, before they are removed themselves."""
    rows = connection.execute(_HEADS, (_array(sorted(numbers, reverse=True)),)).fetchall()
    connection.executemany(_REMOVE_TERMS, [_document(*row) for row in rows])
    connection.executemany(_REMOVE, [(row[0],) for row in rows])


def forget_account(connection: sqlite3.Connection, account: str) -> None:
    """Remove the SMS of an account from the index, before they are removed themselves."""
    numbers = connection.execute(_OF_ACCOUNT, (account, _MOST_FORGOTTEN + 1)).fetchall()
    if len(numbers) <= _MOST_FORGOTTEN:
        forget(connection, [number for (number,) in numbers])
        return
    for statement in _REMOVE_ALL:
        connection.execute(statement)


def _find(scan: SmsScan, connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of candidates, newest first: those of the first criterion that only few meet.

    Where each is met by many, they are the newest that meet the first one. More than `CHUNK` are not all.
    """
    values = scan._asdict() | {"terms": _terms(scan), "limit": CHUNK + 1}

    def select(statement: str) -> list[int]:
        return [number for (number,) in connection.execute(statement, values)]

    first: list[int] | None = None
    if scan.has_terms or scan.status is None:
        first = select(_BY_TERMS)
        if len(first) <= CHUNK:
            return first
    if scan.status is not None:
        numbers = select(_BY_STATUS)
        if len(numbers) <= CHUNK:
            return numbers
        first = first or numbers
    if scan.since is not None:
        numbers = select(_CREATED_SINCE)
        if len(numbers) <= CHUNK:
            return sorted((each for each in numbers if scan.above < each < scan.below), reverse=True)
    return first or []


def _terms(scan: SmsScan) -> str:
    """Return a query of the full-text index."""
    tokens = [_token(scan.account, name, value) for name, value in exact_criteria(scan)]
    pieces = [piece.translate(_BEYOND_ASCII) for piece in grams_of(scan)]
    return " AND ".join(f'"{each}"' for each in (*(tokens or [_token(scan.account)]), *pieces))


def _document(number: int, account: bytes, head: bytes, tail: bytes) -> tuple[int, str]:
    seen, login = read_searchable(head + tail), account.decode()
    tokens = [_token(login), *(_token(login, name, value) for name, value in exact_values(seen))]
    return -number, " ".join((*tokens, *grams(searched_text(seen).translate(_BEYOND_ASCII))))


@lru_cache(maxsize=1024)
def _token(account: str, name: str = "account", value: str = "") -> str:
    """Return a word for an exact value; two values may share one."""
    number = int.from_bytes(blake2b(f"{account}\0{name}\0{value}".encode(), digest_size=8).digest(), "big")
    characters = ""
    for _ in range(_TOKEN_LENGTH):
        number, place = divmod(number, len(_PRIVATE_USE))
        characters += chr(_PRIVATE_USE[place])
    return characters


def _array(numbers: Sequence[int]) -> str:
    return f"[{','.join(map(str, numbers))}]"


def _number(connection: sqlite3.Connection, statement: str) -> int:
    found: int = connection.execute(statement).fetchone()[0]
    return found
