"""How sure each part of the contract is: its sources, what would settle it, and which command collects that.

A part is `proven` where a source shows it on this version of the API, `indicated` where a source is about
another version, interface or layer, and a `choice` where no source speaks; a run against the live API has to
confirm or refute the latter two. What is not even decided is `unknown`: the open questions of the document.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from openapi.document import resolve, schemas_below, unescape, walk
from openapi.vocabulary import confidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi.document import Json

#: The page with the table. `make generate` writes the table, and does not change the rest of the page.
PAGE = Path(__file__).parents[1] / "docs" / "contract" / "provenance.md"
CHOICE, UNKNOWN = "choice", "unknown"
#: The words, the surest first.
WORDS = ("proven", "indicated", CHOICE, UNKNOWN)

#: What settles a part, by the way in which it is seen, and the command that collects it. Sends are paid.
WAYS = {
    "reads": ("an SMS that was read or listed", "callr-sms-contract --base-url URL --drift drift.md"),
    "sends": (
        "a paid send, and the SMS that it makes",
        "callr-sms-contract --base-url URL --allow-send-to NUMBER --max-sends 3 --drift drift.md",
    ),
    "recordings": ("the response to such a request", "callr-sms-contract har traffic.har --drift drift.md"),
    "events": ("an event that came to a receiver", "none: keep the headers and the body of events that come"),
    "phones": (
        "a paid SMS to a French number, and how it goes on",
        "callr-sms send TO TEXT, then callr-sms wait HASH",
    ),
    "people": ("an answer of the vendor", "none: ask the vendor's support"),
}

_TABLE = re.compile(r"^\d+ parts: .*\n\n(?:\|.*\n)+", re.MULTILINE)
_SILENT = frozenset(
    {"properties", "parameters", "responses", "content", "headers", "schema", "x-callr-rules"}
)


class Row(NamedTuple):
    """A part of the contract: its place, its kind, its sources, and the way in which it would be settled."""

    place: str
    kind: str
    sources: tuple[str, ...]
    way: str

    @property
    def confidence(self) -> str:
        """The word for how sure it is, by its surest source."""
        known = {confidence().get(source, "") for source in self.sources}
        return next((word for word in WORDS if word in known), UNKNOWN if not self.sources else "")

    @property
    def open(self) -> str:
        """What would settle it; for a proven part, its details where they are a choice; else empty."""
        if self.confidence != WORDS[0]:
            return WAYS[self.way][0]
        return f"its details: {WAYS[self.way][0]}" if CHOICE in self.sources else ""


def rows(document: Json) -> list[Row]:
    """Return every part with a provenance, in the order of the document, then the open questions."""
    ways = _ways(document)
    parts = [part for part in walk(document) if "x-provenance" in part.node]
    found = [
        Row(
            _place(document, part.pointer),
            part.kind,
            tuple(part.node["x-provenance"]),
            _way_of_rule(part.pointer, part.node) if part.kind == "rule" else _way(part.pointer, ways),
        )
        for part in parts
    ]
    questions = document.get("info", {}).get("x-callr-unknown", [])
    return [*found, *(Row(one["name"], "question", (), one["settled-by"]) for one in questions)]


def checked(row: Row) -> Row:
    """Return a row that has a word, and a source that says it.

    Raises:
        ValueError: The row has a word that is none, or a way that nobody knows.
    """
    if row.confidence not in WORDS:
        raise ValueError(f"{row.place}: no source of {list(row.sources)} says how sure it is")
    if row.way not in WAYS:
        raise ValueError(f"{row.place}: {row.way!r} is no way to settle it; expected {', '.join(WAYS)}")
    return row


def _ways(document: Json) -> dict[str, str]:
    """Return the cheapest way to see each schema that responses and events have; others are only sent."""
    seen = [(_way(pointer, {}), pointer) for pointer in _bodies(document)]
    found: dict[str, str] = {}
    for way in WAYS:
        for pointer in [each for known, each in seen if known == way]:
            for part in schemas_below(document, pointer):
                found.setdefault(part.pointer, way)
    return found


def _bodies(document: Json) -> Iterator[str]:
    """Yield the pointers of the schemas of responses and events."""
    for part in walk(document):
        if part.kind == "media type" and ("/responses/" in part.pointer or _is_event(part.pointer)):
            yield f"{part.pointer}/schema"


def _is_event(pointer: str) -> bool:
    return pointer.startswith(("/webhooks/", "/components/parameters/", "/components/responses/Event"))


def _way(pointer: str, ways: dict[str, str]) -> str:
    """Return the way to settle a part by its place; `ways` are those of the schemas."""
    if pointer in ways:
        return ways[pointer]
    if _is_event(pointer):
        return "events"
    if re.search(r"/responses/[^2]|/(headers|securitySchemes)/", pointer):
        return "recordings"
    is_read = re.match(r"/paths/~1sms(~1\{hash\})?/get/", pointer)
    return "reads" if is_read else "sends"


def _way_of_rule(pointer: str, rule: Json) -> str:
    if rule.get("at") == "carrier":
        return "phones"
    if rule["name"].startswith("event"):
        return "events"
    return "recordings" if "refused" in rule["description"] else _way(pointer, {})


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


def markdown(document: Json) -> str:
    """Return the table as Markdown, with the number of parts of each word before it.

    Raises:
        ValueError: As `checked`.
    """
    found = [checked(row) for row in rows(document)]
    counts = (f"{sum(row.confidence == word for row in found)} {word}" for word in WORDS)
    lines = [
        f"{len(found)} parts: {', '.join(counts)}.",
        "",
        "| part | kind | confidence | sources | would be settled by | collected by |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| `{r.place}` | {r.kind} | {r.confidence} | {', '.join(r.sources)} | {r.open} "
            f"| {r.way if r.open else ''} |"
            for r in found
        ),
    ]
    return "\n".join(lines) + "\n"


def with_table(page: str, document: Json) -> str:
    """Return a page with its table replaced by that of a contract.

    Raises:
        ValueError: The page does not have exactly one table, or as `checked`.
    """
    changed, found = _TABLE.subn(lambda _: markdown(document), page)
    if found != 1:
        raise ValueError(f"expected one table of sources, found {found}")
    return changed
