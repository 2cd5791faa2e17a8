"""Integrity, which the other rules rely on: references that can be followed, patterns that compile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi.document import BrokenReferenceError, Json, chain, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi.lint.examples import Finding


def check_references(document: Json) -> Iterator[Finding]:
    """Find references that leave the document, point to nothing, or refer back to themselves."""
    for pointer, node in nodes(document):
        if "$ref" not in node or pointer.endswith("/properties"):
            continue
        try:
            chain(document, node)
        except BrokenReferenceError as error:
            yield pointer, str(error)


def check_patterns(document: Json) -> Iterator[Finding]:
    """Find patterns that are not regular expressions."""
    for part in walk(document):
        if part.kind in ("schema", "property") and "pattern" in part.node:
            try:
                re.compile(part.node["pattern"])
            except (re.error, TypeError) as error:
                yield (
                    part.pointer,
                    f"the pattern {part.node['pattern']!r} is not a regular expression: {error}",
                )
