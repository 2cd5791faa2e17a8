"""The table of the sources of each field, with the number of guesses.

A field whose only source is `choice` is a guess, which a run against the live API has to confirm or refute.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from openapi.document import resolve, unescape, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi.document import Json

#: The page with the table. `make generate` writes the table, and does not change the rest of the page.
PAGE = Path(__file__).parents[2] / "docs" / "contract" / "provenance.md"
CHOICE = "choice"

_TABLE = re.compile(r"^\d+ fields, \d+ of them guesses.*\n\n(?:\|.*\n)+", re.MULTILINE)


class Row(NamedTuple):
    """A field: its place, its kind and its sources."""

    place: str
    kind: str
    sources: tuple[str, ...]

    @property
    def is_guess(self) -> bool:
        """Whether its only source is a choice."""
        return self.sources == (CHOICE,)


def rows(document: Json) -> list[Row]:
    """Return every part of the contract with a provenance, in the order of the document."""
    parts = (part for part in walk(document) if "x-provenance" in part.node)
    return [
        Row(_place(document, part.pointer), part.kind, tuple(part.node["x-provenance"])) for part in parts
    ]


def _place(document: Json, pointer: str) -> str:
    """Return a readable form of a JSON pointer: `SMS.status`, `listSms from`, `getSms 404`."""
    steps = [unescape(step) for step in pointer.split("/")[1:]]
    if steps[0] == "components":
        return ".".join([steps[2], *_within(document, ["components", *steps[1:3]], steps[3:])])
    operation = resolve(document, document[steps[0]][steps[1]][steps[2]])
    return " ".join([operation["operationId"], *_within(document, steps[:3], steps[3:])])


def _within(document: Json, above: list[str], steps: list[str]) -> Iterator[str]:
    """Yield the readable segments below a component or an operation; parameters have their names."""
    node: Any = document
    for step in above:
        node = node[step]
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
        if isinstance(node, dict) and step.isdigit() and "name" in node:
            yield node["name"]
        elif step not in _SILENT:
            yield step


_SILENT = frozenset(
    {"properties", "parameters", "responses", "content", "headers", "schema", "x-callr-rules"}
)


def markdown(document: Json) -> str:
    """Return the table as Markdown, with the number of guesses before it."""
    found = rows(document)
    guesses = sum(row.is_guess for row in found)
    lines = [
        f"{len(found)} fields, {guesses} of them guesses: they rest on `{CHOICE}` alone.",
        "",
        "| field | kind | sources | guess |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{r.place}` | {r.kind} | {', '.join(r.sources)} | {'yes' if r.is_guess else ''} |"
            for r in found
        ),
    ]
    return "\n".join(lines) + "\n"


def with_table(page: str, document: Json) -> str:
    """Return a page with its table replaced by that of a contract.

    Raises:
        ValueError: The page does not have exactly one table.
    """
    changed, found = _TABLE.subn(lambda _: markdown(document), page)
    if found != 1:
        raise ValueError(f"expected one table of sources, found {found}")
    return changed
