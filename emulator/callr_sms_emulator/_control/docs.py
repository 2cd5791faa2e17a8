"""`/_emulator/docs`: the reference page; `/_emulator/openapi.json`: the document of the control API."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _page
from callr_sms_emulator._api import CONTROL_PATH
from callr_sms_emulator._http import JSON_TYPE, Response
from callr_sms_emulator._schemas import read_document

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest


async def read_reference(request: ControlRequest) -> Response:  # noqa: ARG001 - handlers are called alike
    """Return the reference page of the vendor's API, whatever the query string."""
    return _page.read_reference()


async def read_openapi(request: ControlRequest) -> Response:
    """Return the OpenAPI document of the control API; without an envelope, because tools read it."""
    request.query()
    prefix = request.engine.config.path_prefix
    return Response(200, [(b"content-type", JSON_TYPE)], _read(prefix))


@cache
def _read(prefix: str) -> bytes:
    document = read_document()
    if prefix:
        # Relative to the address of this document (OpenAPI 3.1, 4.6).
        document |= {"servers": [{"url": prefix + CONTROL_PATH.rstrip("/")}]}
    return msgspec.json.encode(document)
