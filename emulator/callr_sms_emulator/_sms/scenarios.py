"""What becomes of an SMS, decided by whom it is sent to: numbers that nobody has stand for what can go wrong.

The numbers are set aside for fiction by those who give numbers out: ARCEP (06 39 98 xx xx for mobiles, 01 99
00 xx xx for Paris), Ofcom (07700 900000 to 900999) and NANPA (555-0100 to 555-0199 in every area). Which of
them stands for what is a choice. In the ranges of `RANGES` the last two digits decide how the life of the SMS
goes; `ANSWERS` has numbers that are answered in a way of their own. Any other number is received.
"""

import re
from typing import NamedTuple

from callr_sms_emulator import _errors

USUAL = "received"

PATHS: dict[str, tuple[str, ...]] = {
    "received": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"),
    "not_routed": ("CREATED", "ERROR"),
    "not_accepted": ("CREATED", "PENDING", "ERROR"),
    "failed": ("CREATED", "PENDING", "SENT", "FAILED"),
    "expired": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "EXPIRED"),
    "stuck": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED"),
    "slow": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"),
}
"""The life of an SMS by the name of its outcome."""

STATUS_ERRORS = {"not_routed": "SMS routing error", "not_accepted": "Unknown subscriber"}
"""The `status_error` of those that end as `ERROR`."""

ENDINGS = {
    "00": "received",
    "10": "not_routed",
    "11": "not_accepted",
    "20": "failed",
    "30": "expired",
    "40": "stuck",
    "50": "slow",
}
"""The outcome by the last two digits of a number in one of the ranges."""

RANGES = ("+336399800", "+4477009000", "+1NXX55501")
"""How the numbers of each range begin; `NXX` is any area."""

NOT_ALLOWED = "NOTALLOWED"
"""A sender that no account may use."""


class HttpAnswer(NamedTuple):
    """How a send to a number is answered (`status` None: never), and whether the SMS is kept all the same."""

    status: int | None
    kept: bool


ANSWERS = {
    "+33199000400": HttpAnswer(400, kept=False),
    "+33199000401": HttpAnswer(401, kept=False),
    "+33199000429": HttpAnswer(429, kept=False),
    "+33199000500": HttpAnswer(500, kept=False),
    "+33199000503": HttpAnswer(503, kept=False),
    "+33199000504": HttpAnswer(None, kept=False),
    "+33199001500": HttpAnswer(500, kept=True),
    "+33199001503": HttpAnswer(503, kept=True),
    "+33199001504": HttpAnswer(None, kept=True),
}
"""The numbers that are not answered as usual: no mobiles, so that nobody sends there by chance."""

_MOBILE = re.compile(r"(?:\+336399800|\+4477009000|\+1[2-9][0-9]{2}55501)([0-9]{2})")


def find_outcome(to: str) -> str | None:
    """Return the name of the outcome that a recipient stands for; None for the usual one."""
    # A comparison keeps the expression away from nearly every number that is sent to.
    found = _MOBILE.fullmatch(to) if to.startswith(("+336399800", "+4477009000", "+1")) else None
    name = None if found is None else ENDINGS.get(found[1])
    return None if name == USUAL else name


def refuse(to: str, sender: str, kept: str | None = None) -> None:
    """Answer a send as its recipient or sender wants it, before the SMS is kept or after, with its hash.

    Raises:
        ApiError: What the recipient or the sender stands for.
    """
    if sender == NOT_ALLOWED:
        raise _errors.sender_not_allowed(sender)
    answer = ANSWERS.get(to)
    if answer is not None and answer.kept is (kept is not None):
        error = _errors.of_outcome(to, answer.status)
        error.kept = kept
        raise error
