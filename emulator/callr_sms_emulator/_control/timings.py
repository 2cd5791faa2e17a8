"""`/_emulator/timings`: how long the SMS of an account stay in each status."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response
    from callr_sms_emulator._sms import Timings
    from callr_sms_emulator._storage import AccountState


class TimingsChange(msgspec.Struct):
    """Milliseconds in a status before the next; what is left out stays."""

    created: int | None = None
    pending: int | None = None
    sent: int | None = None
    remote_queued: int | None = None
    slow: int | None = None
    validity: int | None = None


async def show(request: ControlRequest) -> Response:
    """Tell the timings of the account."""
    request.query()
    return respond(request.account.status_flow.timings)


async def set_(request: ControlRequest) -> Response:
    """Set some; they hold for every status that begins from now on."""
    change = await request.read(TimingsChange)
    account, engine = request.account, request.engine
    wanted = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    await engine.write_due_changes(account)
    timings = replace(account.status_flow.timings, **wanted)
    await engine.accounts.change(account, lambda state: _set(state, timings))
    return respond(account.status_flow.timings)


async def forget(request: ControlRequest) -> Response:
    """Go back to what the emulator was started with."""
    request.query()
    account, engine = request.account, request.engine
    await engine.write_due_changes(account)
    await engine.accounts.change(account, lambda state: _set(state, None))
    return respond(account.status_flow.timings)


def _set(state: AccountState, timings: Timings | None) -> None:
    state.timings = timings
