"""`/_emulator/sms`: search the SMS; `/_emulator/sms/wait`: wait for one."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import parse_datetime
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._http import Disconnected, success_response
from callr_sms_emulator._sms import (
    Criteria,
    SmsRow,
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

_DEFAULT_LIMIT = 50
_NEWEST = 10**18 - 1
_DEFAULT_SECONDS = 30.0
# So many of the newest SMS are compared to find the nearest after a timeout.
_COMPARED = 1000
# So many are compared for a page when no criterion narrows them down: the next page goes on from there.
_EXAMINED = 10_000
# So many are deleted in one transaction.
_DELETED = 500
# A wait compares so many at a time, and listens in between.
_STEP = 500
# Where other processes write, too, it looks again at what is there, in case their message was lost.
_LOOK_AGAIN_S = 1.0
# It looks at what is there for so long, however short its timeout is.
_LEAST_SECONDS = 0.3


class FoundSms(msgspec.Struct):
    """An SMS and the one-time code in its text."""

    sms: msgspec.Raw
    code: str | None


class Page(msgspec.Struct):
    """A page of SMS, newest first; `next` is the cursor of the next page."""

    sms: list[msgspec.Raw]
    next: str | None


class Deleted(msgspec.Struct):
    """The number of SMS that were deleted."""

    deleted: int


async def search(request: ControlRequest) -> Response:
    """Return a page of the SMS that match, newest first."""
    found = request.query()
    criteria = _criteria(found)
    limit: int = found.get("limit", _DEFAULT_LIMIT)
    below = int(found.get("cursor", _NEWEST))
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
    found = request.query()
    criteria = _criteria(found)
    seconds = float(found.get("timeout", _DEFAULT_SECONDS))
    engine, account = request.engine, request.account
    began = time.monotonic()
    changes = asyncio.ensure_future(engine.write_due_changes(account))
    done, _ = await asyncio.wait({changes}, timeout=max(seconds, _LEAST_SECONDS))  # the rest is written later
    for each in done:
        each.result()
    left = max(0.0, seconds - (time.monotonic() - began))
    scan = await _scan(request, found, criteria, _NEWEST)
    with engine.waiting.waiter(account, criteria, scan.above) as waiter:
        await engine.hear(account)
        await engine.status_timer.reschedule(account)
        sms = await _listen(waiter, request, scan, left)
    if sms is None:
        raise _errors.wait_timeout(seconds, await _nearest(engine, account, scan, criteria))
    return respond(FoundSms(msgspec.Raw(sms), find_code(read_searchable(sms).text)))


async def delete(request: ControlRequest) -> Response:
    """Delete an SMS; return it as it was."""
    request.query()
    engine, account, sms_hash = request.engine, request.account, request.names["hash"]
    await engine.write_due_changes(account)
    row = await engine.store.row_of(account.login, sms_hash)
    stored = await engine.store.get(account.login, sms_hash)
    if row is None or stored is None:
        raise _errors.unknown_hash(sms_hash)
    sms = stored.head + stored.tail
    await engine.delete(account, [SmsRow(row, sms)])
    return success_response(sms)


async def delete_matching(request: ControlRequest) -> Response:
    """Delete all SMS that match a search, in batches; return how many."""
    found = request.query()
    criteria = _criteria(found)
    engine, account = request.engine, request.account
    await engine.write_due_changes(account)
    scan = await _scan(request, found, criteria, _NEWEST)
    while not await engine.store.index():
        pass
    deleted = 0
    below: int | None = _NEWEST
    while below is not None:
        older = scan._replace(below=below)
        rows, below = await engine.store.scan(older, _accept(criteria), _DELETED, _EXAMINED)
        await engine.delete(account, rows)
        deleted += len(rows)
    return respond(Deleted(deleted))


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
                looks_again = request.engine.sharing is not None and pause > _LOOK_AGAIN_S
                pause = min(pause, _LOOK_AGAIN_S) if looks_again else pause
                await asyncio.wait(either, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                if waiter.found.done():
                    return waiter.found.result()
                if gone.done():
                    raise Disconnected
                if looks_again:
                    below = scan.below
                elif below is None or time.monotonic() - began >= max(seconds, _LEAST_SECONDS):
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


async def _scan(request: ControlRequest, found: Mapping[str, Any], criteria: Criteria, below: int) -> SmsScan:
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


def _criteria(found: Mapping[str, Any]) -> Criteria:
    pattern = found.get("pattern")
    return Criteria(
        type=found.get("type"),
        sender=found.get("from"),
        to=found.get("to"),
        status=found.get("status"),
        since=found.get("since"),
        text=found.get("text"),
        words=found.get("q"),
        pattern=None if pattern is None else compile_pattern(pattern),
    )
