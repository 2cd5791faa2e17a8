"""The outcome of an SMS, chosen by its recipient: fictitious numbers stand for what can go wrong.

The numbers are reserved for fiction by the authorities: ARCEP (06 39 98 xx xx for mobiles, 01 99
00 xx xx for Paris), Ofcom (07700 900000 to 900999) and NANPA (555-0100 to 555-0199 in every area). Which of
them stands for what is a choice. In the ranges of `RANGES` the last two digits choose the path of statuses; a
send to a number of `ANSWERS` gets the HTTP response listed there. An SMS to any other number is received.
"""

import re
from typing import NamedTuple

from callr_sms_emulator import _errors
from callr_sms_emulator._sms.french_rules import MARKETING

USUAL = "received"
UNSUBSCRIBED = "unsubscribed"
"""Whose recipient wants no marketing. An `ALERTING` to such a number is received (france, choice)."""

PATHS: dict[str, tuple[str, ...]] = {
    "received": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"),
    "not_routed": ("CREATED", "ERROR"),
    "not_accepted": ("CREATED", "PENDING", "ERROR"),
    "failed": ("CREATED", "PENDING", "SENT", "FAILED"),
    "expired": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "EXPIRED"),
    "stuck": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED"),
    "slow": ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"),
    UNSUBSCRIBED: ("CREATED", "ERROR"),
}
"""The statuses of an SMS by the name of its outcome."""

AT_ONCE = {
    "RECEIVED": "received_now",
    "ERROR": "error_now",
    "FAILED": "failed_now",
    "EXPIRED": "expired_now",
}
"""The final statuses, and the outcome of an SMS that somebody made end with it at once."""

IN_HOURS = "in_hours:"
"""Before the name of an outcome: the SMS leaves `PENDING` when marketing is allowed in France."""

OUTCOMES = (*PATHS, *(f"{IN_HOURS}{name}" for name in PATHS), *AT_ONCE.values())
"""What may be stored as the outcome of an SMS."""

STATUSES = tuple(dict.fromkeys(status for path in PATHS.values() for status in path))
"""All statuses of SMS."""

STATUS_ERRORS = {
    "not_routed": "SMS routing error",
    "not_accepted": "Unknown subscriber",
    UNSUBSCRIBED: "Recipient unsubscribed",
    "error_now": "Unknown subscriber",
}
"""The `status_error` of outcomes that end as `ERROR`."""

ENDINGS = {
    "00": "received",
    "10": "not_routed",
    "11": "not_accepted",
    "12": UNSUBSCRIBED,
    "20": "failed",
    "30": "expired",
    "40": "stuck",
    "50": "slow",
}
"""The outcome by the last two digits of a number in one of the ranges."""

RANGES = ("+336399800", "+4477009000", "+1NXX55501")
"""The prefix of each range; `NXX` is any area."""

NOT_ALLOWED = "NOTALLOWED"
"""A sender that no account may use."""


class NumberResponse(NamedTuple):
    """The response to a send (`status` None: never), and whether the SMS is kept nevertheless."""

    status: int | None
    kept: bool


ANSWERS = {
    "+33199000400": NumberResponse(400, kept=False),
    "+33199000401": NumberResponse(401, kept=False),
    "+33199000429": NumberResponse(429, kept=False),
    "+33199000500": NumberResponse(500, kept=False),
    "+33199000503": NumberResponse(503, kept=False),
    "+33199000504": NumberResponse(None, kept=False),
    "+33199001500": NumberResponse(500, kept=True),
    "+33199001503": NumberResponse(503, kept=True),
    "+33199001504": NumberResponse(None, kept=True),
}
"""The numbers with an HTTP response of their own: landlines, so that they are not used by chance."""

_MOBILE = re.compile(r"(?:\+336399800|\+4477009000|\+1[2-9][0-9]{2}55501)([0-9]{2})")


def find_outcome(to: str, nature: str) -> str | None:
    """Return the name of the outcome that a recipient stands for; None for the usual one."""
    # For nearly every number a comparison of prefixes spares the expression.
    found = _MOBILE.fullmatch(to) if to.startswith(("+336399800", "+4477009000", "+1")) else None
    name = None if found is None else ENDINGS.get(found[1])
    is_usual = name == USUAL or (name == UNSUBSCRIBED and nature != MARKETING)
    return None if is_usual else name


def in_hours(outcome: str | None) -> str:
    """Return the outcome with the same statuses, but in the hours of marketing."""
    return f"{IN_HOURS}{outcome or USUAL}"


def refuse(to: str, sender: str, kept: str | None = None) -> None:
    """Refuse a send whose recipient or sender stands for an error.

    Called before the SMS is kept, and after that with its hash.

    Raises:
        ApiError: The error that the recipient or the sender stands for.
    """
    if sender == NOT_ALLOWED:
        raise _errors.sender_not_allowed(sender)
    answer = ANSWERS.get(to)
    if answer is not None and answer.kept is (kept is not None):
        error = _errors.outcome_error(to, answer.status)
        error.kept = kept
        try:
            raise error
        finally:
            del error  # it refers to this frame: without a circle it is freed with its request
