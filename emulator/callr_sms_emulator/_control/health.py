"""`/_emulator/health`: whether it is there, and what it is."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class Health(msgspec.Struct):
    """What an emulator tells anybody: nothing of accounts, nor where its files are."""

    version: str
    store: str
    uptime: float
    faults: int


async def read(request: ControlRequest) -> Response:
    """Answer once the store has answered."""
    request.query()
    engine = request.engine
    await engine.store.all_due()
    uptime = (engine.clock.now() - engine.started_at) / 1000
    return respond(Health(version("callr-sms-emulator"), engine.store.kind, uptime, engine.accounts.faults))
