"""Models: the objects of a contract and their properties."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from generator.errors import ContractError
from generator.parser import ANNOTATION_NAMES, attribute_name, dump, properties_of
from generator.plan.codecs import CodecPlan, Codecs, Scope, dict_name, raw_property


@dataclass(frozen=True)
class PropertyPlan:
    """A property of a model."""

    name: str
    attribute: str
    codec: CodecPlan
    required: bool
    description: str

    @property
    def hint(self) -> str:
        """The type of the attribute."""
        optional = not self.required and not self.codec.hint.endswith("None")
        return f"{self.codec.hint} | None" if optional and self.codec.hint != "object" else self.codec.hint

    @property
    def fits(self) -> str:
        """The expression that checks the JSON type of the property in `json`."""
        fits = self.codec.fits(f"json[{self.name!r}]")
        return fits if self.required else f"({self.name!r} not in json or {fits})"

    @property
    def json(self) -> str:
        """The expression for its JSON; None when the property is left out."""
        return f"self.__json__[{self.name!r}]" if self.required else f"self.__json__.get({self.name!r})"

    @property
    def accepts(self) -> str:
        """The type of the constructor's argument."""
        optional = not self.required and not self.codec.accepts.endswith("None")
        return f"{self.codec.accepts} | None" if optional else self.codec.accepts

    @property
    def entry(self) -> str:
        """The type of the entry in the typed dictionary."""
        return f"Required[{self.accepts}]" if self.required else self.accepts


@dataclass(frozen=True)
class ModelPlan:
    """A model, and whether users create it to send it."""

    name: str
    description: str
    properties: tuple[PropertyPlan, ...]
    sent: bool

    @property
    def dict_name(self) -> str:
        """The name of the typed dictionary that stands for the model where it is sent."""
        return dict_name(self.name)

    @property
    def fits(self) -> tuple[str, ...]:
        """The expressions that together check whether `json` is the JSON of this model."""
        checks = tuple(prop.fits for prop in self.properties)
        nothing_else = f"({self.name}.__known__.issuperset(json) or is_shallow(json))"
        if all(prop.required for prop in self.properties):
            reason = "  # noqa: PLR2004 - its properties" if len(checks) > 1 else ""
            nothing_else = f"(len(json) == {len(checks)} or is_shallow(json)){reason}"
        return ("type(json) is dict", *checks, nothing_else)

    @property
    def shadowed(self) -> set[str]:
        """The properties whose names hide a type from the annotations of their class."""
        return {prop.attribute for prop in self.properties} & ANNOTATION_NAMES


def plan_model(
    prop: ModelProperty, codecs: Codecs, defined: Iterable[str], *, sent: bool, received: bool = True
) -> ModelPlan:
    """Plan a model.

    Raises:
        ContractError: Two properties have the same Python name, or one is not supported.
    """
    name = str(prop.class_info.name)
    place = f"schema {prop.name.get_untrusted_value()}"
    schema = dump(prop.data)
    scope = Scope(frozenset(defined), bound=sent)
    properties = tuple(_plan_properties(prop, schema, codecs, scope, place))
    sides = {
        item.name: {
            keyword
            for keyword in ("readOnly", "writeOnly")
            if codecs.is_marked(raw_property(codecs.document, schema, item.name, place), keyword, place)
        }
        for item in properties
    }
    if not sent:
        # Responses do not have it.
        properties = tuple(item for item in properties if "writeOnly" not in sides[item.name])
    for item in properties if sent else ():
        if "readOnly" in sides[item.name] or (received and item.required and "writeOnly" in sides[item.name]):
            keyword = "readOnly" if "readOnly" in sides[item.name] else "writeOnly"
            raise ContractError(
                f"{place}, property {item.name}",
                f"{keyword} is not supported in an object within a request; use another schema for requests",
            )
    seen: dict[str, str] = {}
    for planned in properties:
        if seen.setdefault(planned.attribute, planned.name) != planned.name:
            raise ContractError(
                place, f"{planned.name} and {seen[planned.attribute]} have the same Python name"
            )
    if not isinstance(schema.get("additionalProperties", True), bool):
        raise ContractError(place, "a schema for additional properties is not supported")
    return ModelPlan(name, schema.get("description", "") or f"{name}.", properties, sent)


def _plan_properties(
    prop: ModelProperty, schema: dict[str, Any], codecs: Codecs, scope: Scope, place: str
) -> Iterator[PropertyPlan]:
    for inner in properties_of(prop):
        written = inner.name.get_untrusted_value()
        where = f"{place}, property {written}"
        node = raw_property(codecs.document, schema, written, where)
        codec = codecs.plan(inner, node, where, scope)
        description = codecs.document.resolve(node, where).get("description", "") or f"`{written}`."
        yield PropertyPlan(written, attribute_name(written, where), codec, inner.required, description)
