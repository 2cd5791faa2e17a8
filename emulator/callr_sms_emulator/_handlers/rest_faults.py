"""What a request to the four endpoints asks for, as far as faults look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._api import Endpoint
from callr_sms_emulator._http import read_query
from callr_sms_emulator._injection import Injector, Job, recipient_in, recipient_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Route
    from callr_sms_emulator._http import Request, Response
    from callr_sms_emulator._storage import Store

    Do = Callable[[Account, Route, Request[Account]], Awaitable[Response]]

OPERATIONS = {
    Endpoint.LIST: "listSms",
    Endpoint.SEND: "sendSms",
    Endpoint.SEND_BY_QUERY: "sendSmsByQuery",
    Endpoint.GET: "getSms",
}
"""The names that the contract gives to the endpoints."""


class RestFaults:
    """Serves requests to the four endpoints whose account has rules, or which ask for a fault themselves."""

    def __init__(self, injector: Injector, store: Store) -> None:
        self._injector = injector
        self._store = store

    async def serve(self, account: Account, route: Route, request: Request[Account], do: Do) -> Response:
        """Answer as a fault has it, or as `do` does where there is none."""
        if route.endpoint is Endpoint.SEND:
            await request.read_body()

        async def find() -> str | None:
            return await self._find_recipient(account, route, request)

        operation = OPERATIONS[route.endpoint]
        return await self._injector.serve(
            Job(request, account, operation, find, lambda: do(account, route, request))
        )

    async def _find_recipient(self, account: Account, route: Route, request: Request[Account]) -> str | None:
        match route.endpoint:
            case Endpoint.SEND:
                return recipient_in(await request.read_body())
            case Endpoint.SEND_BY_QUERY:
                return _recipient_of_query(request.query)
            case Endpoint.GET:
                return await recipient_of(self._store, account, route.sms_hash)
            case Endpoint.LIST:  # its `to` is a date
                return None


def _recipient_of_query(query: bytes) -> str | None:
    try:
        return read_query(query).get("to")
    except _errors.InvalidRequestError:
        return None
