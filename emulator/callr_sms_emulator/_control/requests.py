"""`/_emulator/requests`: the journal; `/_emulator/requests/verify`: verify the number of requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts import LoggedRequest
from callr_sms_emulator._control.journal import (
    Bounds,
    ParsedRequest,
    RequestCriteria,
    ShownFor,
    ShownRequest,
    show_request,
)
from callr_sms_emulator._control.journal import verify as verify_requests
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._http import JSON_TYPE, Response
from callr_sms_emulator._sms import Criteria, compile_pattern

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from callr_sms_emulator._accounts import RequestLog
    from callr_sms_emulator._control.request import ControlRequest

_BOUNDS = ("times", "at_least", "at_most")
_BOOLEANS = {"true": True, "false": False}
_DEFAULT_LIMIT = 50
_NEWEST = 10**18 - 1
# The event loop gets its turn after so many requests.
_BATCH = 200


class Page(msgspec.Struct):
    """A page of requests, newest first; `next` is the cursor of the next page."""

    requests: list[ShownRequest]
    next: str | None
    forgotten: int


class _Failure(msgspec.Struct):
    status: str
    data: dict[str, object]


async def list_(request: ControlRequest) -> Response:
    """Return a page of the requests that match, newest first."""
    log, found = _log_of(request), request.query()
    wanted = _read_criteria(found)
    limit: int = found.get("limit", _DEFAULT_LIMIT)
    below = int(found.get("cursor", _NEWEST))
    page: list[ParsedRequest] = []
    async for reading in _readings(log, below):
        if len(page) <= limit and wanted.accepts(reading):
            page.append(reading)
    more = str(page[limit - 1].entry.number) if len(page) > limit else None
    return respond(Page([await _shown(request, each) for each in page[:limit]], more, log.forgotten))


async def read(request: ControlRequest) -> Response:
    """Return a request."""
    log = _log_of(request)
    request.query()
    text = request.names["id"]
    for each in log.entries:
        if str(each[0]) == text:
            return respond(await _shown(request, ParsedRequest(LoggedRequest._make(each))))
    raise _errors.unknown_request(text)


async def delete_all(request: ControlRequest) -> Response:
    """Delete the requests from the journal."""
    log = _log_of(request)
    request.query()
    log.clear()
    return respond(None)


async def verify(request: ControlRequest) -> Response:
    """Verify the number of requests that match; respond with 409 if it is not the expected one."""
    log, found = _log_of(request), request.query()
    wanted, bounds = _read_criteria(found), _read_bounds(found)
    readings = [each async for each in _readings(log, _NEWEST)]
    verdict = verify_requests(readings, wanted, bounds, log.forgotten)
    if verdict.holds:
        return respond(verdict)
    error = _errors.verification_failed(verdict.message)
    data = {"code": error.status, "message": error.message, **msgspec.structs.asdict(verdict)}
    body = msgspec.json.encode(_Failure("error", data))
    return Response(error.status, [(b"content-type", JSON_TYPE)], body)


def _log_of(request: ControlRequest) -> RequestLog:
    """Return the log of the account, or with the admin token that of requests without an account."""
    journal = request.engine.journal
    if journal is None:
        raise _errors.no_journal()
    return journal.nobody if request.is_admin else request.account.requests


async def _readings(log: RequestLog, below: int) -> AsyncIterator[ParsedRequest]:
    """Yield the requests with a lower number, newest first, as of the start."""
    entries = [each for each in reversed(log.entries) if each[0] < below]
    for count, entry in enumerate(entries):
        if count % _BATCH == _BATCH - 1:
            await asyncio.sleep(0)
        yield ParsedRequest(LoggedRequest._make(entry))


async def _shown(request: ControlRequest, reading: ParsedRequest) -> ShownRequest:
    config = request.engine.config
    login = "LOGIN" if request.is_admin else request.account.login
    published = config.published_account
    host = next((value for name, value in request.http.headers if name == b"host"), b"localhost")
    origin = f"{request.http.scope.get('scheme', 'http')}://{host.decode('latin-1')}{config.path_prefix}"
    shown_for = ShownFor(
        config.number,
        config.shortcodes,
        await _near_hash(request, reading),
        published if published.startswith(f"{login}:") else login,
        origin,
    )
    return show_request(reading, shown_for)


async def _near_hash(request: ControlRequest, reading: ParsedRequest) -> str | None:
    """Return the hash of an existing SMS that an unknown one was most likely meant to be."""
    if reading.rule != "hash" or request.is_admin or not reading.sms_hash:
        return None
    login, wanted = request.account.login, reading.sms_hash.strip().upper()
    if await request.engine.store.get(login, wanted) is not None:
        return wanted
    entries = (ParsedRequest(LoggedRequest._make(each)) for each in request.account.requests.entries)
    made = (each.sms_hash or "" for each in entries if not each.is_refused)
    alike = (each for each in made if len(each) == len(wanted))
    return next((each for each in alike if sum(a != b for a, b in zip(each, wanted, strict=True)) == 1), None)


def _read_criteria(found: Mapping[str, Any]) -> RequestCriteria:
    pattern, refused = found.get("pattern"), found.get("refused")
    return RequestCriteria(
        operation=found.get("operation"),
        method=found.get("method"),
        status=found.get("status"),
        refused=None if refused is None else _BOOLEANS[refused],
        rule=found.get("rule"),
        hash=found.get("hash"),
        since=found.get("since"),
        sms=Criteria(
            to=found.get("to"),
            sender=found.get("from"),
            text=found.get("text"),
            pattern=None if pattern is None else compile_pattern(pattern),
        ),
    )


def _read_bounds(found: Mapping[str, Any]) -> Bounds:
    """Read the expected number of requests; exactly one by default."""
    times, least, most = (found.get(name) for name in _BOUNDS)
    if times is None and least is None and most is None:
        times = 1
    if times is not None:
        least, most = max(times, least or 0), times if most is None else min(times, most)
    return Bounds(least, most)
