"""What a request to the four endpoints asks for, as far as faults look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from callr_sms_emulator import _errors
from callr_sms_emulator._api import Endpoint
from callr_sms_emulator._http import BODY, read_body, read_query
from callr_sms_emulator._injection import Injector, Job, recipient_in, recipient_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Route
    from callr_sms_emulator._http import Receive, Response, Scope
    from callr_sms_emulator._storage import Store

    Do = Callable[[Account, Route, Scope, Receive], Awaitable[Response]]

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

    async def serve(self, account: Account, route: Route, scope: Scope, receive: Receive, do: Do) -> Response:
        """Answer as a fault has it, or as `do` does where there is none; it is handed the body anew."""
        body = b""
        if route.endpoint is Endpoint.SEND:
            body = scope[BODY] = await read_body(receive)

        async def find() -> str | None:
            return await self._find_recipient(account, route, scope, body)

        again = _repeat(body, receive)
        job = Job(
            account,
            OPERATIONS[route.endpoint],
            scope,
            receive,
            find,
            lambda: do(account, route, scope, again),
        )
        return await self._injector.serve(job)

    async def _find_recipient(self, account: Account, route: Route, scope: Scope, body: bytes) -> str | None:
        match route.endpoint:
            case Endpoint.SEND:
                return recipient_in(body)
            case Endpoint.SEND_BY_QUERY:
                return _recipient_of_query(scope["query_string"])
            case Endpoint.GET:
                return await recipient_of(self._store, account, route.sms_hash)
            case Endpoint.LIST:  # its `to` is a date
                return None


def _recipient_of_query(query: bytes) -> str | None:
    try:
        return read_query(query).get("to")
    except _errors.InvalidRequestError:
        return None


def _repeat(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, then what comes behind it."""
    is_read = False

    async def repeat() -> MutableMapping[str, Any]:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return cast("MutableMapping[str, Any]", {"type": "http.request", "body": body, "more_body": False})

    return repeat
