"""`/_emulator/health`: whether the emulator works."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class Health(msgspec.Struct):
    """Public facts: nothing about accounts or the location of files."""

    version: str
    store: str
    uptime: float
    faults: int


async def read(request: ControlRequest) -> Response:
    """Respond once the store has responded."""
    request.query()
    engine = request.engine
    await engine.store.all_due()
    uptime = (engine.clock.now() - engine.started_at) / 1000
    return respond(Health(version("callr-sms-emulator"), engine.store.kind, uptime, engine.accounts.faults))
