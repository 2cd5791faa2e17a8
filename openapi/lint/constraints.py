"""Constraints that mislead other tools: next to `enum` or `const`, and patterns wider than a format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi.document import Json, Part, walk
from openapi.lint.formats import CHECKER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi.lint.examples import Finding

_OF_STRINGS = ("minLength", "maxLength", "pattern")
#: Dates and times that do not exist; the zero datetime does in one of the formats.
_NO_MOMENTS = (
    *("5127-37-21 10:00:00", "2024-00-10 10:00:00", "2024-13-10 10:00:00", "2024-01-00 10:00:00"),
    *("2024-01-32 10:00:00", "2024-04-31 10:00:00", "2024-02-30 10:00:00", "2023-02-29 10:00:00"),
    *("1900-02-29 10:00:00", "0000-01-01 10:00:00", "2024-01-01 24:00:00", "2024-01-01 10:60:00"),
    *("2024-01-01 10:00:60", "0000-00-00 00:00:00", "0000-00-00 00:00:01"),
)


def check_constraints(document: Json) -> Iterator[Finding]:
    """Find lengths and patterns of strings next to their values: some generators make code that fails."""
    for part in _schemas(document):
        values = next((keyword for keyword in ("const", "enum") if keyword in part.node), None)
        for keyword in _OF_STRINGS if values else ():
            if keyword in part.node:
                yield part.pointer, f"{keyword} has no effect next to {values}; remove it"


def check_date_patterns(document: Json) -> Iterator[Finding]:
    """Find patterns that match dates which do not exist: tools that ignore the format generate those."""
    for part in _schemas(document):
        name, pattern = str(part.node.get("format")), part.node.get("pattern")
        if name.startswith("callr-datetime") and isinstance(pattern, str):
            samples = [f"{each}.000" if name.endswith("-ms") else each for each in _NO_MOMENTS]
            wrong = [
                each for each in samples if re.search(pattern, each) and not CHECKER.conforms(each, name)
            ]
            if wrong:
                yield part.pointer, f"the pattern matches {wrong[0]!r}, which is no {name}"


def _schemas(document: Json) -> Iterator[Part]:
    return (part for part in walk(document) if part.kind in ("schema", "property"))
