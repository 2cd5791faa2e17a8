"""The plan of a whole client."""

import json
import re
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from generator.config import ClientConfig
from generator.errors import ContractError, Reasons
from generator.parser import Document, Models, enum_names, models_in, properties_of
from generator.plan.codec import RulePlan
from generator.plan.codecs import Codecs
from generator.plan.events import EventsPlan, check_event_names, event_models, plan_events, received_with
from generator.plan.models import ModelPlan, plan_model
from generator.plan.operations import Operations, TagPlan
from generator.plan.pages import PagesPlan, plan_pages


@dataclass(frozen=True)
class EnumPlan:
    """An enum: a class for a list of strings or numbers."""

    name: str
    description: str
    base: str
    members: tuple[tuple[str, str | int], ...]
    final: tuple[str, ...] = ()
    successful: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientPlan:
    """Everything in a client that the document decides.

    Attributes:
        problems: What the settings name and the document lacks.
    """

    enums: tuple[EnumPlan, ...]
    models: tuple[ModelPlan, ...]
    events: EventsPlan | None
    rules: tuple[RulePlan, ...]
    tags: tuple[TagPlan, ...]
    success: dict[str, Any] | None
    failure: dict[str, Any]
    refusals: tuple[int, ...]
    pages: dict[str, list[PagesPlan]]
    problems: tuple[str, ...] = ()

    def model_names(self) -> list[str]:
        """Return the names of the models, and of the typed dictionaries of those that are sent."""
        sent = [model.dict_name for model in self.models if model.sent]
        return [model.name for model in self.models] + sent

    def optional_names(self) -> list[str]:
        """Return the public names of `_codecs` that only some clients need."""
        written = [
            argument.declaration for tag in self.tags for one in tag.operations for argument in one.arguments
        ]
        written += [prop.accepts for model in self.models for prop in model.properties if model.sent]
        words = {word for text in written for word in re.findall(r"\w+", text)}
        patches = ["UNSET", "Unset"] if "Unset" in words else []
        return [*patches, *(["Upload"] if "Upload" in words else [])]

    def exported(self) -> list[str]:
        """Return the names of enums, models and events."""
        names = [enum.name for enum in self.enums] + self.model_names()
        return sorted(names + (self.events.exported() if self.events else []))


def plan_client(document: Document, data: GeneratorData, config: ClientConfig) -> ClientPlan:
    """Plan everything that the templates print.

    Raises:
        GenerationError: The contract asks for something that the generator does not support.
    """
    known = Models(data.models)
    codecs = Codecs(document, config, known)
    operations = Operations(document, data, config, codecs)
    reasons = Reasons()
    tags: tuple[TagPlan, ...] = ()
    with reasons.noting():
        tags = operations.plan()
    pushed: dict[str, ModelProperty] = {}
    with reasons.noting():
        pushed = event_models(document, config, known)
    received = known.below(operations.results.received) | received_with(pushed, known)
    sent, patched = known.below(operations.arguments.models), operations.arguments.patched
    models: list[ModelPlan] = []
    with reasons.noting():
        models = _plan_models(codecs, sent, received, patched)
    reasons.check()
    events = plan_events(
        document,
        config,
        pushed,
        lambda prop: plan_model(prop, codecs, (model.name for model in models), sent=False),
    )
    every_model = [*models, *(event.model for event in events.events)] if events else models
    enums = _plan_enums(document, data, every_model, tags)
    _check_dict_names(models, [enum.name for enum in enums] + [model.name for model in every_model])
    if events:
        check_event_names(events, [enum.name for enum in enums] + [model.name for model in models])
    return ClientPlan(
        enums=enums,
        models=tuple(models),
        events=events,
        rules=_rules_of(every_model, tags),
        tags=tags,
        success=operations.results.success,
        failure=operations.results.failure,
        refusals=tuple(sorted(operations.results.refusals)),
        pages={tag.name: plan_pages(config.pages, tag, models) for tag in tags},
        problems=tuple(operations.problems),
    )


def _plan_models(codecs: Codecs, sent: set[str], received: set[str], patched: set[str]) -> list[ModelPlan]:
    """Plan the models that are sent or received, each after the models that it contains."""
    used = [prop for name, prop in codecs.models.by_name.items() if name in sent | received]
    models: list[ModelPlan] = []
    reasons = Reasons()
    for prop in _sort(used):
        defined = [model.name for model in models]
        name = str(prop.class_info.name)
        with reasons.noting():
            model = plan_model(prop, codecs, defined, sent=name in sent, received=name in received)
            models.append(model.for_patches() if name in patched else model)
    reasons.check()
    return models


def _check_dict_names(models: list[ModelPlan], taken: list[str]) -> None:
    """Check that no model or enum has the name of a typed dictionary."""
    both = {model.dict_name for model in models if model.sent} & {*taken}
    if both:
        raise ContractError(
            "#/components/schemas",
            f"{', '.join(sorted(both))}: the name of a typed dictionary is the name of a schema, too",
        )


def _plan_enums(
    document: Document, data: GeneratorData, models: list[ModelPlan], tags: tuple[TagPlan, ...]
) -> tuple[EnumPlan, ...]:
    """Plan the enums that models and operations use."""
    codes = [planned.codec.code for model in models for planned in model.properties]
    for tag in tags:
        for operation in tag.operations:
            codes += [argument.codec.code for argument in operation.arguments]
            codes += [code for _, code in operation.result.codes]
    used = {name for code in codes for name in re.findall(r"(?:String|Integer)Enum\((\w+)\)", code)}
    schemas = {schema.get("title"): schema for schema in document.raw["components"]["schemas"].values()}
    enums = [enum for enum in data.enums if isinstance(enum, EnumProperty)]
    planned = [_plan_enum(enum, schemas.get(str(enum.class_info.name), {})) for enum in enums]
    return tuple(enum for enum in planned if enum.name in used)


def _plan_enum(enum: EnumProperty, schema: dict[str, Any]) -> EnumPlan:
    name = str(enum.class_info.name)
    final, successful = (tuple(schema.get(key, ())) for key in ("x-final-values", "x-success-values"))
    if not set(successful) <= set(final) <= set(schema.get("enum", final)):
        raise ContractError(
            f"schema {name}",
            "expected x-success-values to be some of x-final-values, and these some of x-possible-values",
        )
    if final and "x-success-values" not in schema:
        raise ContractError(
            f"schema {name}", "x-final-values without x-success-values: list those that mean success, or []"
        )
    base = "OpenIntEnum" if enum.value_type is int else "StatusEnum" if final else "OpenStrEnum"
    values = [
        value if isinstance(value, int) else str(json.loads(f'"{value}"')) for value in enum.values.values()
    ]
    # The contract may name them itself; else they have the placeholders of `prepare`.
    given = [key for key in enum.values if not re.fullmatch("V_[0-9]+", key)]
    members = tuple(zip(given or enum_names(values), values, strict=True))
    description = enum.description.get_untrusted_value() if enum.description else ""
    return EnumPlan(name, description or f"{name}.", base, members, final, successful)


def _sort(models: list[ModelProperty]) -> list[ModelProperty]:
    """Sort models: each after the models that it contains, unless they contain each other."""
    by_name = {str(model.class_info.name): model for model in models}
    done: dict[str, ModelProperty] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done or name in path or name not in by_name:
            return
        for prop in properties_of(by_name[name]):
            for inner in models_in(prop):
                visit(inner, (*path, name))
        done[name] = by_name[name]

    for name in by_name:
        visit(name, ())
    return list(done.values())


def _rules_of(models: list[ModelPlan], tags: tuple[TagPlan, ...]) -> tuple[RulePlan, ...]:
    """Collect the named codecs that models and operations use, each once, by name."""
    rules = [rule for model in models for planned in model.properties for rule in planned.codec.rules]
    for tag in tags:
        for operation in tag.operations:
            rules += [rule for argument in operation.arguments for rule in argument.codec.rules]
            rules += operation.result.rules
    found: dict[str, RulePlan] = {}
    for rule in rules:
        if found.setdefault(rule.name, rule).code != rule.code:
            raise ContractError("#/components/schemas", f"two schemas would be called {rule.name}")
    return tuple(found[name] for name in sorted(found))
