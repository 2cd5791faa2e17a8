"""How a value is written, checked and read: what the templates print of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from openapi_python_client.parser.properties.model_property import ModelProperty

from generator.errors import ContractError
from generator.parser import Document, properties_of


@dataclass(frozen=True)
class RulePlan:
    """A codec with a name of its own, for a schema that the contract names."""

    name: str
    code: str
    description: str


@dataclass(frozen=True)
class CodecPlan:
    """How a value is written, checked and read.

    Attributes:
        hint: The type of the value when it is read.
        accepts: The type of the argument that it is made from.
        code: The expression that makes its codec.
        nullable: Whether None is a value of it.
        note: What a caller has to know about the argument, for the docstring.
        fits: Turns an expression for JSON into the expression that checks its type.
        plain: Whether the JSON is the value itself.
        enum: The class of the enum that the JSON is a value of.
        whole: Whether the JSON is an integer, which may be written 1.0.
        model: Whether it is an object with a class of its own, and not null.
        rules: The named codecs that the expression uses.
    """

    hint: str
    accepts: str
    code: str
    nullable: bool = False
    note: str = ""
    fits: Callable[[str], str] = "{}.__class__ is str".format
    plain: bool = False
    enum: str = ""
    whole: bool = False
    model: bool = False
    rules: tuple[RulePlan, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Where in the client a codec is used.

    Attributes:
        defined: The models whose classes are defined before it; all others are looked up late.
        bound: Whether lengths and patterns are checked: they bind what is sent, while responses are accepted
            with any.
        files: Whether a file can stand here: in a form of several parts.
    """

    defined: frozenset[str]
    bound: bool = False
    files: bool = False


def check_required(document: Document, schema: dict[str, Any], prop: ModelProperty, place: str) -> None:
    """Check that each required property of an object is one of its properties."""
    known = {inner.name.get_untrusted_value() for inner in properties_of(prop) if inner.required}
    lost = required_of(document, schema, place) - known
    if lost:
        raise ContractError(
            place, f"{', '.join(sorted(lost))} is required, but not a property; list it under `properties`"
        )


def required_of(document: Document, schema: dict[str, Any], place: str) -> set[str]:
    """Return the required properties of an object, with those of the parts of `allOf`."""
    parts = (document.resolve(part, place) for part in schema.get("allOf", []))
    return {*schema.get("required", [])}.union(*(required_of(document, part, place) for part in parts))


def properties_below(document: Document, schema: dict[str, Any], place: str) -> dict[str, Any]:
    """Return the properties of an object by name, with those of the parts of `allOf`."""
    found: dict[str, Any] = {}
    for part in schema.get("allOf", []):
        found |= properties_below(document, document.resolve(part, place), place)
    return {**found, **schema.get("properties", {})}


def raw_property(document: Document, schema: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    """Return the schema of a property, which may be in a part of `allOf`."""
    if name in schema.get("properties", {}):
        return cast("dict[str, Any]", schema["properties"][name])
    for part in schema.get("allOf", []):
        found = raw_property(document, document.resolve(part, place), name, place)
        if found:
            return found
    return {}
