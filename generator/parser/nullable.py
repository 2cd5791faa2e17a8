"""A type or null, in the one form that openapi-python-client reads well: a choice between the two.

It takes `type: [string, 'null']`, but makes three types of an `enum` that contains null, names a class after
its place in the choice, and cannot follow an object that may be null back to itself.
"""

from collections.abc import Mapping
from typing import Any

_ANNOTATIONS = ("title", "description", "default")
_CHOICES = ("oneOf", "anyOf", "allOf")


def mend_words(schema: dict[str, Any]) -> None:
    """Take null out of an `enum` whose type forbids it, so that nobody takes it for a word."""
    words, types = schema.get("enum"), schema.get("type")
    forbidden = isinstance(types, str) and types != "null" and not schema.get("nullable")
    if words and forbidden:
        schema["enum"] = [word for word in words if word is not None]


def separate(schema: Mapping[str, Any], title: str | None) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What a schema says when the value is not null, and what is said of both; None when it needs no help.

    Args:
        schema: The schema.
        title: What a class is called that has no title of its own.
    """
    if any(schema.get(choice) for choice in _CHOICES) or not _may_be_null(schema):
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
        inner["enum"] = [word for word in schema["enum"] if word is not None]
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


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    """Whether null is allowed by each of the keywords that could forbid it."""
    by_type = "type" not in schema or bool(schema.get("nullable")) or "null" in _types(schema)
    return by_type and (None in schema["enum"] if "enum" in schema else "type" in schema)
