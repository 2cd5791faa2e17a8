"""References, rewritten to the one form that openapi-python-client reads: to a schema under components."""

import re
from copy import deepcopy
from typing import Any

from generator.parser.keywords import ANNOTATIONS, SCHEMAS
from openapi.document import BrokenReferenceError, chain, nodes, unescape

Json = dict[str, Any]

_OTHER_COMPONENT = re.compile("#/components/[^/]+/[^/]+")
_STRUCTURE = frozenset(
    {
        *("components", "paths", "schemas", "properties", "responses", "content", "schema", "items", "$defs"),
        "",
    }
)


def is_plain_reference(node: Json) -> bool:
    """Return whether a schema is a reference with nothing but annotations next to it."""
    return "$ref" in node and all(key == "$ref" or key in ANNOTATIONS or key.startswith("x-") for key in node)


def refer_to_components(document: Json) -> None:
    """Point each reference to a schema at a component with a schema of its own.

    A component that is only a reference is another name for its target. A schema that stands elsewhere, such
    as `#/components/schemas/SMS/properties/from`, becomes a component. What is broken stays unchanged.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    waiting = [node for _, node in nodes(document, extensions=False)]
    while waiting:
        node = waiting.pop()
        choice = node.get("discriminator")
        mapping: dict[str, str] = (choice.get("mapping") or {}) if isinstance(choice, dict) else {}
        for value, target in mapping.items():
            # A name of a schema, or a reference.
            found = {"$ref": SCHEMAS + target if target in schemas else target}
            waiting.extend(_point_at_component(document, found))
            mapping[value] = found["$ref"]
        waiting.extend(_point_at_component(document, node))


def _point_at_component(document: Json, node: Json) -> list[Json]:
    """Point a reference at a component, and return the objects of a new one, which refer to others, too."""
    schemas, reference = document["components"]["schemas"], node.get("$ref")
    if not isinstance(reference, str):
        return []
    if not reference.startswith(SCHEMAS) and _OTHER_COMPONENT.fullmatch(reference):
        return []  # of an example, for example
    try:
        steps = chain(document, node)
    except BrokenReferenceError:
        return []
    place, target = next(step for step in steps[1:] if not is_plain_reference(step[1]))
    said: Json = {}
    for _, step in reversed(steps[1 : [one for _, one in steps].index(target)]):
        said.update(step)
    name, added = unescape(place.removeprefix(SCHEMAS[1:])), []
    if schemas.get(name) is not target:
        name = _name(place, schemas)
        schemas[name] = deepcopy(target)
        added = [inner for _, inner in nodes(schemas[name], extensions=False)]
    node.update({**said, **node, "$ref": SCHEMAS + name})
    return added


def _name(place: str, taken: Json) -> str:
    """Return a name for the schema at a JSON pointer."""
    words = [word for word in place.split("/") if word not in _STRUCTURE]
    name = ".".join(re.sub(r"\W+", "_", unescape(word)) for word in words)
    number = 2
    made = name
    while made in taken:
        made = f"{name}.{number}"
        number += 1
    return made
