"""When a request is sent again, and how long to wait before.

A request is repeated when the contract says that its operation may be (`x-callr-safe`), or when it provably
never left. The wait is exponential with full jitter: any time from 0 up to `BASE` seconds before the second
attempt, twice as much before each further one, and never more than `CAP`. A server that says `Retry-After`
is waited for so long, if that is no more than `MAX_RETRY_AFTER`; otherwise the error is raised at once.
"""

import re
from collections.abc import Mapping
from typing import Final

from .._errors import CallrConnectionError, CallrError, ConfigurationError, ProtocolError

DEFAULT_MAX_RETRIES: Final = 2

BASE = 0.5
"""Seconds: the longest wait before the second attempt."""

CAP = 8.0
"""Seconds: the longest wait before any attempt."""

MAX_RETRY_AFTER = 60.0
"""Seconds: a server that asks for more is not waited for."""

MAX_RETRIES = 100
"""The most retries that can be asked for."""

_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_SECONDS = r"[0-9]{1,10}(\.[0-9]{1,10})?"


def check_retries(value: object) -> int:
    """A number of retries as given.

    Raises:
        ConfigurationError: It is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_RETRIES:
        raise ConfigurationError(f"max_retries: expected an integer from 0 to {MAX_RETRIES}")
    return value


def may_repeat(error: CallrError, *, safe: bool) -> bool:
    """Whether the request that gave this error may be sent again."""
    if error.outcome == "not_sent":
        return isinstance(error, CallrConnectionError)
    if not safe:
        return False
    if error.http_status in _STATUSES:
        return True
    return isinstance(error, CallrConnectionError) or (isinstance(error, ProtocolError) and error.looks_cut)


def wait_before(attempt: int, chance: float, retry_after: float | None) -> float | None:
    """The seconds to wait before an attempt, the first repetition being the second; None is not to repeat.

    Args:
        attempt: The number of the attempt that would come, 2 or more.
        chance: A random number from 0 up to 1.
        retry_after: The seconds that the server asked for, if it did.
    """
    backoff = chance * min(CAP, BASE * 2.0 ** (attempt - 2))
    if retry_after is None:
        return backoff
    return max(backoff, retry_after) if retry_after <= MAX_RETRY_AFTER else None


def read_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks to wait (RFC 9110, section 10.2.3); None when it asks for none.

    Args:
        headers: The headers of the answer, names in lower case.
        now: Seconds since 1970; a date in the answer's own `Date` header counts instead.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(_SECONDS, value, re.ASCII):
        return float(value)
    moment = _read_date(value)
    if moment is None:
        return None
    sent_at = _read_date(headers.get("date", ""))
    return max(0.0, moment - (now if sent_at is None else sent_at))


def _read_date(value: str) -> float | None:
    """Seconds since 1970 of an HTTP date, in any of its three forms."""
    if not value:
        return None
    from datetime import UTC  # noqa: PLC0415 - as below
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - rarely needed, and slow to import

    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
