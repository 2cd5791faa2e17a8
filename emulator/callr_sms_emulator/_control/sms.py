"""`/_emulator/sms`: search the SMS; `/_emulator/sms/wait`: wait for one."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Any

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import parse_datetime
from callr_sms_emulator._control.request import read_number, read_party, respond
from callr_sms_emulator._http import Disconnected
from callr_sms_emulator._sms import (
    STATUSES,
    Criteria,
    SmsScan,
    compile_pattern,
    find_code,
    read_searchable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._engine import Engine, Waiter
    from callr_sms_emulator._http import Response

_COMMON = ("type", "from", "to", "status", "text", "pattern", "since", "after")
_DIRECTIONS = ("IN", "OUT")
_DEFAULT_LIMIT = 50
_MOST = 1000
_NEWEST = 10**18 - 1
_DEFAULT_SECONDS = 30.0
_LONGEST_SECONDS = 300
_SECONDS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
# So many of the newest SMS are compared to find the nearest after a timeout.
_COMPARED = 1000
# So many are compared for a page when no criterion narrows them down: the next page goes on from there.
_EXAMINED = 10_000
# A wait compares so many at a time, and listens in between.
_STEP = 1000
# It looks at what is there for so long, however short its timeout is.
_LEAST_SECONDS = 0.3
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[A-Za-z0-9 _-]{0,11}")


class FoundSms(msgspec.Struct):
    """An SMS and the one-time code in its text."""

    sms: msgspec.Raw
    code: str | None


class Page(msgspec.Struct):
    """A page of SMS, newest first; `next` is the cursor of the next page."""

    sms: list[msgspec.Raw]
    next: str | None


async def search(request: ControlRequest) -> Response:
    """Return a page of the SMS that match, newest first."""
    found = request.query((*_COMMON, "q", "limit", "cursor"))
    criteria = _criteria(found)
    limit = read_number(found, "limit", 1, _MOST) or _DEFAULT_LIMIT
    below = read_number(found, "cursor", 1, _NEWEST) or _NEWEST
    await request.engine.write_due_changes(request.account)
    scan = await _scan(request, found, criteria, below)
    store = request.engine.store
    while not await store.index():
        pass
    rows, rest = await store.scan(scan, _accept(criteria), limit + 1, _EXAMINED)
    if len(rows) > limit:
        rest = rows[limit - 1].id
    return respond(Page([msgspec.Raw(row.sms) for row in rows[:limit]], None if rest is None else str(rest)))


async def wait(request: ControlRequest) -> Response:
    """Return the newest SMS that matches, as soon as one exists."""
    found = request.query((*_COMMON, "timeout"))
    criteria = _criteria(found)
    seconds = _read_seconds(found)
    engine, account = request.engine, request.account
    await engine.write_due_changes(account)
    scan = await _scan(request, found, criteria, _NEWEST)
    with engine.waiting.waiter(account, criteria, scan.above) as waiter:
        await engine.status_timer.reschedule(account)
        sms = await _listen(waiter, request, scan, seconds)
    if sms is None:
        raise _errors.wait_timeout(seconds, await _nearest(engine, account, scan, criteria))
    return respond(FoundSms(msgspec.Raw(sms), find_code(read_searchable(sms).text)))


async def _listen(waiter: Waiter, request: ControlRequest, scan: SmsScan, seconds: float) -> bytes | None:
    """Return the SMS that is there or arrives, or None after so many seconds.

    Raises:
        Disconnected: The client disconnected.
    """
    began = time.monotonic()
    gone = asyncio.ensure_future(request.http.wait_for_disconnect())
    either: set[asyncio.Future[Any]] = {waiter.found, gone}
    below: int | None = scan.below
    try:
        with request.http.unanswered():
            while True:
                if below is not None and await request.engine.store.index():
                    older = scan._replace(below=below)
                    rows, below = await request.engine.store.scan(older, _accept(waiter.criteria), 1, _STEP)
                    if rows:
                        return rows[0].sms
                left = seconds - (time.monotonic() - began)
                pause = max(left, 0) if below is None else 0
                await asyncio.wait(either, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                if waiter.found.done():
                    return waiter.found.result()
                if gone.done():
                    raise Disconnected
                if below is None or time.monotonic() - began >= max(seconds, _LEAST_SECONDS):
                    return None
    finally:
        gone.cancel()


async def _nearest(
    engine: Engine, account: Account, scan: SmsScan, criteria: Criteria
) -> tuple[str, list[str]] | None:
    """Return the hash of the nearest SMS and the criteria that it misses; None if the account has no SMS."""
    newest = SmsScan(account.login, above=scan.above)
    rows, _ = await engine.store.scan(newest, lambda _: True, _COMPARED, _COMPARED)
    seen = (read_searchable(row.sms) for row in rows)
    compared = [(each.hash, [*criteria.misses(each)]) for each in seen]
    return min(compared, key=lambda each: len(each[1]), default=None)


def _accept(criteria: Criteria) -> Callable[[bytes], bool]:
    return lambda sms: criteria.accepts(read_searchable(sms))


async def _scan(request: ControlRequest, found: Mapping[str, str], criteria: Criteria, below: int) -> SmsScan:
    above = 0
    if "after" in found:
        row = await request.engine.store.row_of(request.account.login, found["after"])
        if row is None:
            raise _errors.unknown_hash(found["after"], "after")
        above = row
    return SmsScan(
        request.account.login,
        below=below,
        above=above,
        type=criteria.type,
        sender=criteria.sender,
        to=criteria.to,
        status=criteria.status,
        since=None if criteria.since is None else parse_datetime(criteria.since),
        pieces=criteria.pieces,
    )


def _criteria(found: Mapping[str, str]) -> Criteria:
    if found.get("type", "IN") not in _DIRECTIONS:
        raise _errors.not_one_of("type", found["type"], _DIRECTIONS)
    since = found.get("since")
    if since is not None and parse_datetime(since) is None:
        raise _errors.bad_datetime("since", since)
    if found.get("status", STATUSES[0]) not in STATUSES:
        raise _errors.not_one_of("status", found["status"], STATUSES)
    sender, to = read_party(found, "from"), read_party(found, "to")
    if to is not None and not _NUMBER.fullmatch(to):
        raise _errors.bad_recipient(to)
    if sender is not None and not _SENDER.fullmatch(sender):
        raise _errors.bad_wanted_sender(sender)
    pattern = found.get("pattern")
    return Criteria(
        type=found.get("type"),
        sender=sender,
        to=to,
        status=found.get("status"),
        since=since,
        text=found.get("text"),
        words=found.get("q"),
        pattern=None if pattern is None else compile_pattern(pattern),
    )


def _read_seconds(found: Mapping[str, str]) -> float:
    value = found.get("timeout", str(_DEFAULT_SECONDS))
    if not _SECONDS.fullmatch(value) or float(value) > _LONGEST_SECONDS:
        raise _errors.bad_value("timeout", value, f"seconds from 0 to {_LONGEST_SECONDS}, like 30 or 0.5")
    return float(value)
