"""The responses of an operation: its result, and the format of errors."""

import re
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from generator.config import ClientConfig
from generator.errors import ContractError
from generator.parser import Document, dump, models_in, properties_of
from generator.plan.codecs import CodecPlan, Codecs, RulePlan, Scope, raw_property

_TYPES = {"code": "integer", "message": "string"}


@dataclass(frozen=True)
class ResultPlan:
    """What an operation returns: a codec for each HTTP status, `None` for a response without a body."""

    hint: str
    codes: tuple[tuple[int, str], ...]
    enveloped: bool
    description: str
    rules: tuple[RulePlan, ...]


class Results:
    """Plans results, and checks that all operations share one envelope and one format of errors.

    Attributes:
        received: The names of the models in results.
        success: The constants of the envelope; None without an envelope.
        failure: The constants of an error.
        refusals: The statuses from 400 to 499 in the contract.
    """

    def __init__(self, document: Document, config: ClientConfig, codecs: Codecs) -> None:
        self._document, self._config, self._codecs = document, config, codecs
        self._scope = Scope(frozenset(codecs.models.by_name))
        self._failure: dict[str, Any] | None = None
        self.received: set[str] = set()
        self.success: dict[str, Any] | None = None
        self.failure: dict[str, Any] = {}
        self.refusals: set[int] = set()

    def plan(self, operation: dict[str, Any], endpoint: Endpoint, place: str) -> ResultPlan:
        """Plan the result of an operation."""
        hints: dict[str, None] = {}
        codes: list[tuple[int, str]] = []
        rules: list[RulePlan] = []
        description = ""
        for status, node in operation.get("responses", {}).items():
            where = f"{place}, response {status}"
            response = self._document.resolve(node, where)
            if not str(status).startswith("2"):
                self._check_failure(response, where)
                if re.fullmatch("4[0-9][0-9]", str(status)):
                    self.refusals.add(int(status))
                continue
            if not str(status).isdigit():
                raise ContractError(where, "a range of statuses is not supported for results")
            codec = self._plan_result(int(status), response, endpoint, where)
            hints[codec.hint] = None
            codes.append((int(status), codec.code))
            rules += codec.rules
            description = description or response.get("description", "")
        if len(hints) != 1:
            raise ContractError(place, "expected a result of one type")
        hint = next(iter(hints))
        enveloped = bool(self._config.envelope) and hint != "None"
        return ResultPlan(hint, tuple(codes), enveloped, description, tuple(rules))

    def _plan_result(
        self, status: int, response: dict[str, Any], endpoint: Endpoint, place: str
    ) -> CodecPlan:
        schema = _json_schema(response, place)
        if schema is None:
            return CodecPlan("None", "None", "None")
        prop: PropertyProtocol = next(
            item.prop for item in endpoint.responses.patterns if item.status_code.range == (status, status)
        )
        if self._config.envelope:
            prop, schema = self._open(prop, place)
        self.received.update(models_in(prop))
        return self._codecs.plan_result(prop, schema, place, self._scope)

    def _open(self, prop: PropertyProtocol, place: str) -> tuple[PropertyProtocol, dict[str, Any]]:
        """Return the content of an envelope, whose constants have to be the same for all operations."""
        name = self._config.envelope
        model = (
            self._codecs.models.by_name[str(prop.class_info.name)]
            if isinstance(prop, ModelProperty)
            else None
        )
        inner = [prop for prop in properties_of(model) if prop.name == name] if model else []
        if not model or not inner or not inner[0].required:
            raise ContractError(place, f"expected an object with the required property {name}")
        schema = dump(model.data)
        constants = self._constants(schema, place)
        if self.success not in (None, constants):
            raise ContractError(place, "this envelope differs from that of other operations")
        self.success = constants
        return inner[0], raw_property(self._document, schema, name, place)

    def _constants(self, schema: dict[str, Any], place: str) -> dict[str, Any]:
        resolved = {
            name: self._document.resolve(node, place) for name, node in schema.get("properties", {}).items()
        }
        return {name: node["const"] for name, node in resolved.items() if "const" in node}

    def _check_failure(self, response: dict[str, Any], place: str) -> None:
        """Check that an error has the same format as all others, because one function reads them all."""
        node = _json_schema(response, place)
        if node is None:
            return
        schema = self._document.resolve(node, place)
        constants = self._constants(schema, place)
        if self._failure not in (None, constants):
            raise ContractError(place, "this error differs from the errors of other responses")
        self._failure = self.failure = constants
        self._check_path(schema, self._config.error_code, _TYPES["code"], place)
        self._check_path(schema, self._config.error_message, _TYPES["message"], place)

    def _check_path(self, schema: dict[str, Any], path: tuple[str, ...], wanted: str, place: str) -> None:
        for name in path:
            if name not in schema.get("properties", {}):
                raise ContractError(place, f"expected an error with the property {'.'.join(path)}")
            schema = self._document.resolve(schema["properties"][name], place)
        if path and schema.get("type") != wanted:
            raise ContractError(place, f"{'.'.join(path)} of an error: expected the type {wanted}")


def _json_schema(response: dict[str, Any], place: str) -> dict[str, Any] | None:
    content = response.get("content") or {}
    if not content:
        return None
    if "application/json" not in content:
        raise ContractError(place, "a response other than application/json is not supported")
    schema: dict[str, Any] = content["application/json"].get("schema", {})
    return schema
