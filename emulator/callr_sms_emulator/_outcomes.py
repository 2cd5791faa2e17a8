"""What becomes of an SMS, decided by whom it is sent to: numbers that nobody has stand for what can go wrong.

The numbers are set aside for fiction by those who give numbers out: Ofcom (07700 900000 to 900999), ARCEP (06
39 98 xx xx for mobiles, 01 99 00 xx xx for Paris) and NANPA (555-0100 to 555-0199 in every area). Which of
them stands for what is a choice. In the three ranges of mobiles the last two digits decide how the life of
the SMS goes; any other number, of these ranges too, is received.
"""

import re
from typing import NamedTuple

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

_ENDINGS = {
    "00": "received",
    "10": "not_routed",
    "11": "not_accepted",
    "20": "failed",
    "30": "expired",
    "40": "stuck",
    "50": "slow",
}
_MOBILE = re.compile(r"(?:\+336399800|\+4477009000|\+1[2-9][0-9]{2}55501)([0-9]{2})")


class Recipients(NamedTuple):
    """A range of numbers: how they begin, and an example of one that is received."""

    country: str
    beginning: str


RANGES = (
    Recipients("France (ARCEP)", "+336399800"),
    Recipients("United Kingdom (Ofcom)", "+4477009000"),
    Recipients("United States and Canada (NANPA)", "+1NXX55501"),
)


def find_outcome(to: str) -> str | None:
    """Give the name of the outcome that a recipient stands for; None for the usual one."""
    # Two comparisons keep the expression away from nearly every number that is sent to.
    found = _MOBILE.fullmatch(to) if to.startswith(("+336399800", "+4477009000", "+1")) else None
    name = None if found is None else _ENDINGS.get(found[1])
    return None if name == USUAL else name
