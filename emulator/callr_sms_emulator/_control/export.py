"""`/_emulator/export` and `/_emulator/import`: an account as lines of JSON."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._control.import_rules import read_line
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._http import Response
from callr_sms_emulator._storage import MAX_LINE, AccountLine, SmsLine, SubscriptionLine, UnsubscribedLine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._storage import AccountState, AnyLine

_TYPE = b"application/x-ndjson"
_PIECE = 64 * 1024
_BATCH = 500


class Imported(msgspec.Struct):
    """The numbers of imported objects."""

    subscriptions: int = 0
    unsubscribed: int = 0
    sms: int = 0
    events: int = 0

    def count(self, line: AnyLine) -> None:
        """Count a line."""
        if isinstance(line, SubscriptionLine):
            self.subscriptions += 1
        elif isinstance(line, UnsubscribedLine):
            self.unsubscribed += 1
        elif isinstance(line, SmsLine):
            self.sms += 1
        elif not isinstance(line, AccountLine):
            self.events += 1


async def export_account(request: ControlRequest) -> Response:
    """Stream the account as of now, without an envelope."""
    request.query()
    await request.engine.write_due_changes(request.account)
    file = await request.engine.store.transfer.dump(request.account.login)

    async def pieces() -> AsyncIterator[bytes]:
        with file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece

    return Response(200, [(b"content-type", _TYPE)], pieces())


async def import_account(request: ControlRequest) -> Response:
    """Import an account into an empty one, completely or not at all."""
    request.query()
    if not request.http.has_content_type(_TYPE):
        raise _errors.not_ndjson()
    engine, account = request.engine, request.account
    if not await engine.accounts.is_empty(account):
        raise _errors.account_not_empty(account.login)
    imported, roll_back = Imported(), _rollback_of(request)
    async with account.changes_lock:  # no status changes before the import is complete
        try:
            await _load(request, imported)
        except BaseException:
            await roll_back()
            raise
        await engine.accounts.reload(account)
    await engine.status_timer.reschedule(account)
    engine.deliveries.wake(account)
    while not await engine.store.index():  # now, so that the next search or wait finds it done
        pass
    return respond(imported)


def _rollback_of(request: ControlRequest) -> Callable[[], Awaitable[None]]:
    """Return a function that restores the account: empty, but with its clock, timings and journal."""
    accounts, account = request.engine.accounts, request.account
    before, requests = account.state, account.requests

    def restore(state: AccountState) -> None:
        state.clock, state.timings = before.clock, before.timings
        state.traffic_rules = before.traffic_rules

    async def roll_back() -> None:
        await accounts.empty(account)
        await accounts.change(account, restore)
        account.requests = requests

    return roll_back


async def _load(request: ControlRequest, imported: Imported) -> None:
    transfer, login = request.engine.store.transfer, request.account.login
    batch: list[tuple[int, AnyLine]] = []
    number = 0
    async for data in _lines_of(request):
        number += 1
        line = _read(number, data)
        imported.count(line)
        batch.append((number, line))
        if len(batch) == _BATCH:
            await transfer.load(login, batch)
            batch = []
    if not number:
        raise _errors.empty_body()
    await transfer.load(login, batch)


def _read(number: int, data: bytes) -> AnyLine:
    try:
        if len(data) > MAX_LINE:
            raise _errors.line_too_long(MAX_LINE)
        line = read_line(data)
        if isinstance(line, AccountLine) != (number == 1):
            raise _errors.wrong_line_order()
    except _errors.InvalidRequestError as error:
        raise _errors.at_line(number, error) from None
    return line


async def _lines_of(request: ControlRequest) -> AsyncIterator[bytes]:
    """Yield each line; of one that is too long only the part that shows it."""
    rest = b""
    async for chunk in request.http.stream():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > MAX_LINE:
            yield rest
    if rest:
        yield rest
