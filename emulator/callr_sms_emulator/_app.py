"""The ASGI application: plain, without a framework, for a send is all it does most of the time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._auth import Gate
from callr_sms_emulator._clock import Clock, SystemClock
from callr_sms_emulator._config import Config
from callr_sms_emulator._json import read_object
from callr_sms_emulator._listing import read_listing
from callr_sms_emulator._log import describe
from callr_sms_emulator._message import draw_hash as draw_random_hash
from callr_sms_emulator._query import read_query
from callr_sms_emulator._reference import read_reference
from callr_sms_emulator._routes import Endpoint, Route, find_route, is_api
from callr_sms_emulator._send import read_send, read_send_query, refuse_unknown
from callr_sms_emulator._service import Service
from callr_sms_emulator._store import Store

_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]

MAX_BODY = 1024 * 1024
"""Bytes; the longest valid request, with every character escaped, needs less than half (choice)."""

_JSON_TYPE = b"application/json"
_CONTENT_TYPE = (b"content-type", _JSON_TYPE)
_NO_STORE = (b"cache-control", b"no-store")
_SUCCESS = b'{"status":"success","data":%b}'


class _Error(msgspec.Struct):
    code: int
    message: str


class _ErrorEnvelope(msgspec.Struct):
    status: str
    data: _Error


class _Elsewhere(Exception):  # noqa: N818 - not an error: the path may be one of the emulator's own
    """The path is not below the API's base."""

    def __init__(self, raw_path: bytes) -> None:
        super().__init__()
        self.raw_path = raw_path


class _Disconnected(Exception):  # noqa: N818 - not an error: the client left
    """The client went away before its request was complete."""


def write_error(error: _errors.ApiError) -> bytes:
    """Write the envelope of a failure; `data.code` equals the HTTP status (rest-intro)."""
    return msgspec.json.encode(_ErrorEnvelope("error", _Error(error.status, error.message)))


def create_app(
    config: Config,
    *,
    store: Store,
    clock: Clock | None = None,
    draw_hash: Callable[[], str] = draw_random_hash,
) -> "App":
    """Make the ASGI application of one emulator.

    The caller keeps the store: close it after the application has shut down. `clock` and `draw_hash` are
    the two sources of what differs from run to run; give your own and every answer repeats.
    """
    return App(config, store, clock or SystemClock(), draw_hash)


class App:
    """Answers HTTP requests with the API's envelopes, never with anything else."""

    def __init__(self, config: Config, store: Store, clock: Clock, draw_hash: Callable[[], str]) -> None:
        self._gate = Gate(config.accounts)
        self._shortcodes = config.shortcodes
        self._service = Service(config, store, clock, draw_hash)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._service.life_cycle.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._service.life_cycle.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, headers = 200, [_CONTENT_TYPE]
        try:
            body, extra = await self._answer(scope, receive)
            headers += extra
        except _Disconnected:
            return
        except _Elsewhere as elsewhere:
            status, body, headers = _answer_elsewhere(scope["method"], elsewhere.raw_path)
        except _errors.ApiError as error:
            status, body, headers = _refuse(error)
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """Give the body of a success and its extra headers; every failure is an ApiError."""
        try:
            account, route = self._admit(scope)
            return await self._call(account, route, scope, receive)
        except (_errors.ApiError, _Elsewhere, _Disconnected):
            raise
        except asyncio.CancelledError:  # uvicorn's way to end what a stop has waited for long enough
            raise _errors.stopping() from None
        except Exception as error:
            _log.error("a request failed: %s", describe(error))
            raise _errors.internal_error() from error

    def _admit(self, scope: Scope) -> tuple[str, Route]:
        """Check the credentials first, then the path, then the method."""
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        if not is_api(raw_path):
            raise _Elsewhere(raw_path)
        authorizations = [value for name, value in scope["headers"] if name == b"authorization"]
        return self._gate.check(authorizations), find_route(scope["method"], raw_path)

    async def _call(
        self, account: str, route: Route, scope: Scope, receive: Receive
    ) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        query: bytes = scope["query_string"]
        match route.endpoint:
            case Endpoint.SEND:
                refuse_unknown(read_query(query), ())
                _check_content_type(scope)
                parameters = read_object(await _read_body(receive))
                sms_hash = await self._service.send(account, read_send(parameters, self._shortcodes))
                return _SUCCESS % msgspec.json.encode(sms_hash), []
            case Endpoint.SEND_BY_QUERY:
                sms_hash = await self._service.send(account, read_send_query(query, self._shortcodes))
                return _SUCCESS % msgspec.json.encode(sms_hash), [_NO_STORE]
            case Endpoint.GET:
                # The vendor's sample repeats the hash in the query string; the path is what counts (seed).
                refuse_unknown(read_query(query), ("hash",))
                return _SUCCESS % await self._service.get(account, route.sms_hash), []
            case Endpoint.LIST:
                return _SUCCESS % await self._service.find(account, read_listing(query)), []


def _refuse(error: _errors.ApiError) -> _Answer:
    return error.status, write_error(error), [_CONTENT_TYPE, *error.headers]


def _answer_elsewhere(method: str, raw_path: bytes) -> _Answer:
    """Answer outside the API, where no credentials are asked for and nobody hurries."""
    try:
        body, headers = read_reference(method, raw_path)
    except _errors.ApiError as error:
        return _refuse(error)
    return 200, body, headers


def _check_content_type(scope: Scope) -> None:
    """Accept JSON with any parameters; a charset changes nothing, for JSON is UTF-8 (choice)."""
    values = [value for name, value in scope["headers"] if name == b"content-type"]
    if len(values) == 1 and values[0].partition(b";")[0].strip().lower() == _JSON_TYPE:
        return
    found = b", ".join(values).decode("latin-1") if values else None
    raise _errors.wrong_content_type(found)


async def _read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _Disconnected
        chunk: bytes = event.get("body", b"")
        body += chunk
        if len(body) > MAX_BODY:
            raise _errors.body_too_large(MAX_BODY)
        if not event.get("more_body", False):
            return body
