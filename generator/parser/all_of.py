"""`allOf`, rewritten to the form of which openapi-python-client reads everything.

It takes a schema with a single reference in `allOf`, `anyOf` or `oneOf` for that reference, and does not read
what is next to it. Of a part of `allOf` that is no reference it reads the properties, but no `allOf` in it.
"""

from collections.abc import Iterator
from typing import Any

from generator.parser.keywords import ANNOTATIONS, SCHEMAS
from generator.parser.merging import RULES, accepted_types, conflicts
from openapi.document import escape, nodes, resolve, unescape

Json = dict[str, Any]

_CHOICES = ("allOf", "anyOf", "oneOf")
_OF_OBJECTS = frozenset({"type", "properties", "required", "additionalProperties", "allOf"})
_BESIDES = ANNOTATIONS | {"nullable", "discriminator"}
_OPEN = " of other parts; next to `allOf`, write unevaluatedProperties: false instead"


def rewrite_all_of(document: Json) -> None:
    """Rewrite each schema of a document in which something would not be read."""
    # The inner schemas first, because the outer ones take over what they became.
    for _, node in reversed(list(nodes(document, extensions=False))):
        choices = {key: node[key] for key in _CHOICES if isinstance(node.get(key), list)}
        parts = [part for found in choices.values() for part in found]
        has_reference = isinstance(node.get("$ref"), str)
        extends = isinstance(node.get("properties"), dict) or isinstance(node.get("required"), list)
        if has_reference and (extends or "allOf" in choices):
            node["allOf"] = [{"$ref": node.pop("$ref")}, *node.get("allOf", []), {}]
        elif len(parts) == 1 and isinstance(parts[0].get("$ref"), str):
            for key in choices:
                del node[key]
            # A second part, because a single one is taken for the whole schema.
            node.update({"allOf": [parts[0], {}]} if extends else parts[0] | node)
        if isinstance(node.get("allOf"), list):
            node["allOf"] = [each for part in node["allOf"] for each in _flat(part)]


def _flat(part: Json) -> list[Json]:
    if not isinstance(part.get("allOf"), list):
        return [part]
    rest = {key: value for key, value in part.items() if key != "allOf"}
    return [*part["allOf"], rest]


def part_problems(schema: Json, document: Json, place: str) -> Iterator[str]:
    """Yield what cannot be combined in a schema: parts of `allOf`, and a choice next to properties."""
    everything = _names(schema, document)
    for index, part in enumerate(schema.get("allOf", [])):
        whole = resolve(document, part)
        yield from _forbidden(whole, everything - _names(whole, document), f"{place}/allOf/{index}")
        known = _OF_OBJECTS | _BESIDES
        others = [key for key in whole if key not in known and not key.startswith("x-")]
        if others or whole.get("type", "object") != "object":
            what = ", ".join(others) or f"the type {whole['type']}"
            yield f"{place}/allOf/{index}: {what} in a part of `allOf` is not supported; write one schema"
    if "allOf" in schema:
        yield from _forbidden(schema, everything - schema.get("properties", {}).keys(), place)
    for name, keyword in conflicts(document, schema) if "allOf" in schema else []:
        yield f"{place}: parts of `allOf` differ in the {keyword} of {name}; let one of them define it"
    for key in ("oneOf", "anyOf"):
        rules = ", ".join(sorted(RULES & schema.keys())) if key in schema else ""
        if rules:
            yield f"{place}: {rules} next to {key} is not supported; write it in the schemas of the choice"
        yield from _excluded(schema, key, document, place)
        common = {*schema.get("properties", {}), *(["allOf"] if "allOf" in schema else [])}
        for part in schema.get(key, []) if common else []:
            if common - _names(resolve(document, part), document):
                yield (
                    f"{place}: {key} next to properties that its schemas do not have is not supported; list "
                    "all properties in each of them, or describe the rule in words"
                )
                break


def _excluded(schema: Json, key: str, document: Json, place: str) -> Iterator[str]:
    """Yield the schemas of a choice that the type next to it excludes; null is left out elsewhere."""
    types = accepted_types(schema.get("type", []))
    for index, part in enumerate(schema.get(key, []) if types else []):
        own = accepted_types(resolve(document, part).get("type", [])) - {"null"}
        if own - types:
            yield (
                f"{place}/{key}/{index}: the type next to {key} excludes {', '.join(sorted(own - types))}; "
                "correct one of them"
            )


def _forbidden(part: Json, others: set[str], place: str) -> Iterator[str]:
    """Yield the properties that a part forbids, because it allows none but its own."""
    if part.get("additionalProperties") is False and others:
        names = ", ".join(sorted(others))
        yield f"{place}: additionalProperties: false forbids {names}{_OPEN}"


def _names(schema: Json, document: Json) -> set[str]:
    """Return the names of the properties of an object, with those of its parts."""
    parts = [_names(resolve(document, part), document) for part in schema.get("allOf", [])]
    return {*schema.get("properties", {})}.union(*parts)


def find_endless(schemas: Json) -> Iterator[str]:
    """Yield the schemas that contain themselves without a property in between, which no class can end."""

    def leads_to(node: Any, path: tuple[str, ...]) -> bool:  # noqa: ANN401 - any JSON
        if not isinstance(node, dict):
            return False
        reference = str(node.get("$ref", ""))
        if reference in path:
            return reference == path[0]
        name = unescape(reference.removeprefix(SCHEMAS))
        inner = [node.get("items"), node.get("additionalProperties")]
        inner += [each for key in _CHOICES for each in node.get(key, [])]
        if leads_to(schemas.get(name) if reference.startswith(SCHEMAS) else None, (*path, reference)):
            return True
        return any(leads_to(each, path) for each in inner)

    for name, schema in schemas.items():
        place = SCHEMAS + escape(name)
        if "$ref" not in schema and leads_to(schema, (place,)):
            yield (
                f"{place}: it contains itself without an object in between; make it an object with a "
                "property for what it contains, or allow any value with an empty schema"
            )
