"""`/_emulator/outcomes`: the recipients and senders that stand for a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._control.request import respond
from callr_sms_emulator._sms import ANSWERS, ENDINGS, NOT_ALLOWED, PATHS, RANGES, STATUS_ERRORS

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class Recipient(msgspec.Struct):
    """Numbers that stand for the same sequence of statuses."""

    outcome: str
    to: list[str]
    statuses: tuple[str, ...]
    status_error: str


class AnsweredRecipient(msgspec.Struct):
    """A number that stands for a response; `status` null means no response."""

    to: str
    status: int | None
    kept: bool


class RefusedSender(msgspec.Struct):
    """A sender that is refused."""

    sender: str = msgspec.field(name="from")
    status: int


class Outcomes(msgspec.Struct):
    """The table of scenarios."""

    recipients: list[Recipient]
    answers: list[AnsweredRecipient]
    senders: list[RefusedSender]


async def read(request: ControlRequest) -> Response:
    """Return the table."""
    request.query()
    recipients = [
        Recipient(name, [start + ending for start in RANGES], PATHS[name], STATUS_ERRORS.get(name, ""))
        for ending, name in ENDINGS.items()
    ]
    return respond(
        Outcomes(
            recipients=recipients,
            answers=[AnsweredRecipient(to, *how) for to, how in ANSWERS.items()],
            senders=[RefusedSender(NOT_ALLOWED, 400)],
        )
    )
