"""The datetimes of the API: `YYYY-MM-DD HH:MM:SS`, UTC, no offset (seed).

Internally, time is counted in seconds or milliseconds since 1970.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

ZERO_DATETIME = "0000-00-00 00:00:00"
"""Stands for "not yet" in `date_sent` and `date_received` (capture)."""

# [0-9], not \d: that would take the digits of every script.
_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_LENGTH = len(ZERO_DATETIME)


def parse_datetime(text: str) -> int | None:
    """Return the seconds since 1970 of a datetime that exists in the calendar; None for any other text.

    The zero datetime is not a point in time: None is returned for it, too (choice).
    """
    if not _SHAPE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text + "+00:00")
    except ValueError:
        return None
    return (moment - _EPOCH) // _SECOND


@lru_cache(maxsize=1024)
def format_datetime(seconds: int) -> str:
    """Format seconds since 1970 as a datetime of the API. Cached, because many SMS share a second."""
    # Not %Y: on Linux it omits the leading zeros of years before 1000.
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(" ")[:_LENGTH]


@lru_cache(maxsize=1024)
def format_milliseconds(milliseconds: int) -> str:
    """Format milliseconds since 1970 as in `status_history`: `YYYY-MM-DD HH:MM:SS.mmm` (capture).

    Cached, because many SMS share a moment while a clock is frozen.
    """
    seconds, rest = divmod(milliseconds, 1000)
    return f"{format_datetime(seconds)}.{rest:03d}"
