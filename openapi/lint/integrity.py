"""What the other rules take for granted: references that lead somewhere, patterns that can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi.document import Json, at, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi.lint.examples import Finding


def check_references(document: Json) -> Iterator[Finding]:
    """Find references that are none within the document, lead to nothing, or back to themselves."""
    for pointer, node in nodes(document):
        if "$ref" not in node or pointer.endswith("/properties"):
            continue
        problem = _follow(document, node)
        if problem:
            yield pointer, problem


def _follow(document: Json, node: object) -> str | None:
    seen: list[object] = []
    while isinstance(node, dict) and "$ref" in node:
        reference = node["$ref"]
        if reference in seen:
            return f"the reference {reference!r} leads back to itself"
        seen.append(reference)
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return f"the reference {reference!r} leads out of the document; expected '#/…'"
        try:
            node = at(document, reference)
        except (LookupError, TypeError, ValueError):
            return f"the reference {reference!r} leads to nothing"
    return None if isinstance(node, dict) else f"the reference {seen[-1]!r} leads to no object"


def check_patterns(document: Json) -> Iterator[Finding]:
    """Find patterns that are no regular expressions."""
    for part in walk(document):
        if part.kind in ("schema", "property") and "pattern" in part.node:
            try:
                re.compile(part.node["pattern"])
            except (re.error, TypeError) as error:
                yield part.pointer, f"the pattern {part.node['pattern']!r} cannot be read: {error}"
