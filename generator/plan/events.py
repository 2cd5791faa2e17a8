"""Events: the models of what the webhooks of a contract push, with a common base class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from generator.config import ClientConfig
from generator.errors import ContractError, GenerationError
from generator.parser import SCHEMAS, Document, Models, attribute_name, class_name
from generator.plan.codec import CodecPlan, raw_property
from generator.plan.models import ModelPlan, PropertyPlan

_BASE = "Event"
_HELPERS = {"age", "is_retry"}
_ROLES = {
    "type": "The type of the event.",
    "id": "The identifier of the event, the same in every attempt.",
    "time": "When it happened.",
    "attempt": "The number of attempts before this one: 0 for the first.",
}
#: The hash functions that the client verifies, in `_webhooks/signatures.py`.
ALGORITHMS = ("MD5", "SHA256", "SHA512")
#: The types by which receivers tell repeated, old and retried events.
_TYPES = {"id": "str", "time": "datetime", "attempt": "int"}
_ABOUT_BASE = "The properties that all events have. An event of an unknown type is an instance of this class."
_TYPE = CodecPlan("str", "str", "_codecs.String(shown=True)", plain=True)
_JSON = CodecPlan("object", "object", "_codecs.Anything()", nullable=True, fits="is_shallow({})".format)


@dataclass(frozen=True)
class EventPlan:
    """An event.

    Attributes:
        model: All of it.
        own: The properties that other events do not have, or have with another codec.
        type: Its value of the property `type`.
    """

    model: ModelPlan
    own: tuple[PropertyPlan, ...]
    type: str


@dataclass(frozen=True)
class EventsPlan:
    """All events.

    Attributes:
        base: The base class, which is also the class of unknown events.
        events: The events that the contract knows.
        roles: The Python names of the properties that matter to every receiver.
        type_property: The name of the property with the type of the event.
        signature: The header with the signature.
    """

    base: ModelPlan
    events: tuple[EventPlan, ...]
    roles: dict[str, str]
    type_property: str
    signature: str

    @property
    def overridden(self) -> set[str]:
        """The common properties that an event has with another codec."""
        return {prop.name for event in self.events for prop in event.own}

    def exported(self) -> list[str]:
        """Return the names of the classes."""
        return [self.base.name, *(event.model.name for event in self.events)]


def event_models(document: Document, config: ClientConfig, known: Models) -> dict[str, ModelProperty]:
    """Return the models of the events, by the name of their schema.

    Raises:
        ContractError: The body of an event is no object, or the client cannot verify its signature.
    """
    _check_algorithms(document, config)
    names = {name: config.schemas.get(name, class_name(name)) for name in document.events}
    for name in [name for name, made in names.items() if made not in known.by_name]:
        raise ContractError(
            SCHEMAS + name, "expected an object, which is one event; give each event a webhook of its own"
        )
    return {name: known.by_name[made] for name, made in names.items()}


def received_with(events: dict[str, ModelProperty], known: Models) -> set[str]:
    """Return the models that events contain."""
    own = {str(prop.class_info.name) for prop in events.values()}
    return known.below(own) - own


def plan_events(
    document: Document,
    config: ClientConfig,
    events: dict[str, ModelProperty],
    plan_model: Callable[[ModelProperty], ModelPlan],
) -> EventsPlan | None:
    """Plan the events; None when the settings name no webhooks.

    Raises:
        ContractError: An event lacks a property that the settings name.
    """
    if not events:
        return None
    if set(config.webhooks) - {"algorithm"} != {*_ROLES, "signature"}:
        raise GenerationError(
            f"webhooks: expected {', '.join([*_ROLES, 'signature'])}, maybe algorithm, and nothing else"
        )
    models = {name: plan_model(prop) for name, prop in events.items()}
    for name, model in models.items():
        _check(model, config, f"schema {name}")
    base = _plan_base(list(models.values()), config)
    planned = tuple(_plan_event(name, model, base, document, config) for name, model in models.items())
    by_type = {event.type: event.model.name for event in planned}
    for event in planned:
        if by_type[event.type] != event.model.name:
            both = f"{event.model.name} and {by_type[event.type]}"
            raise ContractError("#/webhooks", f"{both} have the same type {event.type}; change one")
    return EventsPlan(
        base,
        planned,
        {role: attribute_name(config.webhooks[role], _BASE) for role in _ROLES},
        config.webhooks["type"],
        config.webhooks["signature"],
    )


def _check_algorithms(document: Document, config: ClientConfig) -> None:
    """Check that the client verifies each hash function by which the contract signs events."""
    if "algorithm" not in config.webhooks:
        return
    place = SCHEMAS + config.webhooks["algorithm"]
    schema = document.look_up(place, "webhooks.algorithm")
    named = [schema["const"]] if "const" in schema else schema.get("enum", [])
    unknown = [str(value) for value in named if value not in (*ALGORITHMS, None)]
    if unknown or not named:
        found = ", ".join(unknown) or "others, as no enum limits them"
        raise ContractError(
            place,
            f"the client verifies signatures by {', '.join(ALGORITHMS)}, but the contract has {found}; leave "
            "them out until runtime/_webhooks verifies them, or remove `algorithm` from the settings",
        )


def _check(model: ModelPlan, config: ClientConfig, place: str) -> None:
    required = {prop.name for prop in model.properties if prop.required}
    for role in _ROLES:
        if config.webhooks[role] not in required:
            raise ContractError(
                place, f"expected an object with the required property {config.webhooks[role]}"
            )
    found = {prop.name: prop.codec.hint for prop in model.properties}
    for role, wanted in _TYPES.items():
        name = config.webhooks[role]
        if found[name] != wanted:
            raise ContractError(
                f"{place}, property {name}",
                f"it is a {found[name]}, expected {wanted} for {role}; name another one in the settings",
            )
    taken = _HELPERS & {prop.attribute for prop in model.properties}
    if taken:
        raise ContractError(place, f"a property {', '.join(taken)} would hide a member of all events")


def _plan_base(models: Sequence[ModelPlan], config: ClientConfig) -> ModelPlan:
    described = {config.webhooks[role]: text for role, text in _ROLES.items()}
    properties = []
    for prop in models[0].properties:
        others = [found for model in models for found in model.properties if found.name == prop.name]
        if len(others) < len(models) or not all(other.required for other in others):
            continue
        same = {other.codec.code for other in others} == {prop.codec.code}
        holds_model = "__fit__" in prop.codec.fits("")
        codec = prop.codec if same and not holds_model else _JSON
        codec = _TYPE if prop.name == config.webhooks["type"] else codec
        text = described.get(prop.name, prop.description if codec is not _JSON else "")
        properties.append(
            replace(prop, codec=codec, description=text or "The content of the event, as JSON.")
        )
    return ModelPlan(_BASE, _ABOUT_BASE, tuple(properties), sent=False)


def _plan_event(
    name: str, model: ModelPlan, base: ModelPlan, document: Document, config: ClientConfig
) -> EventPlan:
    inherited = {prop.name: prop.codec.code for prop in base.properties}
    own = tuple(prop for prop in model.properties if inherited.get(prop.name) != prop.codec.code)
    place = f"schema {name}, property {config.webhooks['type']}"
    schema: dict[str, Any] = document.raw["components"]["schemas"][name]
    node = document.resolve(raw_property(document, schema, config.webhooks["type"], place), place)
    values = [node["const"]] if "const" in node else node.get("enum", [])
    if len(values) != 1 or not isinstance(values[0], str):
        raise ContractError(place, "expected a const, the type of this event")
    return EventPlan(model, own, values[0])


def check_event_names(events: EventsPlan, taken: Sequence[str]) -> None:
    """Check that no model or enum has the name of an event."""
    both = {*events.exported(), "SeenEvents"} & {*taken}
    if both:
        raise ContractError(
            "#/webhooks", f"{', '.join(sorted(both))}: the name of an event is the name of a schema, too"
        )
