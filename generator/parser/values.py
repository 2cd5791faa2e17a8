"""Values in the contract, and bounds: whether the schema around them can be met."""

import difflib
import keyword
import operator
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from generator.errors import ContractError
from generator.parser.keywords import EXTENSIONS
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
_FORMATS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
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


_LONGEST = 2**63
_PAIRS = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum"))
_OF_ONE_TYPE = (
    *("format", "pattern", "minLength", "maxLength", "items", "minItems", "maxItems", "uniqueItems"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
)
_TYPED = frozenset(
    {*("type", "enum", "const", "properties", "additionalProperties"), *("allOf", "anyOf", "oneOf")}
)


def schema_problems(schema: dict[str, Any], resolved: dict[str, Any]) -> Iterator[str]:
    """Yield why no value, or not a value that the contract lists, can be sent.

    Args:
        schema: The schema as written.
        resolved: The same with its reference followed.
    """
    if "default" in schema:
        problem = value_problem(resolved, schema["default"])
        if problem:
            yield f"the default {schema.pop('default')!r} {problem}"
    others = {key: value for key, value in resolved.items() if key not in ("enum", "const")}
    listed = [value for value in schema.get("enum", []) if value is not None]
    for value in [*listed, *([schema["const"]] if "const" in schema else [])]:
        problem = value_problem(others, value)
        if problem:
            yield f"the value {value!r} {problem}"
        if isinstance(value, int) and not -_LONGEST <= value < _LONGEST:
            yield f"the value {value} has more than 64 bits, which type checkers do not know; leave it out"
    if schema.get("nullable") is True and None not in schema.get("enum", [None]):
        yield "it is nullable, but null is not one of its enum; add null there, or remove nullable"
    for least, most in _PAIRS:
        low, high = resolved.get(least), resolved.get(most)
        if {least, most} & schema.keys() and low is not None and high is not None and low > high:
            yield f"{least} {low} is more than {most} {high}, so that nothing fits; correct one of them"
    bounds = [] if _TYPED & resolved.keys() else [key for key in _OF_ONE_TYPE if key in schema]
    if bounds:
        yield f"{', '.join(bounds)} without a type is not supported; add the type"


def extension_problems(schema: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the extensions that decide about the client, and remove them."""
    for key in [key for key in schema if key.startswith("x-")]:
        value, wanted = schema[key], EXTENSIONS.get(key)
        near = difflib.get_close_matches(key, EXTENSIONS, 1, 0.85)
        is_list = isinstance(value, list) and all(isinstance(each, str | int | None) for each in value)
        if wanted and not (isinstance(value, bool) if key == "x-secret" else is_list):
            del schema[key]
            yield f"{key}: expected {wanted}; correct it"
        elif near and not wanted:
            yield f"{key}: write {near[0]}, or a name that is less like it"


def names_problem(schema: dict[str, Any], count: int) -> str:
    """Return what is wrong with the names that the contract itself has for the values of an enum."""
    names = schema.get("x-enum-varnames", [])
    fitting = isinstance(names, list) and all(
        isinstance(name, str) and name.isidentifier() and name[0].isupper() and not keyword.iskeyword(name)
        for name in names
    )
    if not names or (fitting and len({*names}) == len(names) == count):
        return ""
    return "x-enum-varnames: expected another Python name, with a capital, for each value; correct it"


def value_problem(schema: dict[str, Any], value: object) -> str:
    """Return why a schema, with its reference followed, does not accept a value; empty if it does."""
    if any(keyword in schema for keyword in ("oneOf", "anyOf", "allOf")):
        return ""
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if value is None:
        null = schema.get("nullable") or "null" in types or not types or None in schema.get("enum", [])
        return "" if null else "is null, which the type forbids; leave it out, or allow null"
    accepted = tuple(kind for name in types for kind in _TYPES.get(name, ()))
    if types and (not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted)):
        cure = "write it in quotes" if types == ["string"] else "correct it, or leave it out"
        return f"is not of the type {' or '.join(types)}; {cure}"
    if "enum" in schema and value not in schema["enum"]:
        return f"is not one of {', '.join(map(str, schema['enum']))}; correct it, or leave it out"
    if "const" in schema and value != schema["const"]:
        return f"is not {schema['const']!r}; correct it, or leave it out"
    return _out_of_form(schema, value) or _out_of_bounds(schema, value)


def _out_of_form(schema: dict[str, Any], value: object) -> str:
    read = _FORMATS.get(str(schema.get("format")))
    try:
        if read and isinstance(value, str):
            read(value)
    except (ValueError, InvalidOperation):
        return f"is not of the format {schema['format']}; correct it, or leave it out"
    return ""


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
