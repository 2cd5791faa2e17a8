"""The formats that the contract names, as predicates: is this string one?

`uri` and `date-time` are not here: the validator knows them (RFC 3986, RFC 3339).
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

ZERO_DATETIME: Final = "0000-00-00 00:00:00"
"""Stands for "not yet"."""

_MOMENTS = 10_000
"""The size of the cache of datetimes: each is in several responses, and is looked at by several checks."""
_DATETIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_MILLISECONDS = re.compile(r"(.{19})\.[0-9]{3}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HASH = re.compile(r"[0-9A-Z]{8}")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER = re.compile(r"[0-9]{0,11}|(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11}")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@lru_cache(_MOMENTS)
def is_datetime(value: str) -> bool:
    """Return whether `value` is a valid date and time, written `YYYY-MM-DD HH:MM:SS`."""
    if not _DATETIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_datetime_or_zero(value: str) -> bool:
    """Return whether `value` is such a datetime, or the zero datetime."""
    return value == ZERO_DATETIME or is_datetime(value)


@lru_cache(_MOMENTS)
def is_datetime_ms(value: str) -> bool:
    """Return whether `value` is such a datetime with milliseconds."""
    found = _MILLISECONDS.fullmatch(value)
    return found is not None and is_datetime(found[1])


def is_text(value: str) -> bool:
    """Return whether `value` is Unicode without lone surrogates."""
    return value.isascii() or _SURROGATE.search(value) is None


def is_phone_number(value: str) -> bool:
    """Return whether `value` is a phone number in E.164 format, with the plus."""
    return _PHONE_NUMBER.fullmatch(value) is not None


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "callr-datetime": is_datetime,
    "callr-datetime-or-zero": is_datetime_or_zero,
    "callr-datetime-ms": is_datetime_ms,
    "callr-text": is_text,
    "callr-hash": _is(_HASH),
    "callr-phone-number": is_phone_number,
    "callr-sender": _is(_SENDER),
    "decimal": _is(_DECIMAL),
}
"""By the name that `format` gives; each takes a string."""
