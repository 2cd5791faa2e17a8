"""What a call through the JSON-RPC door asks for, as far as faults look at it: the same operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callr_sms_emulator._injection import Job, recipient_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._api import Call
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request, Response

OPERATIONS = {"sms.send": "sendSms", "sms.get": "getSms", "sms.get_list": "listSms"}
"""The operations of the API by the methods that stand for them."""


async def serve(
    engine: Engine,
    account: Account,
    call: Call,
    request: Request[Account],
    do: Callable[[], Awaitable[Response]],
) -> Response:
    """Answer a call as a fault has it, or as `do` does where there is none.

    A fault is one of HTTP, whichever the door: its status and body are those that the REST API would get.
    """

    async def find() -> str | None:
        match call.method, call.parameters:
            case "sms.send", [_, str(to), *_]:
                return to
            case "sms.get", [str(sms_hash), *_]:
                return await recipient_of(engine.store, account, sms_hash)
        return None

    return await engine.injector.serve(Job(request, account, OPERATIONS[call.method], find, do))
