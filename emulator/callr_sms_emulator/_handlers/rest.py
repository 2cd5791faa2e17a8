"""The REST API of the vendor: its four endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._api import (
    EXPECTED_BODY,
    Endpoint,
    find_route,
    read_listing,
    read_send,
    read_send_query,
    reject_unknown,
)
from callr_sms_emulator._http import (
    ENVELOPE,
    JSON_TYPE,
    Response,
    read_object,
    read_query,
    success_response,
)

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Route
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request

_NO_STORE = (b"cache-control", b"no-store")


class RestApi:
    """Handles requests to the paths below `BASE_PATH`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._authenticator = engine.authenticator
        self._service = engine.service
        self._senders = engine.config.senders

    async def handle(self, request: Request[Account]) -> Response:
        """Check the credentials, then the path, then the method, and perform the operation.

        Raises:
            ApiError: One of these is wrong, or the operation rejects the request.
            Disconnected: The client disconnected before the end of its request.
            NoResponse: A fault wants no response.
        """
        headers = request.headers
        account = self._authenticator.recognise(headers) or await self._authenticator.admit(headers)
        request.account = account
        route = find_route(request.method, request.path)
        request.endpoint = route.endpoint.name
        if account.faults is None and not request.asks_for_fault:
            return await self._perform(account, route, request)
        from callr_sms_emulator._handlers import rest_faults  # noqa: PLC0415 - imported with the first fault

        return await rest_faults.serve(
            self._engine, account, route, request, lambda: self._perform(account, route, request)
        )

    async def _perform(self, account: Account, route: Route, request: Request[Account]) -> Response:
        match route.endpoint:
            case Endpoint.SEND:
                body = await request.read_body()
                reject_unknown(read_query(request.query), ())
                request.require_json()
                parameters = read_object(body, EXPECTED_BODY)
                sms_hash = await self._service.send(account, read_send(parameters, self._senders))
                return success_response(msgspec.json.encode(sms_hash))
            case Endpoint.SEND_BY_QUERY:
                sms = read_send_query(request.query, self._senders)
                sms_hash = await self._service.send(account, sms)
                return success_response(msgspec.json.encode(sms_hash), _NO_STORE)
            case Endpoint.GET:
                # The vendor's sample repeats the hash in the query string; the path is what counts (seed).
                reject_unknown(read_query(request.query), ("hash",))
                return success_response(await self._service.get(account, route.sms_hash))
            case Endpoint.LIST:
                listed = await self._service.find(account, read_listing(request.query), *ENVELOPE)
                return Response(200, [(b"content-type", JSON_TYPE)], listed)
