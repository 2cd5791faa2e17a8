"""The formats of the contract as checks; docs/contract/formats.md describes them."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from jsonschema import FormatChecker

_ZERO = "0000-00-00 00:00:00"
_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_SHAPE_MS = re.compile(_SHAPE.pattern + r"\.[0-9]{3}")
_CHECKED_BY_PATTERNS = ("callr-hash", "callr-phone-number", "callr-sender")

#: The formats of JSON Schema and of the contract.
CHECKER = FormatChecker()


@CHECKER.checks("callr-datetime", raises=ValueError)
def is_datetime(value: object) -> bool:
    """Return whether a value is `YYYY-MM-DD HH:MM:SS` with a date and time that exist."""
    return not isinstance(value, str) or (bool(_SHAPE.fullmatch(value)) and _exists(value))


@CHECKER.checks("callr-datetime-or-zero", raises=ValueError)
def is_datetime_or_zero(value: object) -> bool:
    """Return whether a value is a `callr-datetime` or the zero datetime."""
    return value == _ZERO or is_datetime(value)


@CHECKER.checks("callr-datetime-ms", raises=ValueError)
def is_datetime_ms(value: object) -> bool:
    """Return whether a value is `YYYY-MM-DD HH:MM:SS.mmm` with a date and time that exist."""
    return not isinstance(value, str) or (bool(_SHAPE_MS.fullmatch(value)) and _exists(value))


@CHECKER.checks("callr-text", raises=UnicodeEncodeError)
def is_text(value: object) -> bool:
    """Return whether a value has no lone surrogate, which UTF-8 cannot encode."""
    return not isinstance(value, str) or value.encode() is not None


@CHECKER.checks("decimal", raises=ArithmeticError)
def is_decimal(value: object) -> bool:
    """Return whether a value is a finite decimal number."""
    return not isinstance(value, str) or Decimal(value).is_finite()


def _exists(value: str) -> bool:
    return datetime.fromisoformat(value) is not None


# Patterns check these; they are formats so that tools can generate realistic values.
for _name in _CHECKED_BY_PATTERNS:
    CHECKER.checks(_name)(lambda _: True)
