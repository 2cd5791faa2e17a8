"""The API's datetimes: `YYYY-MM-DD HH:MM:SS`, UTC, no offset (seed). Inside, time is counted from 1970."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

ZERO = "0000-00-00 00:00:00"
"""Stands for "not yet" in `date_sent` and `date_received` (capture)."""

# [0-9], not \d: that would take the digits of every script.
_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_LENGTH = len(ZERO)


def parse(text: str) -> int | None:
    """Give the seconds since 1970 of a datetime that exists in the calendar; None for any other text.

    The zero datetime is not a moment, so it is None as well (choice).
    """
    if not _SHAPE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text + "+00:00")
    except ValueError:
        return None
    return (moment - _EPOCH) // _SECOND


@lru_cache(maxsize=1024)
def show(seconds: int) -> str:
    """Write seconds since 1970 as a datetime of the API. Many SMS share a second, hence the cache."""
    # Not %Y: on Linux it leaves out the zeros in front of years before 1000.
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(" ")[:_LENGTH]


@lru_cache(maxsize=1024)
def show_milliseconds(milliseconds: int) -> str:
    """Write milliseconds since 1970 as in `status_history`: `YYYY-MM-DD HH:MM:SS.mmm` (capture).

    By a clock that is held, many SMS share a moment, hence the cache.
    """
    seconds, rest = divmod(milliseconds, 1000)
    return f"{show(seconds)}.{rest:03d}"
