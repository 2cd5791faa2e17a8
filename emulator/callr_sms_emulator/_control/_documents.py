"""What people and programs read about the emulator: the reference page, the document of the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callr_sms_emulator import _reference

if TYPE_CHECKING:
    from callr_sms_emulator._control._request import Request
    from callr_sms_emulator._http import Answer


async def show_reference(request: Request) -> Answer:  # noqa: ARG001 - handlers are called alike
    """Give the reference page of the vendor's API, whatever stands in the query string."""
    return _reference.read_reference()
