"""Responses: the envelopes of the API, and how responses are sent."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._http.asgi import Headers, Send

JSON_TYPE = b"application/json"
ENVELOPE = (b'{"status":"success","data":', b"}")
"""What is before and after the JSON of a result."""

_SUCCESS = b"%b".join(ENVELOPE)


class _Error(msgspec.Struct):
    code: int
    message: str


class _ErrorEnvelope(msgspec.Struct):
    status: str
    data: _Error


class Response(NamedTuple):
    """A response. Its headers lack the length; its body is complete or an iterator of chunks."""

    status: int
    headers: Headers
    body: bytes | AsyncIterator[bytes]


def write_error(error: _errors.ApiError) -> bytes:
    """Return the envelope of an error; `data.code` equals the HTTP status (rest-intro)."""
    return msgspec.json.encode(_ErrorEnvelope("error", _Error(error.status, error.message)))


def success_response(data: bytes, *extra: tuple[bytes, bytes]) -> Response:
    """Return a response whose envelope has the JSON `data` unchanged."""
    return Response(200, [(b"content-type", JSON_TYPE), *extra], _SUCCESS % data)


def error_response(error: _errors.ApiError) -> Response:
    """Return the response to an error."""
    return Response(error.status, [(b"content-type", JSON_TYPE), *error.headers], write_error(error))


async def join_body(response: Response) -> Response:
    """Return the response with a complete body."""
    if isinstance(response.body, bytes):
        return response
    return response._replace(body=b"".join([chunk async for chunk in response.body]))


async def send_response(
    send: Send, response: Response, is_closed: Callable[[], bool] = lambda: False
) -> None:
    """Send a response; chunks are sent as they come, and no more once the connection is closed."""
    body = response.body
    if isinstance(body, bytes):
        response.headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return
    async for chunk in body:
        if is_closed():
            break
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
