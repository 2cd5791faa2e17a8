"""The ASGI application. It uses no framework, because sends must be fast."""

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
from callr_sms_emulator._handlers.visitors import Visitors
from callr_sms_emulator._http import (
    Disconnected,
    NoResponse,
    Request,
    Response,
    error_response,
    send_response,
)
from callr_sms_emulator._log import log_error, log_request, logs_requests
from callr_sms_emulator._page import is_page, read_page
from callr_sms_emulator._storage import StoreError, StoreGoneError, StoreUnreachableError, explain

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
_WITHOUT_RESPONSE = (_errors.SilentError, NoResponse, Disconnected)


def create_app(
    config: Config,
    *,
    store: Store,
    clock: Clock | None = None,
    draw_hash: Callable[[], str] | None = None,
) -> App:
    """Return the ASGI application of one emulator.

    The caller owns the store, and closes it after the application has shut down. Only `clock` and `draw_hash`
    differ from run to run: with your own, every run has the same responses. Without `draw_hash`, hashes are
    drawn by `config.seed`.
    """
    return App(config, store, clock or SystemClock(), draw_hash)


class App:
    """The ASGI application of one emulator. Responses of the API and all errors have its envelopes."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, draw_hash: Callable[[], str] | None
    ) -> None:
        self._engine = Engine(config, store, clock, draw_hash)
        self._rest = RestApi(self._engine)
        self._json_rpc = JsonRpc(self._engine)
        self._control: Control | None = None
        self._visitors = Visitors(config)
        self._journal = self._engine.journal
        self._counts = self._engine.counters.requests
        self._prefix = config.path_prefix.encode()
        self._serve_http = self._serve_and_log if logs_requests() else self._serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or the lifespan."""
        if scope["type"] == "http":
            request: Request[Account] = Request(scope, receive)
            if self._prefix:
                self._strip_prefix(request)
            await self._serve_http(request, send)
        elif scope["type"] == "lifespan":
            await receive()
            await self.start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.stop()
            await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Start what goes on between requests; a server does it through the lifespan.

        Raises:
            StoreError: What the store contains cannot be used.
        """
        try:
            await self._engine.start()
        except StoreUnreachableError as error:
            message = f"cannot use the database {self._engine.store.database}: {error}"
            raise StoreError(message) from error
        except Exception as error:
            message = f"cannot use the database {self._engine.store.database}: {explain(error)}"
            raise StoreError(message) from error

    async def stop(self) -> None:
        """Stop it."""
        await self._engine.stop()

    def end_waits(self) -> None:
        """Answer all requests that wait for something, because the server stops."""
        self._engine.end_waits()

    def _strip_prefix(self, request: Request[Account]) -> None:
        """Take the prefix off the path; a path without it becomes one that does not exist."""
        path = request.path.removeprefix(self._prefix)
        has_prefix = path != request.path and path[:1] in {b"/", b""}
        request.path = (path or b"/") if has_prefix else b""

    async def _serve_and_log(self, request: Request[Account], send: Send) -> None:
        status = 0

        async def listen(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._serve(request, listen)
        milliseconds = (time.perf_counter() - request.began) * 1000
        log_request(request.method, request.endpoint or "none", status, milliseconds)

    async def _serve(self, request: Request[Account], send: Send) -> None:
        if self._visitors.has_origins:
            send = self._visitors.permit(request, send)
        try:
            self._visitors.check(request)
        except _errors.ApiError as error:  # not in the journal of an account: a stranger must not fill it
            self._counts[None, error.status] += 1
            await send_response(send, error_response(error))
            return
        if self._visitors.has_origins and await self._visitors.answer_preflight(request, send):
            return
        await self._perform(request, send)

    async def _perform(self, request: Request[Account], send: Send) -> None:
        is_recorded = False
        try:
            if is_api(request.path):
                response = await self._rest.handle(request)
            else:
                response = await self._handle_elsewhere(request)
        except BaseException as error:  # noqa: BLE001 - every failure has a response
            if isinstance(error, _errors.ApiError):
                request.reject(error)
            is_recorded = isinstance(error, _WITHOUT_RESPONSE)
            if is_recorded:
                await self._record_failure(request, None)  # now, because it may wait for long
            failed = await self._respond_to_failure(error, request)
            if failed is None:
                self._counts[request.endpoint, None] += 1
                return
            response = failed
        # Before the response is sent, so that a client that has it finds its request in the journal.
        if request.account is None and not is_recorded:
            await self._record_failure(request, response)
        elif self._journal is not None and not is_recorded:
            self._journal.record(request, response)
        self._counts[request.endpoint, response.status] += 1
        try:
            await send_response(send, response, request.is_closed)
        except Exception as error:  # noqa: BLE001 - the store, in the middle: the client finds no end
            log_error(_log, "a response was cut off", error)

    async def _record_failure(self, request: Request[Account], response: Response | None) -> None:
        """Record a request that failed, maybe before its account was known; not one to the control API."""
        if self._journal is None or request.path.startswith(_CONTROL) or self._is_page(request):
            return
        broken = request.broken
        if request.account is None and (broken is None or broken.rule != "credentials"):
            # An error here must not replace the response, nor may the end of the server.
            with contextlib.suppress(Exception, asyncio.CancelledError):
                request.account = await self._engine.authenticator.admit(request.headers)
        self._journal.record(request, response)

    def _is_page(self, request: Request[Account]) -> bool:
        if is_json_rpc(request.method, request.path):
            return False
        return self._engine.config.page and is_page(request.path)

    async def _handle_elsewhere(self, request: Request[Account]) -> Response:
        """Handle a request outside the REST API, where speed does not matter."""
        if is_json_rpc(request.method, request.path):
            request.endpoint = "json-rpc"
            return await self._json_rpc.handle(request)
        if self._prefix and not request.path:
            raise _errors.no_prefix(self._engine.config.path_prefix)
        if self._is_page(request):
            config = self._engine.config
            return read_page(request.method, request.path, config.path_prefix, config.published_account)
        if not request.path.startswith(_CONTROL):
            raise _errors.no_endpoint(request.path.decode("latin-1"), BASE_PATH)
        if self._control is None:
            from callr_sms_emulator._control import Control  # noqa: PLC0415 - imported when it is used

            self._control = Control(self._engine)
        return await self._control.handle(request)

    async def _respond_to_failure(self, error: BaseException, request: Request[Account]) -> Response | None:
        """Return the response to a failure; None if the client has disconnected."""
        try:
            if isinstance(error, (_errors.SilentError, NoResponse)):
                await request.delay_response(self._engine.stopping)
                return error_response(_errors.stopping())
            if isinstance(error, Disconnected):
                return None
            if isinstance(error, _errors.ApiError):
                return error_response(error)
            if isinstance(error, Exception):
                log_error(_log, "a request failed", error)
                return error_response(_store_error(error) or _errors.internal_error())
            raise error
        except asyncio.CancelledError:  # uvicorn cancels requests that outlast its grace period
            return error_response(_errors.stopping())
        except Disconnected:
            return None


def _store_error(error: Exception) -> _errors.ApiError | None:
    """Return the response to an error of the store itself; None for another error."""
    if isinstance(error, StoreGoneError):
        return _errors.database_gone()
    if isinstance(error, StoreUnreachableError):
        return _errors.database_unreachable(str(error))
    return None
