"""Requests are closed, to find typing errors; responses and events are open, because they may grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi.document import Json, Part, at, chain, schemas_below, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi.lint.examples import Finding

_CLOSING = ("additionalProperties", "unevaluatedProperties")
_JSON = "/content/application~1json/schema"


def check_sides(document: Json) -> Iterator[Finding]:
    """Find open objects in requests, and closed objects in responses and events."""
    sent: set[str] = set()
    read: set[str] = set()
    for part in walk(document):
        if part.kind == "operation":
            for found in _objects(document, f"{part.pointer}/requestBody", sent):
                if "properties" in found.node and found.node.get("additionalProperties") is not False:
                    yield found.pointer, "expected additionalProperties: false for an object of a request"
            for status in part.node.get("responses", {}):
                yield from _open(document, f"{part.pointer}/responses/{status}", read)
        elif part.kind == "push":
            yield from _open(document, f"{part.pointer}/requestBody", read)


def _open(document: Json, pointer: str, seen: set[str]) -> Iterator[Finding]:
    for part in _objects(document, pointer, seen):
        for keyword in _CLOSING:
            if part.node.get(keyword) is False:
                yield part.pointer, f"{keyword} is false, but a response or an event may get more properties"


def _objects(document: Json, pointer: str, seen: set[str]) -> Iterator[Part]:
    """Yield the schemas in the JSON of a request body or a response, which may be a reference."""
    around, _, last = pointer.rpartition("/")
    node = at(document, around).get(last)
    if not isinstance(node, dict):
        return
    pointer, node = chain(document, node, pointer)[-1]
    if "schema" in node.get("content", {}).get("application/json", {}):
        yield from schemas_below(document, pointer + _JSON, seen)
