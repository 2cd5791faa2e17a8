"""Requests to the REST API that may meet a fault."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._api import Endpoint
from callr_sms_emulator._http import read_query
from callr_sms_emulator._injection import OperationCall, recipient_in, recipient_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Route
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request, Response


async def serve(
    engine: Engine,
    account: Account,
    route: Route,
    request: Request[Account],
    perform: Callable[[], Awaitable[Response]],
) -> Response:
    """Return the response that a fault makes, or that of `perform` if no fault applies."""
    if route.endpoint is Endpoint.SEND:
        await request.read_body()

    async def find_recipient() -> str | None:
        match route.endpoint:
            case Endpoint.SEND:
                return recipient_in(await request.read_body())
            case Endpoint.SEND_BY_QUERY:
                with suppress(_errors.InvalidRequestError):
                    return read_query(request.query).get("to")
                return None
            case Endpoint.GET:
                return await recipient_of(engine.store, account, route.sms_hash)
            case Endpoint.LIST:  # its `to` is a date
                return None

    return await engine.injector.serve(
        OperationCall(request, account, route.endpoint.value, find_recipient, perform)
    )
