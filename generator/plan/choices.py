"""Choices between types: told apart by their JSON type, or by a property of objects."""

from collections.abc import Callable, Iterator
from typing import Any

from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from generator.errors import ContractError
from generator.parser import SCHEMAS, Document, attribute_name
from generator.plan.codec import CodecPlan, Scope, raw_property

Plan = Callable[[PropertyProtocol, dict[str, Any], str, Scope], CodecPlan]

_JSON_TYPES: dict[type, str] = {
    StringProperty: "string",
    DateProperty: "string",
    UuidProperty: "string",
    IntProperty: "number",
    FloatProperty: "number",
    BooleanProperty: "boolean",
    ListProperty: "array",
    ModelProperty: "object",
}


class Choices:
    """Plans choices between types: by their JSON type, or by a property that tells objects apart."""

    def __init__(self, document: Document, plan: Plan) -> None:
        self._document, self._plan = document, plan

    def plan(
        self, props: list[PropertyProtocol], schema: dict[str, Any], place: str, scope: Scope
    ) -> CodecPlan:
        """Plan the codec of a choice.

        Raises:
            ContractError: Nothing tells the types apart.
        """
        nodes = list(_choices(schema))
        if len(nodes) != len(props) or not nodes:
            raise ContractError(
                place, "a choice within a choice, or between equal types, is not supported; write one choice"
            )
        plans = [
            self._plan(prop, node, f"{place}/{index}", scope)
            for index, (prop, node) in enumerate(zip(props, nodes, strict=True))
        ]
        hint = " | ".join(dict.fromkeys(plan.hint for plan in plans))
        accepts = " | ".join(dict.fromkeys(plan.accepts for plan in plans))
        rules = tuple(rule for plan in plans for rule in plan.rules)
        if all(plan.model for plan in plans):
            name, values = self._discriminator(nodes, schema, place)
            by_value = [(value, plan) for plan, own in zip(plans, values, strict=True) for value in own]
            table = ", ".join(f"{value!r}: {plan.code}" for value, plan in by_value)
            fits = ", ".join(f"{value!r}: {plan.hint}.__fit__" for value, plan in by_value)
            hint = f"{hint} | dict[str, object]"  # an object of a new kind
            return CodecPlan(
                hint,
                accepts,
                f"_codecs.Discriminated[{hint!r}]({name!r}, {attribute_name(name, place)!r}, {{{table}}})",
                fits=lambda json: f"_codecs.fits_choice({json}, {name!r}, {{{fits}}})",
                rules=rules,
            )
        types = [
            next((name for kind, name in _JSON_TYPES.items() if isinstance(prop, kind)), "") for prop in props
        ]
        if len(set(types)) != len(types) or "" in types:
            raise ContractError(
                place,
                "a choice between types that JSON does not tell apart is not supported; let them differ in "
                "their JSON type, or add a discriminator to a choice between objects",
            )
        return CodecPlan(
            hint,
            accepts,
            f"_codecs.Either[{hint!r}]({', '.join(plan.code for plan in plans)})",
            any(plan.nullable for plan in plans),
            fits=lambda json: f"({' or '.join(plan.fits(json) for plan in plans)})",
            rules=rules,
        )

    def _discriminator(
        self, nodes: list[dict[str, Any]], schema: dict[str, Any], place: str
    ) -> tuple[str, list[list[str]]]:
        """Return the property that tells objects apart, and its values for each of them."""
        document = self._document
        written = schema.get("discriminator") or {}
        whole = [document.resolve(node, place) for node in nodes]
        names = [written["propertyName"]] if written else list(_properties(document, whole[0], place))
        for name in names:
            values = [_values_of(document, each, name, place) for each in whole]
            if written:
                mapping = written.get("mapping") or {}
                _check_mapping(mapping, nodes, place)
                values = [_named(node, own, mapping, place) for node, own in zip(nodes, values, strict=True)]
            flat = [value for own in values for value in own]
            if all(values) and len(set(flat)) == len(flat):
                return name, values
        raise ContractError(
            place,
            "nothing tells the objects of this choice apart; add a discriminator, or a property with another "
            "const in each of them",
        )


def _choices(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas of a choice, except null."""
    for node in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
        if node.get("type") != "null":
            yield node
    types = schema.get("type")
    for name in types if isinstance(types, list) else []:
        if name != "null":
            yield {**schema, "type": name}


def _properties(document: Document, schema: dict[str, Any], place: str) -> Iterator[str]:
    yield from schema.get("properties", {})
    for part in schema.get("allOf", []):
        yield from _properties(document, document.resolve(part, place), place)


def _values_of(document: Document, schema: dict[str, Any], name: str, place: str) -> list[str]:
    """Return the values of a property that is a constant or an enum of strings."""
    node = document.resolve(raw_property(document, schema, name, place), place)
    found = [node["const"]] if "const" in node else node.get("enum", [])
    return [value for value in found if isinstance(value, str)]


def _check_mapping(mapping: dict[str, str], nodes: list[dict[str, Any]], place: str) -> None:
    """Check that a discriminator leads to schemas of its choice, because others would be unknown kinds."""
    references = {node.get("$ref") for node in nodes}
    lost = [f"{value} ({target})" for value, target in mapping.items() if target not in references]
    if lost:
        raise ContractError(
            place,
            f"the discriminator maps {', '.join(lost)} to none of the schemas of the choice; correct it",
        )


def _named(node: dict[str, Any], own: list[str], mapping: dict[str, str], place: str) -> list[str]:
    """Return what a discriminator calls a schema: by its mapping, the values of its property, or its name."""
    if "$ref" not in node:
        return own
    name = node["$ref"].removeprefix(SCHEMAS)
    mapped = [value for value, target in mapping.items() if target == node["$ref"]]
    if own and not {*mapped} <= {*own}:
        raise ContractError(
            place,
            f"the discriminator maps {', '.join(mapped)} to {name}, which has {', '.join(own)}; correct one",
        )
    return mapped or own or [name]
