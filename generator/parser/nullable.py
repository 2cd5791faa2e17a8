"""Nullable schemas, rewritten to the form that openapi-python-client handles: a `oneOf` with null.

It accepts `type: [string, 'null']`, but makes three types of an `enum` that contains null, names a class
after its index in the `oneOf`, and does not handle a nullable object that contains itself.
"""

from collections.abc import Mapping
from typing import Any

_ANNOTATIONS = ("title", "description", "default")
_CHOICES = ("oneOf", "anyOf", "allOf")


def drop_impossible_null(schema: dict[str, Any]) -> None:
    """Remove null from an `enum` whose type forbids it."""
    values, types = schema.get("enum"), schema.get("type")
    forbidden = isinstance(types, str) and types != "null" and not schema.get("nullable")
    if values and forbidden:
        schema["enum"] = [value for value in values if value is not None]


def say_with_one_of(schema: dict[str, Any]) -> None:
    """Write the other spellings of a nullable reference as a `oneOf` with null.

    They are `nullable` next to `$ref` or to a choice of one schema, and null as the only value of an `enum`
    or as a `const`.
    """
    for each in (schema, *schema.get("oneOf", []), *schema.get("anyOf", [])):
        if each.get("enum") == [None] or each.get("const", ...) is None:
            each.clear()
            each["type"] = "null"
    if not schema.get("nullable"):
        return
    if "$ref" in schema:
        only = {"$ref": schema["$ref"]}
    elif "type" not in schema and [len(schema.get(choice, [])) for choice in _CHOICES].count(1) == 1:
        only = next(schema[choice][0] for choice in _CHOICES if len(schema.get(choice, [])) == 1)
    else:
        return
    said = {key: schema[key] for key in schema if key in _ANNOTATIONS or key.startswith("x-")}
    schema.clear()
    schema.update(said, oneOf=[only, {"type": "null"}])


def separate(schema: Mapping[str, Any], title: str | None) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Split a nullable schema into the schema of the other values and the annotations of both.

    Args:
        schema: The schema.
        title: The title for a class without one.

    Returns:
        The schema and the annotations; None when the library handles the schema.
    """
    # Each keyword that can forbid null has to allow it.
    by_type = "type" not in schema or bool(schema.get("nullable")) or "null" in _types(schema)
    may_be_null = by_type and (None in schema["enum"] if "enum" in schema else "type" in schema)
    if any(schema.get(choice) for choice in _CHOICES) or not may_be_null:
        return None
    kept = _types(schema) - {"null"}
    if "enum" not in schema and not kept & {"object", "array"}:
        return None
    inner = {key: value for key, value in schema.items() if key not in ("default", "nullable", "type")}
    if len(kept) == 1:
        inner["type"] = next(iter(kept))
    elif kept:
        inner["type"] = sorted(kept)
    if "enum" in schema:
        inner["enum"] = [value for value in schema["enum"] if value is not None]
    if title:
        inner.setdefault("title", title)
        if isinstance(schema.get("items"), dict) and "$ref" not in schema["items"]:
            inner["items"] = {"title": f"{title}_item", **schema["items"]}
    said = {key: schema[key] for key in schema if key in _ANNOTATIONS or key.startswith("x-")}
    said.pop("x-possible-values", None)
    return inner, said


def _types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type", [])
    return set(types) if isinstance(types, list) else {types}
