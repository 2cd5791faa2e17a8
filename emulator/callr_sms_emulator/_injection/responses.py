"""The responses that faults make, and how one is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from callr_sms_emulator import _errors
from callr_sms_emulator._faults import BODILESS, cut_at
from callr_sms_emulator._http import JSON_TYPE, Response, write_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from callr_sms_emulator._faults import Effect

NOT_HTTP = b"\x16\x03\x01\x00\xff<<< not HTTP >>>\x00\x00\r\n\r\n"

_PAGE = b"""<!DOCTYPE html>
<html><head><title>Gateway</title></head><body><h1>Something went wrong</h1></body></html>
"""
_BODIES: dict[str, tuple[bytes, bytes]] = {
    "html": (b"text/html; charset=utf-8", _PAGE),
    "empty": (JSON_TYPE, b""),
    "truncated_json": (JSON_TYPE, b'{"status":"success","data":'),
    "other_json": (JSON_TYPE, b'{"ok":true,"result":["not","an","envelope"]}'),
    "wrong_type": (JSON_TYPE, b'{"status":"success","data":{"unexpected":[1,2,3]}}'),
    "not_utf8": (JSON_TYPE, b'{"status":"success","data":"\xff\xfe\xfd"}'),
}


def make_response(effect: Effect, name: str) -> Response:
    """Return the response of a fault with a status or with garbage; `name` is that of the fault."""
    status = 200 if effect.status is None else effect.status
    content_type, body = (
        _BODIES[effect.garbage]
        if effect.garbage
        else (JSON_TYPE, write_error(_errors.injected(name, status, effect.message)))
    )
    own = [(key.lower().encode(), value.encode()) for key, value in (effect.headers or {}).items()]
    headers = [] if status in BODILESS else [(b"content-type", content_type)]
    if status == _errors.UnauthorizedError.status:
        headers += _errors.UnauthorizedError("").headers
    names = {key for key, _ in own}
    kept = [each for each in headers if each[0] not in names]
    if status in BODILESS:
        # No chunks instead of an empty body: 204 and 304 must not have a Content-Length (RFC 9110, 8.6).
        return Response(status, [*kept, *own], b"" if status not in {204, 304} else _no_chunks())
    return Response(status, [*kept, *own], body)


def write_part(response: Response, cut: int | str) -> bytes:
    """Return the head of a response, with the length of the whole body, and a part of the body."""
    body = response.body
    if not isinstance(body, bytes):
        raise TypeError("the body of a response of the API is bytes")
    lines = [*response.headers, (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    head = b"".join(b"%b: %b\r\n" % line for line in lines)
    return STATUS_LINE[response.status] + head + b"\r\n" + body[: cut_at(cut, len(body))]


async def _no_chunks() -> AsyncIterator[bytes]:
    return
    yield
