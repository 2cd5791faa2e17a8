"""What people and programs read about the emulator: the reference page, the document of the control API."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _reference_page
from callr_sms_emulator._http import JSON_TYPE, Response
from callr_sms_emulator._schemas import read_document

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest


async def read_reference(request: ControlRequest) -> Response:  # noqa: ARG001 - handlers are called alike
    """Give the reference page of the vendor's API, whatever stands in the query string."""
    return _reference_page.read_reference()


async def read_openapi(request: ControlRequest) -> Response:
    """Give the OpenAPI document of the control API, without an envelope, for tools read it."""
    request.query()
    return Response(200, [(b"content-type", JSON_TYPE)], _read())


@cache
def _read() -> bytes:
    return msgspec.json.encode(read_document())
