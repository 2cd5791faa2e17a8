"""Events: what the webhooks of a contract push, as models that share a class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from generator.config import ClientConfig
from generator.errors import ContractError, GenerationError
from generator.parser import Document, Models, attribute_name, class_name
from generator.plan.codecs import CodecPlan
from generator.plan.models import ModelPlan, PropertyPlan

_BASE = "Event"
_HELPERS = {"age", "is_retry"}
_ROLES = {
    "type": "The kind of event.",
    "id": "Its identifier, the same at every try.",
    "time": "When it happened.",
    "attempt": "The number of tries before this one, so 0 the first time.",
}
_ABOUT_BASE = "What all events have in common. An event of a type that this client does not know is one."
_TYPE = CodecPlan("str", "str", "String(shown=True)", plain=True)
_JSON = CodecPlan("object", "object", "Anything()", nullable=True, fits="is_shallow({})".format)


@dataclass(frozen=True)
class EventPlan:
    """An event.

    Attributes:
        model: All of it.
        own: The members that other events have not, or have of another kind.
        type: What the webhook calls it.
    """

    model: ModelPlan
    own: tuple[PropertyPlan, ...]
    type: str


@dataclass(frozen=True)
class EventsPlan:
    """All events.

    Attributes:
        base: What they have in common, and what an unknown one is.
        events: Those that the contract knows.
        roles: The Python names of the members that matter to every receiver.
        type_member: What JSON calls the member that tells the kind of event.
        signature: The header with the signature.
    """

    base: ModelPlan
    events: tuple[EventPlan, ...]
    roles: dict[str, str]
    type_member: str
    signature: str

    @property
    def overridden(self) -> set[str]:
        """The common members that some event has of another kind."""
        return {member.name for event in self.events for member in event.own}

    def exported(self) -> list[str]:
        """The names of the classes."""
        return [self.base.name, *(event.model.name for event in self.events)]


def event_models(document: Document, config: ClientConfig, known: Models) -> dict[str, ModelProperty]:
    """The models of the events, by the name of their schema."""
    names = {name: config.schemas.get(name, class_name(name)) for name in document.events}
    return {name: known.by_name[made] for name, made in names.items()}


def received_with(events: dict[str, ModelProperty], known: Models) -> set[str]:
    """The models that events hold."""
    own = {str(prop.class_info.name) for prop in events.values()}
    return known.below(own) - own


def plan_events(
    document: Document,
    config: ClientConfig,
    events: dict[str, ModelProperty],
    plan_model: Callable[[ModelProperty], ModelPlan],
) -> EventsPlan | None:
    """Decide about the events; None when the settings name none.

    Raises:
        ContractError: An event lacks what the settings promise.
    """
    if not events:
        return None
    unknown = set(config.webhooks) ^ {*_ROLES, "signature"}
    if unknown:
        raise GenerationError(f"webhooks: expected {', '.join([*_ROLES, 'signature'])} and nothing else")
    models = {name: plan_model(prop) for name, prop in events.items()}
    for name, model in models.items():
        _check(model, config, f"schema {name}")
    base = _plan_base(list(models.values()), config)
    return EventsPlan(
        base,
        tuple(_plan_event(name, model, base, document, config) for name, model in models.items()),
        {role: attribute_name(config.webhooks[role], _BASE) for role in _ROLES},
        config.webhooks["type"],
        config.webhooks["signature"],
    )


def _check(model: ModelPlan, config: ClientConfig, place: str) -> None:
    required = {member.name for member in model.properties if member.required}
    for role in _ROLES:
        if config.webhooks[role] not in required:
            raise ContractError(place, f"expected an object that always has {config.webhooks[role]}")
    taken = _HELPERS & {member.attribute for member in model.properties}
    if taken:
        raise ContractError(place, f"a member {', '.join(taken)} would hide what all events can do")


def _plan_base(models: Sequence[ModelPlan], config: ClientConfig) -> ModelPlan:
    described = {config.webhooks[role]: text for role, text in _ROLES.items()}
    members = []
    for member in models[0].properties:
        others = [found for model in models for found in model.properties if found.name == member.name]
        if len(others) < len(models) or not all(other.required for other in others):
            continue
        same = {other.codec.code for other in others} == {member.codec.code}
        codec = member.codec if same and not _holds_model(member) else _JSON
        codec = _TYPE if member.name == config.webhooks["type"] else codec
        text = described.get(member.name, member.description if codec is not _JSON else "")
        members.append(replace(member, codec=codec, description=text or "What it is about, as JSON."))
    return ModelPlan(_BASE, _ABOUT_BASE, tuple(members), sent=False)


def _holds_model(member: PropertyPlan) -> bool:
    return "__fit__" in member.codec.fits("")


def _plan_event(
    name: str, model: ModelPlan, base: ModelPlan, document: Document, config: ClientConfig
) -> EventPlan:
    inherited = {member.name: member.codec.code for member in base.properties}
    own = tuple(member for member in model.properties if inherited.get(member.name) != member.codec.code)
    place = f"schema {name}, property {config.webhooks['type']}"
    schema: dict[str, Any] = document.raw["components"]["schemas"][name]
    node = document.resolve(schema["properties"][config.webhooks["type"]], place)
    if not isinstance(node.get("const"), str):
        raise ContractError(place, "expected a const, the word for this kind of event")
    return EventPlan(model, own, node["const"])


def check_event_names(events: EventsPlan, taken: Sequence[str]) -> None:
    """Make sure that no model or word has the name of an event."""
    both = {*events.exported(), "SeenEvents"} & {*taken}
    if both:
        raise ContractError("#/webhooks", f"{', '.join(sorted(both))}: the name of an event and of a schema")
