"""From JSON to a struct by way of a schema, with errors in words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import parse_datetime
from callr_sms_emulator._schemas.document import body_schemas, inline
from callr_sms_emulator._schemas.expectations import describe

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

    from callr_sms_emulator._schemas.document import Schema

T = TypeVar("T", bound=msgspec.Struct)

# Below this, a float holds each whole number exactly. A larger one stays a float, which a message shows as
# 1e+300; the schema refuses it, because every integer of a body has a lower maximum.
_EXACT = 2**53
# A misspelt name comes before the missing property that it causes.
_ORDER = {"additionalProperties": 0, "required": 2}


def read_struct(found: dict[str, object], kind: type[T], schema: str) -> T:
    """Make a struct of a JSON object that is valid by a request body of `control.yaml`, named by its schema.

    A struct that lacks some of the properties of the schema takes no others than its own.

    Raises:
        InvalidRequestError: It is not valid; the message names the property, the value and what was expected.
    """
    return msgspec.convert(check_value(found, *_of_body(schema, kind)), kind)


def check_value(found: object, schema: Schema, validator: Draft202012Validator) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with `2` for each `2.0`, if it is valid by a schema of `compile_schema`.

    Raises:
        InvalidRequestError: It is not valid; the message names the property, the value and what was expected.
    """
    whole, error = _find(found, schema, validator)
    if error is not None:
        try:
            raise error
        finally:
            del error  # it refers to this frame: without a circle it is freed with its request
    return whole


def find_flaw(found: object, kind: type[msgspec.Struct], prefix: str) -> _errors.InvalidRequestError | None:
    """Return the error for JSON that msgspec has not accepted as `kind`, without quoting any value.

    `prefix` comes before each place. None: msgspec is stricter than the schema that it writes.
    """
    return _find(found, *_of_struct(kind), prefix, is_private=True)[1]


@cache
def _of_body(name: str, kind: type[msgspec.Struct]) -> tuple[Schema, Draft202012Validator]:
    schema = body_schemas()[name]
    properties = tuple(each.encode_name for each in msgspec.structs.fields(kind))
    return compile_schema(schema | {"properties": {each: schema["properties"][each] for each in properties}})


@cache
def _of_struct(kind: type[msgspec.Struct]) -> tuple[Schema, Draft202012Validator]:
    schema = msgspec.json.schema(kind, schema_hook=lambda _: {"description": "Any JSON."})
    return compile_schema(inline(schema, schema))


def compile_schema(schema: Schema) -> tuple[Schema, Draft202012Validator]:
    """Return a schema without references, and its validator."""
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - 4 MB, most processes never need it

    formats = {"callr-datetime": lambda text: parse_datetime(text) is not None}
    return schema, Draft202012Validator(schema, formats=formats, validate_formats=True)


def _find(
    found: object,
    schema: Schema,
    validator: Draft202012Validator,
    prefix: str = "",
    *,
    is_private: bool = False,
) -> tuple[Any, _errors.InvalidRequestError | None]:
    """Return the value with `2` for each `2.0`, and the error for its first flaw."""
    try:
        whole = _normalise(found, prefix.rstrip("."))
        errors = sorted(validator.iter_errors(whole), key=lambda each: _ORDER.get(each.kind.name, 1))
    except _errors.InvalidRequestError as error:
        return None, error
    except (ValueError, RecursionError):  # the validator has a limit of its own
        return None, _errors.body_too_deep()
    return whole, _explain(errors[0], schema, prefix, is_private=is_private) if errors else None


def _normalise(value: Any, place: str) -> Any:  # noqa: ANN401 - any JSON
    """Refuse half of a surrogate pair anywhere: neither the validator nor SQLite takes one."""
    if isinstance(value, str):
        _errors.refuse_lone_surrogate(place, value)
    elif isinstance(value, dict):
        places = {name: f"{place}.{name}".lstrip(".") for name in value}
        for name in value:
            _errors.refuse_lone_surrogate(places[name], name)
        return {name: _normalise(each, places[name]) for name, each in value.items()}
    elif isinstance(value, list):
        return [_normalise(each, f"{place}[{index}]") for index, each in enumerate(value)]
    elif isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _explain(
    error: ValidationError, schema: Schema, prefix: str, *, is_private: bool
) -> _errors.InvalidRequestError:
    keyword, more = error.kind.name, error.kind.as_dict()
    if keyword in {"oneOf", "anyOf"}:
        # An alternative whose flaw lies deeper has the right type.
        firsts = [each[0] for each in more["context"] if each]
        deeper = [each for each in firsts if len(each.instance_path) > len(error.instance_path)]
        if len(deeper) == 1:
            return _explain(deeper[0], schema, prefix, is_private=is_private)
    steps = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in error.instance_path]
    place = (prefix.rstrip(".") + "".join(steps)).lstrip(".")
    before = f"{place}." if place else ""
    node: Any = schema
    for step in error.schema_path[:-1]:
        node = node[step]
    if keyword == "additionalProperties":
        known = [before + each for each in node.get("properties", ())]
        return _errors.unknown_parameter(before + more["unexpected"][0], known)
    if keyword == "required":
        name = more["property"]
        return _errors.missing_parameter(before + name, describe(node["properties"][name]))
    return _refuse(place, error.instance, node, is_private=is_private)


def _refuse(name: str, value: object, node: Schema, *, is_private: bool) -> _errors.InvalidRequestError:
    if is_private:
        return _errors.bad_property(name, value, describe(node))
    if node.get("writeOnly"):
        return _errors.bad_secret(name, describe(node))
    if "enum" in node:
        return _errors.not_one_of(name, value, node["enum"])
    return _errors.bad_value(name, value, describe(node))
