"""What a schema accepts, in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from callr_sms_emulator._schemas.document import Schema

_EXPECTED = "x-callr-expected"
"""The keyword that says in words what a schema accepts, where it has a pattern."""

_PLAIN = {"null": "null", "boolean": "true or false", "object": "an object"}
_BOUNDS = (
    ("above", "exclusiveMinimum"),
    ("from", "minimum"),
    ("below", "exclusiveMaximum"),
    ("to", "maximum"),
)


def matching(pattern: str, expected: str) -> msgspec.Meta:
    """Return the constraint of a string that a pattern matches as a whole; `expected` says it in words."""
    # Python and JSON schema have no other end of a string in common.
    return msgspec.Meta(pattern=rf"^(?:{pattern})(?![\s\S])", extra_json_schema={_EXPECTED: expected})


def describe(schema: Schema) -> str:
    """Return what a schema accepts, like `a whole number from 0 to 5` or `true or false`."""
    if _EXPECTED in schema:
        return str(schema[_EXPECTED])
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return " or ".join(dict.fromkeys(describe(each) for each in schema[keyword]))
    if "enum" in schema:
        return " or ".join(json.dumps(each) for each in schema["enum"])
    types = schema.get("type", "object")
    return " or ".join(_describe(each, schema) for each in ([types] if isinstance(types, str) else types))


def _describe(kind: str, schema: Schema) -> str:
    match kind:
        case "string":
            return "a string" + _length(schema.get("minLength"), schema.get("maxLength"), "character")
        case "array":
            return "an array" + _length(schema.get("minItems"), schema.get("maxItems"), "element")
        case "integer" | "number":
            bounds = [f" {word} {schema[keyword]}" for word, keyword in _BOUNDS if keyword in schema]
            return ("a whole number" if kind == "integer" else "a number") + "".join(bounds)
    return _PLAIN[kind]


def _length(least: Any, most: Any, unit: str) -> str:  # noqa: ANN401 - of a JSON schema
    if not least and most is None:
        return ""
    if not least:
        return f" of at most {most} {unit}s"
    if most is None:
        return f" of at least {least} {unit}{'' if least == 1 else 's'}"
    return f" of {least} to {most} {unit}s"
