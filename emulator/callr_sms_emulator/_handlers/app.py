"""The ASGI application: plain, without a framework, because most of the time all it does is a send."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._api import BASE_PATH, CONTROL_PATH, is_api, is_json_rpc
from callr_sms_emulator._clock import Clock, SystemClock
from callr_sms_emulator._engine import Engine
from callr_sms_emulator._handlers.json_rpc import JsonRpc
from callr_sms_emulator._handlers.rest import RestApi
from callr_sms_emulator._http import (
    Disconnected,
    NoResponse,
    Request,
    Response,
    error_response,
    send_response,
)
from callr_sms_emulator._log import describe, tell_request, tells_requests

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from typing import Any

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._control import Control
    from callr_sms_emulator._http import Receive, Scope, Send
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import Store

_log = logging.getLogger(__name__)

_CONTROL = CONTROL_PATH.encode()
_UNANSWERED = (_errors.SilentError, NoResponse, Disconnected)


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
        self._engine = Engine(config, store, clock, draw_hash)
        self._rest = RestApi(self._engine)
        self._json_rpc = JsonRpc(self._engine)
        self._control: Control | None = None
        self._journal = self._engine.journal
        self._serve_http = self._serve_and_log if tells_requests() else self._serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http":
            await self._serve_http(Request(scope, receive), send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

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

    async def _serve_and_log(self, request: Request[Account], send: Send) -> None:
        status = 0

        async def listen(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._serve(request, listen)
        milliseconds = (time.perf_counter() - request.began) * 1000
        tell_request(request.method, request.endpoint or "none", status, milliseconds)

    async def _serve(self, request: Request[Account], send: Send) -> None:
        is_recorded = False
        try:
            if is_api(request.path):
                answer = await self._rest.handle(request)
            else:
                answer = await self._handle_elsewhere(request)
        except BaseException as error:  # noqa: BLE001 - every failure is answered
            if isinstance(error, _errors.ApiError):
                request.refuse(error)
            is_recorded = isinstance(error, _UNANSWERED)
            if is_recorded:
                await self._record_unknown(request, None)  # now: how long it waits is not known
            failed = await self._answer_failure(error, request)
            if failed is None:
                return
            answer = failed
        # Before the response goes out, so that a client that has it finds its request in the journal.
        if request.account is None and not is_recorded:
            await self._record_unknown(request, answer)
        elif self._journal is not None and not is_recorded:
            self._journal.record(request, answer)
        await send_response(send, answer)

    async def _record_unknown(self, request: Request[Account], answer: Response | None) -> None:
        """Record what failed, maybe before its account was known; not what the control API answers."""
        if self._journal is None or request.path.startswith(_CONTROL):
            return
        broken = request.broken
        if request.account is None and (broken is None or broken.rule != "credentials"):
            with contextlib.suppress(Exception):  # what fails here must not take the response away
                request.account = await self._engine.authenticator.admit(request.headers)
        self._journal.record(request, answer)

    async def _handle_elsewhere(self, request: Request[Account]) -> Response:
        """Answer outside the REST API, where speed does not matter."""
        if is_json_rpc(request.path):
            return await self._json_rpc.handle(request)
        if not request.path.startswith(_CONTROL):
            raise _errors.no_endpoint(request.path.decode("latin-1"), BASE_PATH)
        if self._control is None:
            from callr_sms_emulator._control import Control  # noqa: PLC0415 - only who uses it pays for it

            self._control = Control(self._engine)
        return await self._control.handle(request)

    async def _answer_failure(self, error: BaseException, request: Request[Account]) -> Response | None:
        """Return the response to a failure; None when the client has left."""
        try:
            if isinstance(error, (_errors.SilentError, NoResponse)):
                await request.delay_response(self._engine.stopping)
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
