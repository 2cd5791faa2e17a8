"""What the templates write: models, words, rules and operations, all decided here."""

import json
import re
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from generator.config import ClientConfig
from generator.errors import ContractError
from generator.parser import Document, Models, members_of, models_in
from generator.plan.codecs import Kinds, RulePlan
from generator.plan.events import EventsPlan, check_event_names, event_models, plan_events, received_with
from generator.plan.models import ModelPlan, plan_model
from generator.plan.operations import Operations, TagPlan


@dataclass(frozen=True)
class WordPlan:
    """A list of words or numbers that becomes a class."""

    name: str
    description: str
    base: str
    members: tuple[tuple[str, str | int], ...]
    final: tuple[str, ...] = ()
    successful: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientPlan:
    """All that the document decides about a client."""

    words: tuple[WordPlan, ...]
    models: tuple[ModelPlan, ...]
    events: EventsPlan | None
    rules: tuple[RulePlan, ...]
    tags: tuple[TagPlan, ...]
    success: dict[str, Any] | None
    failure: dict[str, Any]
    refusals: tuple[int, ...]

    def exported(self) -> list[str]:
        """The names of words, models and events."""
        names = [word.name for word in self.words] + [model.name for model in self.models]
        return sorted(names + (self.events.exported() if self.events else []))


def plan_client(document: Document, data: GeneratorData, config: ClientConfig) -> ClientPlan:
    """Decide about everything that the templates write.

    Raises:
        ContractError: The contract asks for something that there is no code for.
    """
    known = Models(data.models)
    kinds = Kinds(document, config, known)
    kinds.defined = set(known.by_name)
    operations = Operations(document, data, config, kinds)
    tags = operations.plan()
    kinds.defined = set()
    models: list[ModelPlan] = []
    pushed = event_models(document, config, known)
    sent, received = known.below(operations.sent), known.below(operations.answers.received)
    received |= received_with(pushed, known)
    for prop in _sort([known.by_name[name] for name in known.by_name if name in sent | received]):
        name = str(prop.class_info.name)
        kinds.bound = name in sent
        models.append(plan_model(prop, kinds, sent=name in sent))
        kinds.defined.add(name)
    kinds.bound = False
    events = plan_events(document, config, pushed, lambda prop: plan_model(prop, kinds, sent=False))
    used = _words_of([*models, *(event.model for event in events.events)] if events else models, tags)
    written = {schema.get("title"): schema for schema in document.raw["components"]["schemas"].values()}
    enums = [enum for enum in data.enums if isinstance(enum, EnumProperty)]
    words = [_plan_word(enum, written.get(str(enum.class_info.name), {})) for enum in enums]
    kept = tuple(word for word in words if word.name in used)
    rules = tuple(sorted(kinds.rules.values(), key=lambda rule: rule.name))
    if events:
        check_event_names(events, [word.name for word in kept] + [model.name for model in models])
    return ClientPlan(
        words=kept,
        models=tuple(models),
        events=events,
        rules=rules,
        tags=tags,
        success=operations.answers.success,
        failure=operations.answers.failure,
        refusals=tuple(sorted(operations.answers.refusals)),
    )


def _plan_word(enum: EnumProperty, schema: dict[str, Any]) -> WordPlan:
    name = str(enum.class_info.name)
    final, successful = (tuple(schema.get(key, ())) for key in ("x-final-values", "x-success-values"))
    if not set(successful) <= set(final) <= set(schema.get("enum", final)):
        raise ContractError(f"schema {name}", "x-success-values are some of x-final-values, those of all")
    base = "OpenNumber" if enum.value_type is int else "StatusWord" if final else "OpenWord"
    members = tuple(
        (name, value if isinstance(value, int) else _unescape(value)) for name, value in enum.values.items()
    )
    description = enum.description.get_untrusted_value() if enum.description else ""
    return WordPlan(name, description or f"{name}.", base, members, final, successful)


def _unescape(value: str) -> str:
    return str(json.loads(f'"{value}"'))


def _sort(models: list[ModelProperty]) -> list[ModelProperty]:
    """Each model after those that it is made of, as far as that is possible."""
    by_name = {str(model.class_info.name): model for model in models}
    done: dict[str, ModelProperty] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done or name in path or name not in by_name:
            return
        for member in members_of(by_name[name]):
            for inner in models_in(member):
                visit(inner, (*path, name))
        done[name] = by_name[name]

    for name in by_name:
        visit(name, ())
    return list(done.values())


def _words_of(models: list[ModelPlan], tags: tuple[TagPlan, ...]) -> set[str]:
    codes = [member.kind.code for model in models for member in model.members]
    for tag in tags:
        for operation in tag.operations:
            codes += [argument.kind.code for argument in operation.arguments]
            codes += [code for _, code in operation.result.codes]
    return {name for code in codes for name in re.findall(r"Word\((\w+)\)", code)}
