"""`/_emulator/requests`: what was asked of the API and answered; `/_emulator/requests/verify`: how often."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, get_args

import msgspec

from callr_sms_emulator import _dates, _errors
from callr_sms_emulator._accounts import LoggedRequest
from callr_sms_emulator._control.request import read_number, read_party, respond
from callr_sms_emulator._http import JSON_TYPE, Response
from callr_sms_emulator._journal import (
    OPERATIONS,
    Bounds,
    Reading,
    ShownRequest,
    Verdict,
    Wanted,
    judge,
    show_request,
)
from callr_sms_emulator._sms import Criteria, compile_pattern

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from callr_sms_emulator._accounts import RequestLog
    from callr_sms_emulator._control.request import ControlRequest

_OF_SMS = ("to", "from", "text", "pattern")
_CRITERIA = ("operation", "method", "status", "refused", "rule", "hash", "since", *_OF_SMS)
_BOUNDS = ("times", "at_least", "at_most")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_BOOLEANS = {"true": True, "false": False}
_CHOICES: dict[str, Collection[str]] = {
    "operation": OPERATIONS,
    "method": _METHODS,
    "refused": _BOOLEANS,
    "rule": get_args(_errors.Rule),
}
_DEFAULT_LIMIT = 50
_MOST = 1000
_NEWEST = 10**18 - 1
_STATUSES = (100, 599)
# Between so many requests others get their turn.
_BREATH = 200


class Page(msgspec.Struct):
    """Some of the requests, newest first, and where the next page begins."""

    requests: list[ShownRequest]
    next: str | None
    forgotten: int


class _Failure(msgspec.Struct):
    status: str
    data: dict[str, object]


async def list_(request: ControlRequest) -> Response:
    """Give the requests that are meant, newest first."""
    book, found = _book(request), request.query((*_CRITERIA, "limit", "cursor"))
    wanted = _read_wanted(found)
    limit = read_number(found, "limit", 1, _MOST) or _DEFAULT_LIMIT
    below = read_number(found, "cursor", 1, _NEWEST) or _NEWEST
    page: list[Reading] = []
    async for reading in _readings(book, below):
        if len(page) <= limit and wanted.accepts(reading):
            page.append(reading)
    more = str(page[limit - 1].entry.number) if len(page) > limit else None
    return respond(Page([await _shown(request, each) for each in page[:limit]], more, book.forgotten))


async def read(request: ControlRequest) -> Response:
    """Give one request."""
    book = _book(request)
    request.query()
    text = request.names["id"]
    for each in book.entries:
        if str(each[0]) == text:
            return respond(await _shown(request, Reading(LoggedRequest._make(each))))
    raise _errors.unknown_request(text)


async def delete_all(request: ControlRequest) -> Response:
    """Forget the requests."""
    book = _book(request)
    request.query()
    book.clear()
    return respond(None)


async def verify(request: ControlRequest) -> Response:
    """Tell whether the requests that are meant are as many as expected; 409 when they are not."""
    book, found = _book(request), request.query((*_CRITERIA, *_BOUNDS))
    wanted, bounds = _read_wanted(found), _read_bounds(found)
    readings = [each async for each in _readings(book, _NEWEST)]
    verdict = judge(readings, wanted, bounds, book.forgotten)
    return respond(verdict) if verdict.holds else _fail(verdict)


def _fail(verdict: Verdict) -> Response:
    error = _errors.not_so_often(verdict.message)
    data = {"code": error.status, "message": error.message, **msgspec.structs.asdict(verdict)}
    body = msgspec.json.encode(_Failure("error", data))
    return Response(error.status, [(b"content-type", JSON_TYPE)], body)


def _book(request: ControlRequest) -> RequestLog:
    """Give the book of the account, or for the admin token that of nobody."""
    journal = request.engine.journal
    if journal is None:
        raise _errors.no_journal()
    return journal.nobody if request.is_admin else request.account.requests


async def _readings(book: RequestLog, below: int) -> AsyncIterator[Reading]:
    """Give the requests before a number, newest first, as they are at the start."""
    entries = [each for each in reversed(book.entries) if each[0] < below]
    for count, entry in enumerate(entries):
        if count % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
        yield Reading(LoggedRequest._make(entry))


async def _shown(request: ControlRequest, reading: Reading) -> ShownRequest:
    config = request.engine.config
    return show_request(reading, config.number, config.shortcodes, await _near_hash(request, reading))


async def _near_hash(request: ControlRequest, reading: Reading) -> str | None:
    """Give the hash of an SMS that there is, and that an unknown one may have been meant to be."""
    if reading.rule != "hash" or request.is_admin or not reading.sms_hash:
        return None
    login, wanted = request.account.login, reading.sms_hash.strip().upper()
    if await request.engine.store.get(login, wanted) is not None:
        return wanted
    entries = (Reading(LoggedRequest._make(each)) for each in request.account.requests.entries)
    made = (each.sms_hash for each in entries if not each.is_refused)
    return next((each for each in made if each is not None and _is_slip(each, wanted)), None)


def _is_slip(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _read_wanted(found: Mapping[str, str]) -> Wanted:
    since, pattern = found.get("since"), found.get("pattern")
    if since is not None and _dates.parse(since) is None:
        raise _errors.bad_datetime("since", since)
    refused = found.get("refused")
    for name, allowed in _CHOICES.items():
        if name in found and found[name] not in allowed:
            raise _errors.not_one_of(name, found[name], allowed)
    return Wanted(
        operation=found.get("operation"),
        method=found.get("method"),
        status=read_number(found, "status", *_STATUSES),
        refused=None if refused is None else _BOOLEANS[refused],
        rule=found.get("rule"),
        hash=found.get("hash"),
        since=since,
        sms=Criteria(
            to=read_party(found, "to"),
            sender=read_party(found, "from"),
            text=found.get("text"),
            pattern=None if pattern is None else compile_pattern(pattern),
        ),
    )


def _read_bounds(found: Mapping[str, str]) -> Bounds:
    """Read how often; once, where nothing is said."""
    times, least, most = (read_number(found, name, 0, _NEWEST) for name in _BOUNDS)
    if times is None and least is None and most is None:
        times = 1
    if times is not None:
        least, most = max(times, least or 0), times if most is None else min(times, most)
    if least is not None and most is not None and least > most:
        name = "at_least" if "at_least" in found else "at_most"
        raise _errors.bad_value(name, found[name], "bounds that a number can be within")
    return Bounds(least, most)
