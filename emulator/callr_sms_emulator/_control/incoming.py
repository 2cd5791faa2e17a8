"""`/_emulator/sms/incoming`: receive an SMS, as if a phone had sent it to the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._engine import Incoming, find_recipient
from callr_sms_emulator._engine import receive as receive_sms
from callr_sms_emulator._http import success_response

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class IncomingSms(msgspec.Struct):
    """An incoming SMS; a reply names the SMS that it replies to, and comes from its recipient."""

    text: str
    sender: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    reply_to: str | None = None


async def create(request: ControlRequest) -> Response:
    """Keep the SMS and return it."""
    found = await request.read(IncomingSms)
    engine, account = request.engine, request.account
    incoming = Incoming(await _sender(request, found), found.to or "", found.text)
    sms = await receive_sms(engine.config, engine.store, account, incoming)
    engine.deliveries.wake(account)
    return success_response(sms)


async def _sender(request: ControlRequest, found: IncomingSms) -> str:
    if found.reply_to is None:
        if found.sender is None:
            raise _errors.missing_parameter(
                "from", "the sender in E.164, or `reply_to`, the SMS that it replies to"
            )
        return found.sender
    engine = request.engine
    recipient = await find_recipient(engine.config, engine.store, request.account, found.reply_to)
    if found.sender not in {None, recipient}:
        raise _errors.reply_from_other_number(found.reply_to)
    return recipient
