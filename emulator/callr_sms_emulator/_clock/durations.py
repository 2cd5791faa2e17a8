"""Durations as text: `24h`, `1h30m`, `250ms`, or a number of seconds."""

from __future__ import annotations

import re

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_PIECE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)")
_WHOLE = re.compile(rf"(?:{_PIECE.pattern})+")

EXPECTED = "seconds as a number, or a text like 24h, 1h30m, 15s, 250ms; 0 to 100 years"


def read_duration(value: float | str) -> int | None:
    """Return milliseconds; None for an invalid duration, or one longer than `LONGEST`."""
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            return None
        found = sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(value))
    else:
        found = value * 1000
    return round(found) if 0 <= found <= LONGEST else None


LONGEST = 100 * 366 * 86_400_000
"""Milliseconds: a hundred years."""
