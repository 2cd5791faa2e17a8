"""Defaults: whether the schema around one accepts it."""

import operator
import re
from typing import Any

from generator.errors import ContractError
from generator.parser.patterns import translate

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_NUMBERS = (
    ("minimum", operator.ge, "is less than the minimum"),
    ("maximum", operator.le, "is more than the maximum"),
    ("exclusiveMinimum", operator.gt, "is not above"),
    ("exclusiveMaximum", operator.lt, "is not below"),
)
_SIZES = (
    (str, "minLength", "maxLength", "characters"),
    (list, "minItems", "maxItems", "items"),
)


def default_problem(schema: dict[str, Any], value: object) -> str:
    """Return why a schema, with its reference followed, does not accept its default; empty if it does."""
    if any(keyword in schema for keyword in ("oneOf", "anyOf", "allOf")):
        return ""
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if value is None:
        null = schema.get("nullable") or "null" in types or not types or None in schema.get("enum", [])
        return "" if null else "is null, which the type forbids; leave the default out, or allow null"
    accepted = tuple(kind for name in types for kind in _TYPES.get(name, ()))
    if types and (not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted)):
        return f"is not of the type {' or '.join(types)}; correct it, or leave it out"
    if "enum" in schema and value not in schema["enum"]:
        return f"is not one of {', '.join(map(str, schema['enum']))}; correct it, or leave it out"
    if "const" in schema and value != schema["const"]:
        return f"is not {schema['const']!r}; correct it, or leave it out"
    return _out_of_bounds(schema, value)


def _out_of_bounds(schema: dict[str, Any], value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        for keyword, accepts, problem in _NUMBERS:
            bound = schema.get(keyword)
            if isinstance(bound, int | float) and not isinstance(bound, bool) and not accepts(value, bound):
                return f"{problem} {bound}; correct it, or leave it out"
    for kind, least, most, unit in _SIZES:
        if isinstance(value, kind) and not schema.get(least, 0) <= len(value) <= schema.get(most, len(value)):
            limits = f"{schema.get(least, 0)} to {schema.get(most, 'any number of')}"
            return f"has {len(value)} {unit}, not {limits}; correct it, or leave it out"
    if isinstance(value, str) and "pattern" in schema:
        try:
            matches = re.search(translate(schema["pattern"], ""), value, re.ASCII)
        except ContractError:
            return ""  # refused where the pattern stands
        return "" if matches else f"does not match {schema['pattern']}; correct it, or leave it out"
    return ""
