"""Calls of the JSON-RPC API that may meet a fault. Rules name the operations of the REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callr_sms_emulator._api import METHOD_OPERATIONS
from callr_sms_emulator._injection import OperationCall, recipient_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Call
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request, Response


async def serve(
    engine: Engine,
    account: Account,
    call: Call,
    request: Request[Account],
    perform: Callable[[], Awaitable[Response]],
) -> Response:
    """Return the response that a fault makes, or that of `perform` if no fault applies.

    A fault changes the HTTP response: status and body are the same as in the REST API.
    """

    async def find_recipient() -> str | None:
        match call.method, call.parameters:
            case "sms.send", [_, str(to), *_]:
                return to
            case "sms.get", [str(sms_hash), *_]:
                return await recipient_of(engine.store, account, sms_hash)
        return None

    return await engine.injector.serve(
        OperationCall(
            request, account, METHOD_OPERATIONS.get(call.method, call.method), find_recipient, perform
        )
    )
