"""Answers: the API's envelopes, and how they are sent."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._http.asgi import Headers, Send

JSON_TYPE = b"application/json"
_SUCCESS = b'{"status":"success","data":%b}'


class _Error(msgspec.Struct):
    code: int
    message: str


class _ErrorEnvelope(msgspec.Struct):
    status: str
    data: _Error


class Response(NamedTuple):
    """An answer: its headers without the length, and its body, whole or in pieces."""

    status: int
    headers: Headers
    body: bytes | AsyncIterator[bytes]


def write_error(error: _errors.ApiError) -> bytes:
    """Write the envelope of a failure; `data.code` equals the HTTP status (rest-intro)."""
    return msgspec.json.encode(_ErrorEnvelope("error", _Error(error.status, error.message)))


def success_response(data: bytes, *extra: tuple[bytes, bytes]) -> Response:
    """Give the answer of a success: `data` is JSON, put in the envelope as it is."""
    return Response(200, [(b"content-type", JSON_TYPE), *extra], _SUCCESS % data)


def error_response(error: _errors.ApiError) -> Response:
    """Give the answer of a failure."""
    return Response(error.status, [(b"content-type", JSON_TYPE), *error.headers], write_error(error))


async def send_response(send: Send, answer: Response) -> None:
    """Send an answer; pieces go out as they come."""
    body = answer.body
    if isinstance(body, bytes):
        answer.headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return
    async for piece in body:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
