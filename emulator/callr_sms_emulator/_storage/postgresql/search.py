"""The search index of a PostgreSQL database: finds the SMS that may match without reading the others.

Sends do not write it: a search indexes what came since the last one. Each SMS has the numbers of its terms:
each one to three characters of what can be searched for in a text, and each exact criterion as a whole. An
index of arrays finds the SMS that have them all. It finds too many rather than too few, because two terms
may have the same number: a search compares them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from callr_sms_emulator._sms import SmsRow, SmsScan, read_searchable, searched_text
from callr_sms_emulator._storage.postgresql.schema import LOCKS
from callr_sms_emulator._storage.searching import (
    CHUNK,
    Candidates,
    exact_criteria,
    exact_values,
    grams,
    grams_of,
    status_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator._storage.postgresql.driver import Connection

_BATCH = 500  # in one transaction: a change of their status waits no longer for it
_INDEXING = 3
_NEWEST_LOOKED_AT = 1000
_MANY = 50  # of the newest; where fewer match, the index finds all that do

_IS_COMPLETE = """
SELECT coalesce((SELECT max(id) FROM searchable), 0) >= coalesce((SELECT max(id) FROM sms), 0)
"""
_TAKE_TURN = f"SELECT pg_advisory_xact_lock({LOCKS}, {_INDEXING})"
# Locked, so that no change of a status passes unseen.
_NEW = """
SELECT id, account, created, convert_to(head, 'UTF8'), convert_to(tail, 'UTF8') FROM sms
WHERE id > coalesce((SELECT max(id) FROM searchable), 0) ORDER BY id LIMIT $1 FOR SHARE
"""
_ADD = "INSERT INTO searchable (id, account, created, status, terms) VALUES ($1, $2, $3, $4, $5)"
_SET_STATUS = """
UPDATE searchable SET status = moved.status FROM unnest($1::bigint[], $2::text[]) AS moved (id, status)
WHERE searchable.id = moved.id AND searchable.status <> moved.status
"""
# Where many match, they are among the newest: no list of them all is made. Materialized, so that no estimate
# makes the server look for them in another way, at worst through the whole table. Which are the newest
# changes while SMS are indexed and removed, so one statement says that, too.
_NEWEST = """
WITH newest AS MATERIALIZED (
  SELECT id, created, status, terms FROM searchable WHERE account = $1 AND id < $2 AND id > $3
  ORDER BY id DESC LIMIT $5
)
SELECT
  ARRAY(SELECT id FROM newest WHERE true{criteria} ORDER BY id DESC LIMIT $4),
  (SELECT min(id) FROM newest HAVING count(*) = $5)
"""
_OLDER = """
SELECT id FROM searchable WHERE account = $1 AND id < $2 AND id > $3{criteria} ORDER BY id DESC LIMIT $4
"""
# Computed, account and number are no reason to choose another index than that of the terms.
_OLDER_BY_TERMS = """
SELECT id FROM searchable WHERE account || '' = $1 AND id + 0 < $2 AND id + 0 > $3{criteria}
ORDER BY id + 0 DESC LIMIT $4
"""
# Most of the SMS may have been created since then: only a few steps along the index are worth it.
_CREATED_SINCE = """
SELECT id FROM sms WHERE account = $1 AND direction IN ('IN', 'OUT') AND created >= $2 LIMIT $3
"""
_READ = """
SELECT id, convert_to(head || tail, 'UTF8') FROM sms WHERE id = ANY($1::bigint[]) AND account = $2
ORDER BY id DESC
"""


async def is_complete(connection: Connection) -> bool:
    """Return whether all SMS are in the index."""
    return bool(await connection.fetchval(_IS_COMPLETE))


async def extend(connection: Connection) -> bool:
    """Add the next SMS to the index, in a transaction; return whether all are in it."""
    await connection.execute(_TAKE_TURN)
    rows = await connection.fetch(_NEW, _BATCH)
    added = [
        (number, account, created, status_in(tail).decode(), _terms_of(account, head + tail))
        for number, account, created, head, tail in rows
    ]
    await connection.executemany(_ADD, added)
    if added and _has_doubled(added[0][0] - 1, added[-1][0]):
        await connection.execute("ANALYZE searchable")
    return len(rows) < _BATCH


def _has_doubled(before: int, now: int) -> bool:
    """Return whether what the server knows of the table is outdated, which it may notice a minute later."""
    return before.bit_length() < now.bit_length() > _BATCH.bit_length()


async def set_statuses(connection: Connection, tails: Sequence[tuple[int, bytes]]) -> None:
    """Called with the numbers and the new tails of SMS whose status may have changed."""
    numbers = [number for number, _ in tails]
    await connection.execute(_SET_STATUS, numbers, [status_in(tail).decode() for _, tail in tails])


async def read_candidates(scan: SmsScan, limit: int, connection: Connection) -> Candidates:
    """Read up to `limit` of the newest indexed SMS that may match."""
    criteria, values = _criteria(scan, limit + 1, _NEWEST_LOOKED_AT)
    row = await connection.fetchrow(_NEWEST.format(criteria=criteria), *values)
    assert row is not None  # noqa: S101 - it has no FROM
    found: list[int] = row[0]
    last: int | None = row[1]
    if last is not None and len(found) < min(limit, _MANY):
        found += await _find_older(scan._replace(below=last), limit + 1 - len(found), connection)
        last = None
    rest = found[limit - 1] if len(found) > limit else last
    rows = await connection.fetch(_READ, found[:limit], scan.account)
    return Candidates([SmsRow(number, sms) for number, sms in rows], rest)


async def _find_older(scan: SmsScan, limit: int, connection: Connection) -> list[int]:
    statement = _OLDER_BY_TERMS if scan.has_terms else _OLDER
    criteria, values = _criteria(scan, limit)
    if scan.since is not None:
        few = (scan.account, scan.since, CHUNK + 1)
        created = [row[0] for row in await connection.fetch(_CREATED_SINCE, *few)]
        if len(created) <= CHUNK:
            statement = _OLDER
            values.append(created)
            criteria += f" AND id = ANY(${len(values)})"
    return [row[0] for row in await connection.fetch(statement.format(criteria=criteria), *values)]


def _criteria(scan: SmsScan, *numbers: int) -> tuple[str, list[object]]:
    """Return what a scan asks for in SQL, and the values of a statement: first those of its bounds."""
    values: list[object] = [scan.account, scan.below, scan.above, *numbers]
    criteria = ""
    wanted = (
        ("terms @> ", _terms_wanted(scan) if scan.has_terms else None),
        ("status = ", scan.status),
        ("created >= ", scan.since),
    )
    for comparison, value in wanted:
        if value is not None:
            values.append(value)
            criteria += f" AND {comparison}${len(values)}"
    return criteria, values


def _terms_of(account: str, sms: bytes) -> list[int]:
    seen = read_searchable(sms)
    exact = [_exact(account, name, value) for name, value in exact_values(seen)]
    return [*dict.fromkeys((*exact, *map(_number, grams(searched_text(seen)))))]


def _terms_wanted(scan: SmsScan) -> list[int]:
    exact = [_exact(scan.account, name, value) for name, value in exact_criteria(scan)]
    return [*exact, *map(_number, grams_of(scan))]


@lru_cache(maxsize=1024)
def _exact(account: str, name: str, value: str) -> int:
    return _number(f"{account}\0{name}\0{value}")


def _number(term: str) -> int:
    return crc32(term.encode("utf-8", "surrogatepass")) - 0x80000000
