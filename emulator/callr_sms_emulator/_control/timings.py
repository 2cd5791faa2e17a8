"""`/_emulator/timings`: how long the SMS of an account stay in each status."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._control.request import respond
from callr_sms_emulator._sms import Span  # noqa: TC001 - msgspec reads the annotation when it runs

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response
    from callr_sms_emulator._sms import Timings
    from callr_sms_emulator._storage import AccountState


class TimingsChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Milliseconds in a status before the next; what is left out stays."""

    created: Span | None = None
    pending: Span | None = None
    sent: Span | None = None
    remote_queued: Span | None = None
    slow: Span | None = None
    validity: Span | None = None


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
