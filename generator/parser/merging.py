"""Schemas that hold at the same time, rewritten to one: in `allOf`, and next to a `$ref`."""

from collections.abc import Iterator
from typing import Any

from generator.parser.keywords import ANNOTATIONS
from generator.parser.values import value_problem
from openapi.document import BrokenReferenceError, nodes, resolve

Json = dict[str, Any]

_LEAST = frozenset({"minLength", "minItems", "minimum", "exclusiveMinimum"})
_MOST = frozenset({"maxLength", "maxItems", "maximum", "exclusiveMaximum"})
#: The rules for values of one type.
RULES = _LEAST | _MOST | {"pattern", "multipleOf", "uniqueItems"}
_WORDS = frozenset({"title", "description", "example", "examples", "externalDocs", "$comment"})
_OF_OBJECTS = frozenset({"properties", "required", "additionalProperties", "discriminator"})
_CHOICES = frozenset({"allOf", "anyOf", "oneOf"})


class ConflictError(Exception):
    """Two schemas that do not become one; the message is the keyword that they differ in."""


def merge_parts(document: Json) -> None:
    """Merge what stands in several parts of `allOf`, or next to a reference, where that makes one schema.

    What does not stays unchanged, for `conflicts` and for the checks of a part of `allOf`.
    """
    for _, node in reversed(list(nodes(document, extensions=False))):
        try:
            if isinstance(node.get("allOf"), list):
                _merge_all_of(document, node)
            else:
                _replace(node, _with_siblings(document, node))
        except (ConflictError, BrokenReferenceError):
            continue


def _with_siblings(document: Json, node: Json) -> Json:
    """Return a reference with the rules next to it as one schema, if neither is of objects or a choice."""
    if not isinstance(node.get("$ref"), str) or "nullable" in node or not _rules(node).keys() - {"$ref"}:
        return node
    siblings = {key: value for key, value in node.items() if key != "$ref"}
    target = resolve(document, {"$ref": node["$ref"]})
    if (target.keys() | siblings) & (_OF_OBJECTS | _CHOICES):
        return node
    return merge(document, {"$ref": node["$ref"]}, siblings)


def sibling_conflict(document: Json, node: Json) -> str:
    """Return the keyword in which a reference and the rules next to it do not become one schema, if any."""
    try:
        _with_siblings(document, node)
    except ConflictError as caught:
        return str(caught)
    return ""


def _merge_all_of(document: Json, node: Json) -> None:
    rest = {key: value for key, value in node.items() if key != "allOf"}
    whole = [resolve(document, part) for part in (*node["allOf"], rest)]
    if not any(part.keys() & (_OF_OBJECTS | _CHOICES) or part.get("type") == "object" for part in whole):
        made: Json = {}
        for part in (*node["allOf"], rest):
            made = merge(document, made, part)
        _replace(node, made)
    elif not any(part.keys() & {"anyOf", "oneOf"} for part in whole):
        properties = {name: list(found) for name, found in _properties(document, node).items()}
        if any(_differ(found) for found in properties.values()):
            merged = {name: _merge_all(document, found) for name, found in properties.items()}
            required = list(dict.fromkeys(_required(document, node)))
            made = {**rest, "type": "object", "properties": merged}
            for part in whole:
                if part.get("additionalProperties") is False and properties.keys() - _properties(
                    document, part
                ):
                    raise ConflictError("additionalProperties")
                if "additionalProperties" in part:
                    made["additionalProperties"] = part["additionalProperties"]
            if required:
                made["required"] = required
            _replace(node, made)


def conflicts(document: Json, schema: Json) -> Iterator[tuple[str, str]]:
    """Yield each property that parts of `allOf` define in ways that do not become one, and the keyword."""
    for name, found in _properties(document, schema).items():
        try:
            _merge_all(document, found)
        except ConflictError as caught:
            yield name, str(caught)


def merge(document: Json, one: Json, other: Json) -> Json:
    """Return the schema of the values that two schemas accept; the annotations of the second one win.

    Raises:
        ConflictError: That is no single schema.
    """
    if _rules(one) == _rules(other) or not _rules(other) or not _rules(one):
        return {**one, **other}
    first, second = resolve(document, one), resolve(document, other)
    made = {**first, **second}
    for key in _rules(first).keys() & _rules(second).keys():
        made[key] = _both(key, first[key], second[key])
    if "enum" in made:
        others = {key: value for key, value in made.items() if key != "enum"}
        made["enum"] = [value for value in made["enum"] if not value_problem(others, value)]
        if not made["enum"]:
            raise ConflictError("enum")
    if "const" in made and value_problem(
        {key: value for key, value in made.items() if key != "const"}, made["const"]
    ):
        raise ConflictError("const")
    for side, whole in ((one, first), (other, second)):
        if _rules(made) == _rules(whole):
            # Nothing is narrower than one of them, which may be a reference.
            both = {**one, **other}
            rules = _rules(both)
            return {key: value for key, value in both.items() if key not in rules} | _rules(side)
    if made.get("title") == first.get("title"):
        made.pop("title", None)  # it is the name of another class
    return made


def _both(key: str, one: Any, other: Any) -> Any:  # noqa: ANN401 - the values of any keyword
    if one == other and isinstance(one, bool) == isinstance(other, bool):
        return one
    if key in _LEAST | _MOST and not isinstance(one, bool) and not isinstance(other, bool):
        return max(one, other) if key in _LEAST else min(one, other)
    if key == "enum":
        return [value for value in one if value in other]
    if key == "type":
        kept = accepted_types(one) & accepted_types(other)
        if kept:
            return next(iter(kept)) if len(kept) == 1 else sorted(kept)
    raise ConflictError(key)


def accepted_types(types: str | list[str]) -> set[str]:
    """Return the JSON types that `type` accepts: an integer is a number."""
    found = {types} if isinstance(types, str) else {*types}
    return found | ({"integer"} if "number" in found else set())


def _merge_all(document: Json, found: list[Json]) -> Json:
    made: Json = {}
    for schema in found:
        made = merge(document, made, schema)
    return made


def _differ(found: list[Json]) -> bool:
    same = [
        {key: each[key] for key in each if key not in _WORDS and not key.startswith("x-")} for each in found
    ]
    return any(each != same[0] for each in same)


def _rules(schema: Json) -> Json:
    return {
        key: value
        for key, value in schema.items()
        if key not in ANNOTATIONS and not str(key).startswith("x-")
    }


def _properties(document: Json, schema: Json, above: tuple[str, ...] = ()) -> dict[str, list[Json]]:
    """Return the schemas of each property of an object: its own, and those of the parts of `allOf`."""
    found: dict[str, list[Json]] = {}
    for part in _parts(document, schema, above):
        for name, schemas in part.items():
            found.setdefault(name, []).extend(each for each in schemas if each not in found[name])
    return found


def _parts(document: Json, schema: Json, above: tuple[str, ...]) -> Iterator[dict[str, list[Json]]]:
    for part in schema.get("allOf", []):
        reference = str(part.get("$ref", ""))
        if reference not in above:
            yield _properties(document, resolve(document, part), (*above, *filter(None, [reference])))
    yield {name: [each] for name, each in schema.get("properties", {}).items()}


def _required(document: Json, schema: Json, above: tuple[str, ...] = ()) -> Iterator[str]:
    for part in schema.get("allOf", []):
        reference = str(part.get("$ref", ""))
        if reference not in above:
            yield from _required(document, resolve(document, part), (*above, *filter(None, [reference])))
    yield from schema.get("required", [])


def _replace(node: Json, made: Json) -> None:
    if made is not node:
        node.clear()
        node.update(made)
