"""The responses of an operation: its result, and the format of errors."""

import re
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from generator.config import ClientConfig
from generator.errors import ContractError
from generator.parser import (
    JSON,
    Document,
    check_charset,
    dump,
    essence,
    is_file,
    is_json,
    is_text,
    models_in,
    properties_of,
)
from generator.plan.codec import CodecPlan, RulePlan, Scope, properties_below, raw_property, required_of
from generator.plan.codecs import Codecs

_TYPES = {"code": "integer", "message": "string"}


@dataclass(frozen=True)
class ResultPlan:
    """What an operation returns: a codec for each HTTP status, `None` for a response without a body."""

    hint: str
    codes: tuple[tuple[str, str], ...]
    enveloped: bool
    description: str
    rules: tuple[RulePlan, ...]
    accept: str


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
        self._written = Document(document.written, "")
        self._scope = Scope(frozenset(codecs.models.by_name))
        self._failure: dict[str, Any] | None = None
        self.received: set[str] = set()
        self.success: dict[str, Any] | None = None
        self.failure: dict[str, Any] = {}
        self.refusals: set[int] = set()

    def plan(
        self, operation: dict[str, Any], written: dict[str, Any], endpoint: Endpoint, place: str
    ) -> ResultPlan:
        """Plan the result of an operation.

        Args:
            operation: The operation, prepared.
            written: The same as written, with its errors.
            endpoint: What openapi-python-client made of it.
            place: Its place in the contract.
        """
        if written.get("responses") and not operation["responses"]:
            raise ContractError(place, "expected the response of a success, such as 200 or 204")
        self._check_errors(written, place)
        codecs: dict[str, CodecPlan] = {}
        media_types: dict[str, None] = {}
        description = ""
        for status, node in operation["responses"].items():
            where = f"{place}, response {status}"
            response = self._document.resolve(node, where)
            codecs[str(status)] = self._plan_result(str(status), response, endpoint, where)
            media_types.update(dict.fromkeys(response.get("content") or {}))
            description = description or response.get("description", "")
        if not codecs:
            codecs["2XX"] = CodecPlan("None", "None", "None")
        hints = dict.fromkeys(codec.hint.removesuffix(" | None") for codec in codecs.values())
        nothing = "None" in hints or any(codec.nullable for codec in codecs.values())
        named = [hint for hint in hints if hint != "None"]
        has_json = any(is_json(name) for name in media_types)
        codes = ((status, codec.code) for status, codec in codecs.items())
        return ResultPlan(
            " | ".join([*named, *(["None"] if nothing else [])]),
            # Ranges first, because a status of its own comes before its range.
            tuple(sorted(codes, key=lambda each: each[0].isdigit())),
            bool(self._config.envelope) and has_json,
            description,
            tuple(rule for codec in codecs.values() for rule in codec.rules),
            ", ".join(JSON if is_json(name) and essence(name) == "*/*" else name for name in media_types),
        )

    def _check_errors(self, operation: dict[str, Any], place: str) -> None:
        for status, node in operation.get("responses", {}).items():
            if not str(status).startswith("2"):
                where = f"{place}, response {status}"
                if str(status)[0] in "13":
                    raise ContractError(
                        where, "neither a success nor an error, which is not supported; leave it out"
                    )
                self._check_failure(self._written.resolve(node, where), where)
                if re.fullmatch("4[0-9][0-9]", str(status)):
                    self.refusals.add(int(status))

    def _plan_result(
        self, status: str, response: dict[str, Any], endpoint: Endpoint, place: str
    ) -> CodecPlan:
        content = response.get("content") or {}
        if not content:
            return CodecPlan("None", "None", "None")
        media_type, media = next(iter(content.items()))
        check_charset(media_type, place)
        if is_text(media_type):
            return CodecPlan("str", "str", "_codecs.Text()")
        if is_file(media_type):
            return CodecPlan("bytes", "bytes", "_codecs.Bytes()")
        if not is_json(media_type):
            raise ContractError(
                place,
                f"a response of {', '.join(content)} is not supported; offer JSON, a text or a file, too",
            )
        schema: dict[str, Any] = media.get("schema") or {}
        prop: PropertyProtocol = next(
            item.prop for item in endpoint.responses.patterns if item.status_code.pattern == status
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
            raise ContractError(
                place,
                f"expected an object with the required property {name}, the result; answer as the other "
                "operations do, or correct `envelope` in the settings",
            )
        schema = dump(model.data)
        constants = self._constants(schema, place)
        if self.success not in (None, constants):
            raise ContractError(
                place,
                _differing("this envelope differs from that of other operations", constants, self.success),
            )
        self.success = constants
        return inner[0], raw_property(self._document, schema, name, place)

    def _constants(self, schema: dict[str, Any], place: str) -> dict[str, Any]:
        resolved = {
            name: self._written.resolve(node, place)
            for name, node in properties_below(self._written, schema, place).items()
        }
        return {name: node["const"] for name, node in resolved.items() if "const" in node}

    def _check_failure(self, response: dict[str, Any], place: str) -> None:
        """Check that an error has the same format as all others, because one function reads them all."""
        content = response.get("content") or {}
        node = next((media.get("schema", {}) for name, media in content.items() if is_json(name)), None)
        if node is None:
            return
        schema = self._written.resolve(node, place)
        constants = self._constants(schema, place)
        if self._failure not in (None, constants) and not (
            self._config.error_code or self._config.error_message
        ):
            # What all errors have in common.
            constants = dict(constants.items() & (self._failure or {}).items())
        elif self._failure not in (None, constants):
            raise ContractError(
                place,
                _differing("this error differs from the errors of other responses", constants, self._failure),
            )
        self._failure = self.failure = constants
        self._check_path(schema, self._config.error_code, _TYPES["code"], place)
        self._check_path(schema, self._config.error_message, _TYPES["message"], place)

    def _check_path(self, schema: dict[str, Any], path: tuple[str, ...], wanted: str, place: str) -> None:
        for name in path:
            properties = properties_below(self._written, schema, place)
            if name not in properties:
                raise ContractError(
                    place,
                    f"expected an error with the property {'.'.join(path)}; add it, or name another one "
                    "in the settings",
                )
            if name not in required_of(self._written, schema, place):
                raise ContractError(
                    place,
                    f"expected an error that requires {'.'.join(path)}, of type {wanted}; list {name} under "
                    "`required`, or name another property in the settings",
                )
            schema = self._written.resolve(properties[name], place)
        if path and schema.get("type") != wanted:
            raise ContractError(
                place,
                f"{'.'.join(path)} of an error: expected the type {wanted}; correct it, or name another "
                "property in the settings",
            )


def _differing(problem: str, constants: dict[str, Any], others: dict[str, Any] | None) -> str:
    """Return a problem with the constants by which one function recognizes all responses."""
    found, wanted = (
        " and ".join(f"{name}: {value!r}" for name, value in each.items()) or "no constant"
        for each in (constants, others or {})
    )
    return f"{problem}: it has {found}, they have {wanted}; give all of them the same constants"
