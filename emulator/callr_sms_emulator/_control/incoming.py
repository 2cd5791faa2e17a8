"""`/_emulator/sms/incoming`: an SMS comes in, as if somebody had sent it to the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._api import read_recipient
from callr_sms_emulator._engine import Incoming, find_recipient
from callr_sms_emulator._engine import receive as receive_sms
from callr_sms_emulator._http import success_response

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class IncomingSms(msgspec.Struct, forbid_unknown_fields=True):
    """Who sends what to whom; a reply names the SMS that it answers, and comes from its recipient."""

    text: str
    sender: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    reply_to: str | None = None


async def receive(request: ControlRequest) -> Response:
    """Keep the SMS; answer with it."""
    found = await request.read(IncomingSms)
    engine, account = request.engine, request.account
    if not found.text:
        raise _errors.empty_text("text")
    _errors.refuse_lone_surrogate("text", found.text)
    to = "" if found.to is None else read_recipient("to", found.to)
    incoming = Incoming(await _sender(request, found), to, found.text)
    sms = await receive_sms(engine.config, engine.store, account, incoming)
    engine.deliveries.wake(account)
    return success_response(sms)


async def _sender(request: ControlRequest, found: IncomingSms) -> str:
    given = None if found.sender is None else read_recipient("from", found.sender)
    if found.reply_to is None:
        if given is None:
            raise _errors.missing_parameter(
                "from", "who sends it, in E.164, or `reply_to`, the SMS it answers"
            )
        return given
    recipient = await find_recipient(request.engine.store, request.account, found.reply_to)
    if given not in {None, recipient}:
        raise _errors.other_replier(found.reply_to)
    return recipient
