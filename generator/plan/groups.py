"""Groups: the query parameters `options.name`, which become one argument, an object with their properties."""

from collections.abc import Iterator
from typing import Any

from generator.parser import ANNOTATIONS, SCHEMAS, Document
from generator.plan.codec import raw_property

Json = dict[str, Any]


def is_property(document: Document, parameter: Json, schema: str, place: str) -> bool:
    """Return whether a parameter takes the same values as the property of a schema that it is named after.

    Whether null is one of them does not matter: a query string cannot hold it.
    """
    node: Json = {"$ref": SCHEMAS + schema}
    for name in parameter["name"].split(".")[1:]:
        node = raw_property(document, _other_than_null(document, node, place), name, place)
    return _rules(document, node, place) == _rules(document, parameter.get("schema", {}), place)


def left_out(group: str, leaves: list[str], found: set[str]) -> Iterator[str]:
    """Yield the properties without a parameter; only the object, where no property of it has one."""
    used = {".".join(name.split(".")[:depth]) for name in found for depth in range(1, name.count(".") + 2)}
    seen: set[str] = set()
    for leaf in leaves:
        steps = leaf.split(".")
        above = [".".join(steps[:depth]) for depth in range(2, len(steps) + 1)]
        highest = next((name for name in above if name not in used), None)
        if highest and highest not in seen:
            seen.add(highest)
            yield highest.removeprefix(f"{group}.")


def _other_than_null(document: Document, node: Json, place: str) -> Json:
    schema = document.resolve(node, place)
    choices = [each for each in schema.get("oneOf", []) if each.get("type") != "null"]
    return document.resolve(choices[0], place) if len(choices) == 1 else schema


def _rules(document: Document, node: Json, place: str) -> Json:
    schema = _other_than_null(document, node, place)
    rules = {key: schema[key] for key in schema.keys() - ANNOTATIONS if not key.startswith("x-")}
    for key in {"type", "enum"} & rules.keys():
        values = rules[key] if isinstance(rules[key], list) else [rules[key]]
        rules[key] = {value for value in values if value not in ("null", None)}
    return rules
