"""What the templates write: models, words, rules and operations, all decided here."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from generator.config import ClientConfig
from generator.document import Document
from generator.errors import ContractError
from generator.kinds import KindPlan, Kinds, RulePlan, raw_property
from generator.members import Models, dump, members_of, models_in
from generator.naming import ANNOTATION_NAMES, attribute_name
from generator.operations import Operations, TagPlan


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
class MemberPlan:
    """A member of a model."""

    name: str
    attribute: str
    kind: KindPlan
    required: bool
    description: str

    @property
    def hint(self) -> str:
        """The type of the attribute."""
        optional = not self.required and not self.kind.hint.endswith("None")
        return f"{self.kind.hint} | None" if optional and self.kind.hint != "object" else self.kind.hint

    @property
    def fits(self) -> str:
        """The expression that tells whether the member of `json` has the right JSON type."""
        fits = self.kind.fits(f"json[{self.name!r}]")
        return fits if self.required else f"({self.name!r} not in json or {fits})"

    @property
    def json(self) -> str:
        """The expression for its JSON; that of a member that is left out is None."""
        return f"self.__json__[{self.name!r}]" if self.required else f"self.__json__.get({self.name!r})"

    @property
    def accepts(self) -> str:
        """The type of the constructor's argument."""
        optional = not self.required and not self.kind.accepts.endswith("None")
        return f"{self.kind.accepts} | None" if optional else self.kind.accepts


@dataclass(frozen=True)
class ModelPlan:
    """A model, and whether it is made by its users."""

    name: str
    description: str
    members: tuple[MemberPlan, ...]
    sent: bool

    @property
    def fits(self) -> tuple[str, ...]:
        """The expressions that tell, together, whether `json` is the JSON of such a model."""
        checks = tuple(member.fits for member in self.members)
        nothing_else = f"(json.keys() <= {self.name}.__members__.keys() or is_shallow(json))"
        if all(member.required for member in self.members):
            reason = "  # noqa: PLR2004 - its members" if len(checks) > 1 else ""
            nothing_else = f"(len(json) == {len(checks)} or is_shallow(json)){reason}"
        return ("type(json) is dict", *checks, nothing_else)

    @property
    def shadowed(self) -> set[str]:
        """The properties that hide a type of the same name from the annotations of their class."""
        return {member.attribute for member in self.members} & ANNOTATION_NAMES


@dataclass(frozen=True)
class ClientPlan:
    """All that the document decides about a client."""

    words: tuple[WordPlan, ...]
    models: tuple[ModelPlan, ...]
    rules: tuple[RulePlan, ...]
    tags: tuple[TagPlan, ...]
    success: dict[str, Any] | None
    failure: dict[str, Any]
    refusals: tuple[int, ...]

    def exported(self) -> list[str]:
        """The names of words and models."""
        return sorted([word.name for word in self.words] + [model.name for model in self.models])


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
    sent, received = known.below(operations.sent), known.below(operations.received)
    for prop in _sort([known.by_name[name] for name in known.by_name if name in sent | received]):
        name = str(prop.class_info.name)
        kinds.bound = name in sent
        models.append(_plan_model(prop, kinds, sent=name in sent))
        kinds.defined.add(name)
    used = _words_of(models, tags)
    written = {schema.get("title"): schema for schema in document.raw["components"]["schemas"].values()}
    enums = [enum for enum in data.enums if isinstance(enum, EnumProperty)]
    words = [_plan_word(enum, written.get(str(enum.class_info.name), {})) for enum in enums]
    kept = tuple(word for word in words if word.name in used)
    rules = tuple(sorted(kinds.rules.values(), key=lambda rule: rule.name))
    return ClientPlan(
        words=kept,
        models=tuple(models),
        rules=rules,
        tags=tags,
        success=operations.success,
        failure=operations.failure,
        refusals=tuple(sorted(operations.refusals)),
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


def _plan_model(prop: ModelProperty, kinds: Kinds, *, sent: bool) -> ModelPlan:
    name = str(prop.class_info.name)
    place = f"schema {prop.name.get_untrusted_value()}"
    schema = dump(prop.data)
    members = tuple(_plan_members(prop, schema, kinds, place))
    seen: dict[str, str] = {}
    for member in members:
        if seen.setdefault(member.attribute, member.name) != member.name:
            raise ContractError(
                place, f"{member.name} and {seen[member.attribute]} have the same Python name"
            )
    if not isinstance(schema.get("additionalProperties", True), bool):
        raise ContractError(place, "a schema for additional properties is not supported")
    return ModelPlan(name, schema.get("description", "") or f"{name}.", members, sent)


def _plan_members(
    prop: ModelProperty, schema: dict[str, Any], kinds: Kinds, place: str
) -> Iterator[MemberPlan]:
    for inner in members_of(prop):
        written = inner.name.get_untrusted_value()
        where = f"{place}, property {written}"
        node = raw_property(kinds.document, schema, written, where)
        kind = kinds.plan(inner, node, where)
        description = kinds.document.resolve(node, where).get("description", "") or f"`{written}`."
        yield MemberPlan(written, attribute_name(written, where), kind, inner.required, description)


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
