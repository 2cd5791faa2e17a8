"""What the stores share of searching: candidates in parts, and the pieces of a text that an index has."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, islice
from operator import add
from typing import NamedTuple

from callr_sms_emulator._sms import Found, SearchableSms, SmsRow, SmsScan

CHUNK = 500
"""The number of candidates that are read at a time: between them, other readers have the connection."""

# Each narrows the result, and each costs a look-up; a longer text is compared anyway.
_MOST_TERMS = 32
_LONGEST = 3


class Candidates(NamedTuple):
    """SMS that may match, newest first; `rest` is the number below which others may, None when none does."""

    rows: list[SmsRow]
    rest: int | None


async def scan_in_chunks(
    read: Callable[[SmsScan, int], Awaitable[Candidates]],
    scan: SmsScan,
    accept: Callable[[bytes], bool],
    limit: int,
    examined: int,
) -> Found:
    """Return up to `limit` of the SMS that are accepted (see `Store.scan`)."""
    found: list[SmsRow] = []
    step = min(limit, CHUNK)  # enough, when all candidates match
    while True:
        candidates = await read(scan, step)
        found += await asyncio.to_thread(_keep, candidates.rows, accept, limit - len(found))
        if len(found) == limit:
            return Found(found, found[-1].id)
        examined -= step
        if candidates.rest is None or examined <= 0:
            return Found(found, candidates.rest)
        scan, step = scan._replace(below=candidates.rest), CHUNK


def _keep(rows: list[SmsRow], accept: Callable[[bytes], bool], most: int) -> list[SmsRow]:
    found: list[SmsRow] = []
    for row in rows:
        if accept(row.sms):
            found.append(row)
            if len(found) == most:
                break
    return found


def grams(text: str) -> Iterator[str]:
    """Yield each piece of one, two or three characters of a text."""
    pairs = [*map(add, text, text[1:])]
    return chain(text, pairs, map(add, pairs, text[2:]))


def grams_of(scan: SmsScan) -> list[str]:
    """Return what `grams` has of what a scan looks for: the longest pieces, each once, and not too many."""
    found = (
        piece[place : place + _LONGEST]
        for piece in scan.pieces
        for place in range(max(len(piece) - _LONGEST, 0) + 1)
    )
    return [*islice(dict.fromkeys(found), _MOST_TERMS)]


def exact_values(seen: SearchableSms) -> list[tuple[str, str]]:
    """Return the properties of an SMS that an index has as a whole: their names and values."""
    return [("type", seen.type), ("recipient", seen.to), ("sender", seen.sender)]


def exact_criteria(scan: SmsScan) -> list[tuple[str, str]]:
    """Return the criteria that an index has as a whole, as `exact_values` does."""
    exact = (("type", scan.type), ("recipient", scan.to), ("sender", scan.sender))
    return [(name, value) for name, value in exact if value is not None]


def status_in(tail: bytes) -> bytes:
    """Return the status in a tail, which begins with it."""
    return tail.split(b'"', 4)[3]
