r"""Validates values against schemas of the contract, including formats and ECMA patterns.

jsonschema-rs decides, because its patterns are ECMA 262 (`$` is the very end, `\d` is ASCII) and because
lists of thousands of SMS have to be validated quickly.
"""

from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.formats import FORMATS

_LONGEST_VALUE: Final = 120


class Schemas:
    """Validators for places in one contract, each compiled once."""

    def __init__(self, contract: Contract) -> None:
        self._components: dict[str, Any] = contract.document.get("components", {})
        self._paths: dict[str, Any] = contract.document["paths"]
        self._webhooks: dict[str, Any] = contract.document.get("webhooks", {})
        self._validator = lru_cache(maxsize=None)(self._compile)

    def _compile(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        schema = {
            "$ref": pointer,
            "components": self._components,
            "paths": self._paths,
            "webhooks": self._webhooks,
        }
        return jsonschema_rs.Draft202012Validator(schema, formats=dict(FORMATS), validate_formats=True)

    def is_valid(self, pointer: str, value: object) -> bool:
        """Return whether `value` is valid for the schema at `pointer`, faster than asking what is wrong."""
        try:
            return self._validator(pointer).is_valid(value)
        except ValueError:
            return False

    def violations(self, pointer: str, value: object) -> list[str]:
        """Return what is wrong with `value` for the schema at `pointer`; an empty list when it is valid."""
        validator = self._validator(pointer)
        try:
            errors = list(validator.iter_errors(value))
        except ValueError as error:  # what Rust's strings cannot hold: a lone surrogate, or a very deep value
            return [f"it cannot be read: {error}"]
        return [_describe(error) for error in errors]

    def broken_keywords(self, pointer: str, value: object) -> list[str]:
        """Return the keywords that `value` itself breaks, not its items or properties."""
        try:
            errors = list(self._validator(pointer).iter_errors(value))
        except ValueError:
            return ["string"]
        return [str(list(error.schema_path)[-1]) for error in errors if not list(error.instance_path)]


def _describe(error: jsonschema_rs.ValidationError) -> str:
    place = ".".join(map(str, error.instance_path))
    message = error.message if len(error.message) <= _LONGEST_VALUE else f"{error.message[:_LONGEST_VALUE]}…"
    return f"{place}: {message}" if place else message
