"""The formats of the contract, as checks: what `docs/contract/formats.md` says of each in words."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from jsonschema import FormatChecker

_ZERO = "0000-00-00 00:00:00"
_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_SHAPE_MS = re.compile(_SHAPE.pattern + r"\.[0-9]{3}")
_MADE_REALISTIC_ELSEWHERE = ("callr-hash", "callr-phone-number", "callr-sender")

#: JSON Schema's own formats and the contract's.
CHECKER = FormatChecker()


@CHECKER.checks("callr-datetime", raises=ValueError)
def is_datetime(value: object) -> bool:
    """Tell whether it is `YYYY-MM-DD HH:MM:SS` and a moment that the calendar knows."""
    return not isinstance(value, str) or (bool(_SHAPE.fullmatch(value)) and _exists(value))


@CHECKER.checks("callr-datetime-or-zero", raises=ValueError)
def is_datetime_or_zero(value: object) -> bool:
    """Tell whether it is a `callr-datetime` or the zero datetime."""
    return value == _ZERO or is_datetime(value)


@CHECKER.checks("callr-datetime-ms", raises=ValueError)
def is_datetime_ms(value: object) -> bool:
    """Tell whether it is `YYYY-MM-DD HH:MM:SS.mmm` and a moment that the calendar knows."""
    return not isinstance(value, str) or (bool(_SHAPE_MS.fullmatch(value)) and _exists(value))


@CHECKER.checks("callr-text", raises=UnicodeEncodeError)
def is_text(value: object) -> bool:
    """Tell whether it has no lone surrogate, the one thing in a `str` that UTF-8 has no bytes for."""
    return not isinstance(value, str) or value.encode() is not None


@CHECKER.checks("decimal", raises=ArithmeticError)
def is_decimal(value: object) -> bool:
    """Tell whether it is a finite decimal number."""
    return not isinstance(value, str) or Decimal(value).is_finite()


def _exists(value: str) -> bool:
    return datetime.fromisoformat(value) is not None


def _any(_value: object) -> bool:
    return True


# The patterns of these say all; they are formats so that a tool can make realistic values of them.
for _name in _MADE_REALISTIC_ELSEWHERE:
    CHECKER.checks(_name)(_any)
