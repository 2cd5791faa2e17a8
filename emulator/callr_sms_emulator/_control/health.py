"""`/_emulator/health`: whether the emulator works."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._storage import StoreError, StoreGoneError

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
    """Respond once the store has taken a write and given what is due.

    Raises:
        UnhealthyError: It cannot.
    """
    request.query()
    engine = request.engine
    try:
        await engine.store.probe()
        await engine.store.all_due()
    except StoreGoneError:
        raise _errors.unhealthy(
            "its file was removed or replaced while it is served: put it back, or start the emulator again"
        ) from None
    except StoreError as error:
        raise _errors.unhealthy(str(error)) from None
    uptime = (engine.clock.now() - engine.started_at) / 1000
    return respond(Health(version("callr-sms-emulator"), engine.store.kind, uptime, engine.accounts.faults))
