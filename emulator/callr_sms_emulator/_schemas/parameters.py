"""From the text of parameters to values, by the schemas of an operation, with errors in words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from callr_sms_emulator._schemas.document import parameter_schemas
from callr_sms_emulator._schemas.validation import check_value, compile_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema_rs import Draft202012Validator

    from callr_sms_emulator._schemas.document import Schema

# As JSON writes it (RFC 8259): a whole number may have a fraction of zeros, and zeros in front are accepted.
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?")


def read_parameters(operation: tuple[str, str], place: str, found: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of parameters that are valid by `control.yaml`; those of a default are not added.

    Args:
        operation: The method and the path of the operation, as the document has them.
        place: Where they stand: `query` or `path`.
        found: Their text.

    Raises:
        InvalidRequestError: One is unknown or not valid; the message names it and what was expected.
    """
    schema, validator = _of_operation(*operation, place)
    values = {name: _read(value, schema["properties"].get(name, {})) for name, value in found.items()}
    whole: dict[str, Any] = check_value(values, schema, validator)
    return whole


@cache
def _of_operation(method: str, path: str, place: str) -> tuple[Schema, Draft202012Validator]:
    properties = parameter_schemas()[path][method.lower()].get(place, {})
    return compile_schema({"type": "object", "additionalProperties": False, "properties": properties})


def _read(value: str, schema: Schema) -> object:
    if schema.get("type") not in {"integer", "number"} or not _NUMBER.fullmatch(value):
        return value
    number = float(value)
    return int(number) if number.is_integer() and "." in value else number if "." in value else int(value)
