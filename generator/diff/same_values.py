"""Constraints of a string that decide nothing: next to `enum` or `const`, or where a format decides.

Redocly calls every change of a length or a pattern breaking. Next to the values themselves, and next to a
format whose values both patterns match, the change has no effect.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.diff.contract import Contract

    Json = dict[str, Any]

_CONSTRAINTS = ("minLength", "maxLength", "pattern")
_FORMATS = ("callr-datetime", "callr-datetime-or-zero", "callr-datetime-ms")
_DAYS = 1461


def allows_the_same(raw: Json, base: Contract, contract: Contract) -> bool:
    """Return whether a change in Redocly's report is to a constraint that decides nothing."""
    name = raw.get("property")
    if name not in _CONSTRAINTS:
        return False
    before, after = _schema(raw.get("base"), base, name), _schema(raw.get("revision"), contract, name)
    values = _values(before)
    same = bool(values) and values == _values(after)
    return same and all(_fits(schema, value) for schema in (before, after) for value in values)


def _schema(side: Json | None, contract: Contract, name: str) -> Json:
    found = contract.value(str((side or {}).get("pointer", "")).removesuffix(f"/{name}"))
    return found if isinstance(found, dict) else {}


def _values(schema: Json) -> Sequence[object]:
    """Return all values of a schema, or enough of them for its format; none if neither is known."""
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    if isinstance(values, list):
        return values
    return _moments(str(schema.get("format"))) if schema.get("format") in _FORMATS else ()


@cache
def _moments(name: str) -> tuple[str, ...]:
    """Return the edges of a format of dates: four years day by day, and a day second by second."""
    start = datetime(2021, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(days=day, seconds=59 * day) for day in range(_DAYS)]
    years = (datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC) for year in (1, 10, 100, 1000, 1900, 2000, 9999))
    # As text, because strftime writes the year 1 with one digit on some systems.
    texts = [moment.isoformat(" ")[:19] for moment in (*moments, *years)]
    if name == "callr-datetime-ms":
        return tuple(f"{text}.{index % 1000:03}" for index, text in enumerate(texts))
    return (*texts, "0000-00-00 00:00:00") if name == "callr-datetime-or-zero" else tuple(texts)


def _fits(schema: Json, value: object) -> bool:
    if not isinstance(value, str):
        return True
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(value))
    return bool(least <= len(value) <= most and re.search(str(schema.get("pattern", "")), value))
