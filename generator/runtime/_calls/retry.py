"""Retries: which requests are repeated, and the wait before.

A request is repeated when its operation is safe according to the contract (`x-callr-safe`), or when it
provably never left. The backoff is exponential with full jitter: a random time from 0 to `BASE` seconds
before the second attempt, doubled before each further one, and never more than `CAP`. `Retry-After` of a
response is respected up to `MAX_RETRY_AFTER`; beyond that the error is raised at once.
"""

import re
from collections.abc import Mapping
from typing import Final

from .._errors import CallrConnectionError, CallrError, ConfigurationError, ProtocolError
from .._support import guard

DEFAULT_MAX_RETRIES: Final = 2

BASE = 0.5
"""Seconds: the longest wait before the second attempt."""

CAP = 8.0
"""Seconds: the longest wait before any attempt."""

MAX_RETRY_AFTER = 60.0
"""Seconds: with a longer `Retry-After` the error is raised at once."""

LONGEST = 1_000_000_000.0
"""Seconds, about 31 years: a longer `Retry-After` counts as this."""

MAX_RETRIES = 100
"""The upper limit of `max_retries`."""

_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_SECONDS = r"[ \t]*[0-9]+(?:\.[0-9]*)?(?:[eE]\+?[0-9]+)?[ \t]*"
_SECONDS_LIST = rf"{_SECONDS}(?:,{_SECONDS})*"
"""A header that came twice is joined by commas."""

_LAST_YEAR = 9999
"""The last one of `datetime`."""


def check_retries(value: object) -> int:
    """Return a valid number of retries.

    Raises:
        ConfigurationError: It is not an integer from 0 to `MAX_RETRIES`.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_RETRIES:
        raise ConfigurationError(f"max_retries: expected an integer from 0 to {MAX_RETRIES}")
    return value


def may_repeat(error: CallrError, *, safe: bool) -> bool:
    """Return whether the request that failed with this error may be sent again."""
    if error.outcome == "not_sent":
        return isinstance(error, CallrConnectionError)
    if not safe:
        return False
    if error.http_status in _STATUSES:
        return True
    return isinstance(error, CallrConnectionError) or (isinstance(error, ProtocolError) and error.looks_cut)


def wait_before(attempt: int, chance: float, retry_after: float | None) -> float | None:
    """Return the seconds to wait before an attempt; None when there must be no further one.

    Args:
        attempt: The number of the next attempt, 2 or more.
        chance: A random number from 0 to 1.
        retry_after: The seconds of `Retry-After`, if the response has it.
    """
    backoff = chance * min(CAP, BASE * 2.0 ** (attempt - 2))
    if retry_after is None:
        return backoff
    return max(backoff, retry_after) if retry_after <= MAX_RETRY_AFTER else None


def read_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds of `Retry-After` (RFC 9110, section 10.2.3); None without a valid one.

    What the RFC does not have is understood where it is clear: fractions, exponents, dates of ISO 8601, the
    year 10000. Nothing is longer than `LONGEST`, so that no clock overflows.

    Args:
        headers: The headers of the response, names in lower case.
        now: Seconds since 1970, used when the response has no `Date` header.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(_SECONDS_LIST, value):
        return min(LONGEST, max(map(float, value.split(","))))
    moment = _read_date(value)
    if moment is None:
        return None
    sent_at = _read_date(headers.get("date", ""))
    return min(LONGEST, max(0.0, moment - (now if sent_at is None else sent_at)))


def _read_date(value: str) -> float | None:
    """Return seconds since 1970 of an HTTP date, in any of its three forms, or of one of ISO 8601."""
    if not value:
        return None
    with guard():
        from datetime import UTC, datetime  # noqa: PLC0415 - as below
        from email.utils import parsedate_to_datetime, parsedate_tz  # noqa: PLC0415 - slow to import, rarely needed

    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    parts = parsedate_tz(value)
    return LONGEST * 1000 if parts and parts[0] > _LAST_YEAR else None
