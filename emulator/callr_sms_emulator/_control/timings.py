"""`/_emulator/timings`: how long the SMS of an account stay in each status."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response
    from callr_sms_emulator._sms import Timings
    from callr_sms_emulator._storage import AccountState


class TimingsChange(msgspec.Struct):
    """Milliseconds in a status; a property that is left out does not change."""

    created: int | None = None
    pending: int | None = None
    sent: int | None = None
    remote_queued: int | None = None
    slow: int | None = None
    validity: int | None = None


async def read(request: ControlRequest) -> Response:
    """Return the timings of the account."""
    request.query()
    return respond(request.account.status_flow.timings)


async def update(request: ControlRequest) -> Response:
    """Change timings; they apply to each status that begins from now on."""
    change = await request.read(TimingsChange)
    wanted = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    await request.engine.write_due_changes(request.account)
    usual = request.engine.config.timings
    return await _change(request, lambda timings: replace(timings or usual, **wanted))


async def reset(request: ControlRequest) -> Response:
    """Restore the timings that the emulator was started with."""
    request.query()
    await request.engine.write_due_changes(request.account)
    return await _change(request, lambda _timings: None)


async def _change(request: ControlRequest, change: Callable[[Timings | None], Timings | None]) -> Response:
    def keep(state: AccountState) -> None:
        state.timings = change(state.timings)

    await request.engine.accounts.change(request.account, keep)
    return respond(request.account.status_flow.timings)
