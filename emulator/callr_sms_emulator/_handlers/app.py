"""The ASGI application: plain, without a framework, for a send is all it does most of the time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._api import (
    BASE_PATH,
    CONTROL_PATH,
    EXPECTED_BODY,
    Endpoint,
    find_route,
    is_api,
    is_json_rpc,
    read_listing,
    read_send,
    read_send_query,
    refuse_unknown,
)
from callr_sms_emulator._clock import Clock, SystemClock
from callr_sms_emulator._engine import Engine
from callr_sms_emulator._handlers.json_rpc import JsonRpc
from callr_sms_emulator._http import (
    ACCOUNT,
    BODY,
    ENDPOINT,
    REFUSAL,
    Disconnected,
    Response,
    Withheld,
    asks_for_fault,
    check_content_type,
    error_response,
    hold,
    path_of,
    read_body,
    read_object,
    read_query,
    send_response,
    success_response,
)
from callr_sms_emulator._log import describe, tell_request, tells_requests

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from typing import Any

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Route
    from callr_sms_emulator._control import Control
    from callr_sms_emulator._handlers.rest_faults import RestFaults
    from callr_sms_emulator._http import Receive, Scope, Send
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import Store

_log = logging.getLogger(__name__)

_CONTROL = CONTROL_PATH.encode()
_UNANSWERED = (_errors.SilentError, Withheld, Disconnected)
_NO_STORE = (b"cache-control", b"no-store")


def create_app(
    config: Config,
    *,
    store: Store,
    clock: Clock | None = None,
    draw_hash: Callable[[], str] | None = None,
) -> App:
    """Make the ASGI application of one emulator.

    The caller keeps the store: close it after the application has shut down. `clock` and `draw_hash` are
    the two sources of what differs from run to run; give your own and every answer repeats. Without
    `draw_hash`, `config.seed` decides.
    """
    return App(config, store, clock or SystemClock(), draw_hash)


class App:
    """Answers HTTP requests with the API's envelopes, never with anything else."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, draw_hash: Callable[[], str] | None
    ) -> None:
        self._shortcodes = config.shortcodes
        self._engine = Engine(config, store, clock, draw_hash)
        self._authenticator = self._engine.authenticator
        self._service = self._engine.service
        self._json_rpc = JsonRpc(self._engine)
        self._journal = self._engine.journal
        self._control: Control | None = None
        self._tells = tells_requests()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http":
            await (self._serve_and_tell if self._tells else self._serve)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    @cached_property
    def _rest_faults(self) -> RestFaults:
        """What lets requests to the four endpoints meet faults, imported when the first one does."""
        from callr_sms_emulator._handlers.rest_faults import RestFaults  # noqa: PLC0415 - only who asks pays

        return RestFaults(self._engine.injector, self._engine.store)

    def end_waits(self) -> None:
        """Answer those who wait for something to happen: the server stops."""
        self._engine.end_waits()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._engine.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._engine.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, raw_path, is_noted = time.perf_counter(), path_of(scope), False
        try:
            if is_api(raw_path):
                answer = await self._answer(raw_path, scope, receive)
            else:
                answer = await self._answer_elsewhere(raw_path, scope, receive)
        except BaseException as error:  # noqa: BLE001 - every failure is answered
            if isinstance(error, _errors.ApiError):
                scope[REFUSAL] = (error.broken, error.kept)
            is_noted = isinstance(error, _UNANSWERED)
            if is_noted:
                await self._note_failure(scope, began, None)  # now, for nobody knows how long it waits
            failed = await self._answer_failure(error, scope, receive)
            if failed is None:
                return
            answer = failed
        # Before the answer goes out: whoever has it finds it in the journal.
        account = scope.get(ACCOUNT)
        if account is None and not is_noted:
            await self._note_failure(scope, began, answer)
        elif self._journal is not None and not is_noted:
            self._journal.note(raw_path, scope, began, answer, account)
        await send_response(send, answer)

    async def _note_failure(self, scope: Scope, began: float, answer: Response | None) -> None:
        """Note what failed, maybe before it was known whose it is; not what the control API answers."""
        path = path_of(scope)
        if self._journal is None or path.startswith(_CONTROL):
            return
        account, (broken, _) = scope.get(ACCOUNT), scope.get(REFUSAL, (None, None))
        if account is None and (broken is None or broken.rule != "credentials"):
            with contextlib.suppress(Exception):  # what fails here must not take the answer away
                account = await self._authenticator.admit(scope["headers"])
        self._journal.note(path, scope, began, answer, account)

    async def _serve_and_tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, seen = time.perf_counter(), 0

        async def listen(message: MutableMapping[str, Any]) -> None:
            nonlocal seen
            seen = message.get("status", seen)
            await send(message)

        await self._serve(scope, receive, listen)
        name = scope.get(ENDPOINT, "none")
        tell_request(scope["method"], name, seen, (time.perf_counter() - began) * 1000)

    async def _answer(self, raw_path: bytes, scope: Scope, receive: Receive) -> Response:
        """Check the credentials first, then the path, then the method."""
        headers = scope["headers"]
        account = scope[ACCOUNT] = self._authenticator.recognise(headers) or await self._authenticator.admit(
            headers
        )
        route = find_route(scope["method"], raw_path)
        scope[ENDPOINT] = route.endpoint.name
        if account.faults is not None or asks_for_fault(scope["headers"]):
            return await self._rest_faults.serve(account, route, scope, receive, self._do)
        return await self._do(account, route, scope, receive)

    async def _do(self, account: Account, route: Route, scope: Scope, receive: Receive) -> Response:
        query: bytes = scope["query_string"]
        match route.endpoint:
            case Endpoint.SEND:
                body = scope[BODY] = await read_body(receive)
                refuse_unknown(read_query(query), ())
                check_content_type(scope)
                parameters = read_object(body, EXPECTED_BODY)
                sms_hash = await self._service.send(account, read_send(parameters, self._shortcodes))
                return success_response(msgspec.json.encode(sms_hash))
            case Endpoint.SEND_BY_QUERY:
                sms_hash = await self._service.send(account, read_send_query(query, self._shortcodes))
                return success_response(msgspec.json.encode(sms_hash), _NO_STORE)
            case Endpoint.GET:
                # The vendor's sample repeats the hash in the query string; the path is what counts (seed).
                refuse_unknown(read_query(query), ("hash",))
                return success_response(await self._service.get(account, route.sms_hash))
            case Endpoint.LIST:
                return success_response(await self._service.find(account, read_listing(query)))

    async def _answer_elsewhere(self, raw_path: bytes, scope: Scope, receive: Receive) -> Response:
        """Answer outside the API, where nobody hurries."""
        if is_json_rpc(raw_path):
            return await self._json_rpc.answer(scope, receive)
        if not raw_path.startswith(_CONTROL):
            raise _errors.no_endpoint(raw_path.decode("latin-1"), BASE_PATH)
        if self._control is None:
            from callr_sms_emulator._control import Control  # noqa: PLC0415 - only who uses it pays for it

            self._control = Control(self._engine)
        return await self._control.answer(raw_path, scope, receive)

    async def _answer_failure(self, error: BaseException, scope: Scope, receive: Receive) -> Response | None:
        """Give the answer of a failure; None when nobody is there to read it."""
        try:
            if isinstance(error, (_errors.SilentError, Withheld)):
                await hold(scope, receive, self._engine.stopping)
                return error_response(_errors.stopping())
            if isinstance(error, Disconnected):
                return None
            if isinstance(error, _errors.ApiError):
                return error_response(error)
            if isinstance(error, Exception):
                _log.error("a request failed: %s", describe(error))
                return error_response(_errors.internal_error())
            raise error
        except asyncio.CancelledError:  # uvicorn's way to end what a stop has waited for long enough
            return error_response(_errors.stopping())
        except Disconnected:
            return None
