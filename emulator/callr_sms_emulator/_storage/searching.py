"""What the stores share of searching: candidates in parts, and the pieces of a text that an index has."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import NamedTuple

from callr_sms_emulator._sms import Found, SmsRow, SmsScan

CHUNK = 500
"""The number of candidates that are read at a time: between them, other readers have the connection."""

# Each narrows the result, and each costs a look-up; a longer text is compared anyway.
_MOST_TERMS = 32
_TRIGRAM = 3


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


def trigrams(text: str) -> Iterator[str]:
    """Yield each piece of three characters of a text."""
    return (text[place : place + _TRIGRAM] for place in range(len(text) - _TRIGRAM + 1))


def trigrams_of(scan: SmsScan) -> list[str]:
    """Return the trigrams of what a scan looks for, each once, and not too many of them."""
    found = dict.fromkeys(each for piece in scan.pieces for each in trigrams(clean(piece)))
    return [*islice(found, _MOST_TERMS)]


def exact_criteria(scan: SmsScan) -> list[tuple[str, str]]:
    """Return the names and values of the criteria that an index has as a whole."""
    exact = (("type", scan.type), ("recipient", scan.to), ("sender", scan.sender))
    return [(name, value) for name, value in exact if value is not None]


def clean(text: str) -> str:
    """Return a text without NUL, at which a tokenizer of SQLite stops and which PostgreSQL does not store."""
    return text.replace("\0", "\ufffd")


def status_in(tail: bytes) -> bytes:
    """Return the status in a tail, which begins with it."""
    return tail.split(b'"', 4)[3]
