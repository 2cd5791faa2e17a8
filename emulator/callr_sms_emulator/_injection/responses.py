"""The answers that a fault makes up, as bytes too where they are not sent as HTTP answers are."""

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
    """Give the answer of a fault with a status, or with garbage that is HTTP; `name` is the fault's."""
    status = 200 if effect.status is None else effect.status
    content_type, body = (
        _BODIES[effect.garbage]
        if effect.garbage
        else (JSON_TYPE, write_error(_errors.injected(name, status, effect.message)))
    )
    given = [(key.lower().encode(), value.encode()) for key, value in (effect.headers or {}).items()]
    headers = [] if status in BODILESS else [(b"content-type", content_type)]
    if status == _errors.UnauthorizedError.status:
        headers += _errors.UnauthorizedError("").headers
    names = {key for key, _ in given}
    kept = [each for each in headers if each[0] not in names]
    return Response(status, [*kept, *given], _body(status, body))


def write_part(answer: Response, cut: int | str) -> bytes:
    """Write an answer as it goes over the wire, with the length of its whole body and a part of that."""
    body = answer.body
    if not isinstance(body, bytes):
        raise TypeError("an answer of the API is whole")
    lines = [*answer.headers, (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    head = b"".join(b"%b: %b\r\n" % line for line in lines)
    return STATUS_LINE[answer.status] + head + b"\r\n" + body[: cut_at(cut, len(body))]


def _body(status: int, body: bytes) -> bytes | AsyncIterator[bytes]:
    # In pieces, of which there are none: these must not have the Content-Length of a body that is whole
    # (RFC 9110, 8.6).
    return _nothing() if status in {204, 304} else b"" if status in BODILESS else body


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield
