"""`/_emulator/sms`: search the SMS; `/_emulator/sms/wait`: wait for one."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import parse_datetime
from callr_sms_emulator._control.request import read_number, read_party, respond
from callr_sms_emulator._http import Disconnected
from callr_sms_emulator._sms import Criteria, SmsScan, compile_pattern, find_code, read_searchable

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
    rows = await request.engine.store.scan(scan, _accept(criteria), limit + 1)
    more = str(rows[limit - 1].id) if len(rows) > limit else None
    return respond(Page([msgspec.Raw(row.sms) for row in rows[:limit]], more))


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
        there = await engine.store.scan(scan, _accept(criteria), 1)
        sms = there[0].sms if there else await _listen(waiter, request, seconds)
    if sms is None:
        raise _errors.wait_timeout(seconds, await _nearest(engine, account, scan, criteria))
    return respond(FoundSms(msgspec.Raw(sms), find_code(read_searchable(sms).text)))


async def _listen(waiter: Waiter, request: ControlRequest, seconds: float) -> bytes | None:
    """Return the SMS that arrives, or None after so many seconds.

    Raises:
        Disconnected: The client disconnected.
    """
    gone = asyncio.ensure_future(request.http.wait_for_disconnect())
    try:
        either: set[asyncio.Future[Any]] = {waiter.found, gone}
        with request.http.unanswered():
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if waiter.found.done():
            return waiter.found.result()
        if gone.done():
            raise Disconnected
        return None
    finally:
        gone.cancel()


async def _nearest(
    engine: Engine, account: Account, scan: SmsScan, criteria: Criteria
) -> tuple[str, list[str]] | None:
    """Return the hash of the nearest SMS and the criteria that it misses; None if the account has no SMS."""
    rows = await engine.store.scan(SmsScan(account.login, above=scan.above), lambda _: True, _COMPARED)
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
    contains = tuple(
        b'"%b":%b' % (name, msgspec.json.encode(value))
        for name, value in ((b"to", criteria.to), (b"from", criteria.sender))
        if value is not None
    )
    return SmsScan(request.account.login, below=below, above=above, contains=contains)


def _criteria(found: Mapping[str, str]) -> Criteria:
    if found.get("type", "IN") not in _DIRECTIONS:
        raise _errors.not_one_of("type", found["type"], _DIRECTIONS)
    since = found.get("since")
    if since is not None and parse_datetime(since) is None:
        raise _errors.bad_datetime("since", since)
    pattern = found.get("pattern")
    return Criteria(
        type=found.get("type"),
        sender=read_party(found, "from"),
        to=read_party(found, "to"),
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
