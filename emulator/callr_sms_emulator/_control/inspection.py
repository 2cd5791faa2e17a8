"""`/_emulator/sms/<hash>`: an SMS as it is billed, and what comes next; `/_emulator/parts`: of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._engine import end_sms
from callr_sms_emulator._http import success_response
from callr_sms_emulator._sms import (
    STOP_MARK,
    Billing,
    Encoding,
    explain_billing,
    find_code,
    read_searchable,
)

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class EndedSms(msgspec.Struct):
    """The final status that an SMS gets at once, in lower case."""

    outcome: str


class CountedText(msgspec.Struct):
    """A text to count; `from` as it would be sent with, because `%STOPNUM%` depends on it."""

    text: str
    sender: str = msgspec.field(name="from", default="")
    force_encoding: Encoding | None = None


class ShownParts(msgspec.Struct):
    """A text as it would be sent and billed."""

    text: str
    debit: str
    billing: Billing


class UpcomingStatus(msgspec.Struct):
    """A status to come: when it is due, and in how many milliseconds of the account's clock."""

    status: str
    due: str
    in_ms: int


class Inspection(msgspec.Struct):
    """An SMS, its code, its parts, what comes next, and where it is in its conversation."""

    sms: msgspec.Raw
    code: str | None
    billing: Billing
    upcoming: list[UpcomingStatus]
    now: str
    number: str
    position: int


class _Options(msgspec.Struct):
    force_encoding: Encoding | None = None


class _Sent(msgspec.Struct):
    options: _Options | None = None


async def read(request: ControlRequest) -> Response:
    """Return an SMS with all that is known of it."""
    request.query()
    engine, account, sms_hash = request.engine, request.account, request.names["hash"]
    await engine.write_due_changes(account)
    stored = await engine.store.get(account.login, sms_hash)
    row = await engine.store.row_of(account.login, sms_hash)
    if stored is None or row is None:
        raise _errors.unknown_hash(sms_hash, "hash")
    sms, now = stored.head + stored.tail, account.clock.now()
    seen, options = read_searchable(sms), msgspec.json.decode(sms, type=_Sent).options
    changes = account.status_flow.upcoming(stored)
    number = seen.to if seen.type == "OUT" else seen.sender
    return respond(
        Inspection(
            sms=msgspec.Raw(sms),
            code=find_code(seen.text),
            billing=explain_billing(seen.text, None if options is None else options.force_encoding),
            upcoming=[
                UpcomingStatus(name, format_milliseconds(due), max(0, due - now)) for name, due in changes
            ],
            now=format_milliseconds(now),
            number=number,
            position=await engine.conversations.position(account, number, row),
        )
    )


async def end(request: ControlRequest) -> Response:
    """Let an SMS end at once; return it."""
    wanted = await request.read(EndedSms)
    sms_hash = request.names["hash"]
    await end_sms(request.engine, request.account, sms_hash, wanted.outcome.upper())
    return success_response(await request.engine.service.get(request.account, sms_hash))


async def count_parts(request: ControlRequest) -> Response:
    """Return the parts of a text, without sending it."""
    wanted = await request.read(CountedText)
    config, text = request.engine.config, wanted.text
    if wanted.sender:
        text = text.replace(STOP_MARK, config.stop_number)
    billing = explain_billing(text, wanted.force_encoding)
    return respond(ShownParts(text, f"{config.price * len(billing.parts):.2f}", billing))
