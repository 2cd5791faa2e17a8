"""Models: the objects of a contract and their properties."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from generator.errors import ContractError, Reasons
from generator.parser import ANNOTATION_NAMES, attribute_name, dump, properties_of
from generator.plan.codec import CodecPlan, Scope, check_required, raw_property
from generator.plan.codecs import Codecs, dict_name


@dataclass(frozen=True)
class PropertyPlan:
    """A property of a model; `side` is the keyword of one that only responses or only requests have."""

    name: str
    attribute: str
    codec: CodecPlan
    required: bool
    description: str
    patched: bool = False
    side: str = ""
    deprecated: bool = False

    @property
    def present(self) -> bool:
        """Whether the JSON of each model has it."""
        return self.required and not self.side

    @property
    def kind(self) -> str:
        """The class of `runtime/` for it."""
        if self.side == "readOnly":
            return "ReadOnlyProperty"
        if self.required:
            return "WriteOnlyProperty" if self.side else "Property"
        return "PatchProperty" if self.patched else "OptionalProperty"

    @property
    def hint(self) -> str:
        """The type of the attribute."""
        optional = not self.present and not self.codec.hint.endswith("None")
        return f"{self.codec.hint} | None" if optional and self.codec.hint != "object" else self.codec.hint

    @property
    def fits(self) -> str:
        """The expression that checks the JSON type of the property in `json`."""
        fits = self.codec.fits(f"json[{self.name!r}]")
        return fits if self.present else f"({self.name!r} not in json or {fits})"

    @property
    def json(self) -> str:
        """The expression for its JSON; None when the property is left out."""
        return f"self.__json__[{self.name!r}]" if self.present else f"self.__json__.get({self.name!r})"

    @property
    def accepts(self) -> str:
        """The type of the constructor's argument."""
        if self.patched and not self.required:
            return f"{self.codec.accepts} | Unset"
        optional = not self.required and not self.codec.accepts.endswith("None")
        return f"{self.codec.accepts} | None" if optional else self.codec.accepts

    @property
    def entry(self) -> str:
        """The type of the entry in the typed dictionary."""
        return f"Required[{self.accepts}]" if self.required else self.accepts.removesuffix(" | Unset")

    @property
    def left_out(self) -> str:
        """The default of the constructor's argument."""
        return "" if self.required else " = UNSET" if self.patched else " = None"


@dataclass(frozen=True)
class ModelPlan:
    """A model, whether users create it to send it, and whether a PATCH takes it."""

    name: str
    description: str
    properties: tuple[PropertyPlan, ...]
    sent: bool
    patched: bool = False

    def for_patches(self) -> "ModelPlan":
        """Return the model as a PATCH takes it: where None is null, `UNSET` leaves a property out."""
        properties = tuple(replace(item, patched=item.codec.nullable) for item in self.properties)
        return replace(self, patched=any(item.patched for item in properties), properties=properties)

    @property
    def dict_name(self) -> str:
        """The name of the typed dictionary that stands for the model where it is sent."""
        return dict_name(self.name)

    @property
    def fits(self) -> tuple[str, ...]:
        """The expressions that together check whether `json` is the JSON of this model."""
        checks = tuple(prop.fits for prop in self.properties)
        nothing_else = f"({self.name}.__known__.issuperset(json) or is_shallow(json))"
        if all(prop.present for prop in self.properties):
            reason = "  # noqa: PLR2004 - its properties" if len(checks) > 1 else ""
            nothing_else = f"(len(json) == {len(checks)} or is_shallow(json)){reason}"
        return ("json.__class__ is dict", *checks, nothing_else)

    @property
    def arguments(self) -> tuple[PropertyPlan, ...]:
        """The properties that the constructor takes."""
        return tuple(prop for prop in self.properties if prop.side != "readOnly")

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
    written = prop.name.get_untrusted_value()
    # Schemas of several operations have the name of their response, such as response_200.
    is_named = written in codecs.document.raw.get("components", {}).get("schemas", {})
    place = f"schema {written if is_named else name}"
    schema = dump(prop.data)
    scope = Scope(frozenset(defined), bound=sent)
    properties = _plan_properties(prop, schema, codecs, scope, place)
    # What only the other side has is left out of a model of one side.
    hidden = {"writeOnly"} if not sent else set() if received else {"readOnly"}
    properties = tuple(item for item in properties if item.side not in hidden)
    if not (sent and received):
        properties = tuple(replace(item, side="") for item in properties)
    seen: dict[str, str] = {}
    for planned in properties:
        if seen.setdefault(planned.attribute, planned.name) != planned.name:
            raise ContractError(
                place, f"{planned.name} and {seen[planned.attribute]} have the same Python name"
            )
    check_required(codecs.document, schema, prop, place)
    # An empty schema is the same as true.
    if schema.get("additionalProperties") and not isinstance(schema["additionalProperties"], bool):
        raise ContractError(
            place,
            "a schema for additional properties next to others is not supported; move them to a property of "
            "their own, or allow any with `additionalProperties: true`",
        )
    return ModelPlan(name, schema.get("description", "") or f"{name}.", properties, sent)


def _plan_properties(
    prop: ModelProperty, schema: dict[str, Any], codecs: Codecs, scope: Scope, place: str
) -> tuple[PropertyPlan, ...]:
    planned: list[PropertyPlan] = []
    reasons = Reasons()
    for inner in properties_of(prop):
        written = inner.name.get_untrusted_value()
        where = f"{place}, property {written}"
        node = raw_property(codecs.document, schema, written, where)
        with reasons.noting():
            attribute = attribute_name(written, where)
            codec = codecs.plan(inner, node, where, scope)
            description = codecs.document.resolve(node, where).get("description", "") or f"`{written}`."
            side = next((key for key in ("readOnly", "writeOnly") if codecs.is_marked(node, key, where)), "")
            deprecated = codecs.is_marked(node, "deprecated", where)
            description += "\n\nDeprecated." if deprecated else ""
            planned.append(
                PropertyPlan(
                    written, attribute, codec, inner.required, description, side=side, deprecated=deprecated
                )
            )
    reasons.check()
    return tuple(planned)
