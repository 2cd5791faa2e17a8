"""Operations: their names, arguments and results."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint, generate_operation_id
from openapi_python_client.parser.properties import EnumProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

from generator.config import ClientConfig
from generator.errors import ContractError, Reasons
from generator.parser import (
    ANNOTATION_NAMES,
    Document,
    Models,
    attribute_name,
    class_name,
    constant_name,
    full_name,
    method_name,
    properties_of,
    tag_name,
)
from generator.plan.argument import ArgumentPlan
from generator.plan.arguments import Arguments
from generator.plan.bodies import body_format
from generator.plan.codecs import Codecs
from generator.plan.results import ResultPlan, Results
from generator.plan.security import is_anonymous

# Besides letters, digits and `-._~` (RFC 3986, 3.3); the percent of what is encoded already.
_IN_PATHS = "/%:@!$&'()*+,;="
#: The encodings that `runtime/segments.py` counts parts by.
COUNTED = ("GSM", "UNICODE")
#: The names that additional methods have in annotations; they write `builtins.list`, which many a tag has.
_OF_HELPERS = ANNOTATION_NAMES - {"list"}
_FIELD_PREFIX = "field_"


@dataclass(frozen=True)
class OperationPlan:
    """An operation, which is a method of the class of its tag."""

    operation_id: str
    name: str
    method: str
    http_method: str
    path: str
    arguments: tuple[ArgumentPlan, ...]
    result: ResultPlan
    safe: bool
    anonymous: bool
    description: str
    body: str = ""
    deprecated: bool = False

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """The conditions under which a call uses something deprecated, and the warnings."""
        whole = [("", f"{self.name} is deprecated")] if self.deprecated else []
        return whole + [
            (argument.is_given, f"{self.name}: {argument.argument} is deprecated")
            for argument in self.arguments
            if argument.deprecated and not self.deprecated
        ]

    def renamed(self, method: str) -> "OperationPlan":
        """Return the operation as a method of another name."""
        return replace(self, name=f"{self.name.rpartition('.')[0]}.{method}", method=method)

    @property
    def constant(self) -> str:
        """The name of its `Operation` in the module of its tag."""
        return f"_{constant_name(self.operation_id)}"

    @property
    def positional(self) -> list[ArgumentPlan]:
        """The positional arguments: the parameters of the path, in its order."""
        parts = [argument for argument in self.arguments if argument.place == "PathParameter"]
        return sorted(parts, key=lambda argument: self.path.index(f"{{{argument.name}}}"))

    @property
    def keywords(self) -> list[ArgumentPlan]:
        """The keyword arguments, the required ones first."""
        named = [argument for argument in self.arguments if argument.place != "PathParameter"]
        return sorted(named, key=lambda argument: not argument.required)


@dataclass(frozen=True)
class TagPlan:
    """The operations of one tag: an attribute of the client."""

    name: str
    attribute: str
    class_name: str
    description: str
    operations: tuple[OperationPlan, ...]

    @property
    def shadowed(self) -> set[str]:
        """The methods that hide a type of the same name from the annotations of their class."""
        return {operation.method for operation in self.operations} & ANNOTATION_NAMES


def _tag_of(operation: dict[str, Any]) -> str:
    return str((operation.get("tags") or ["default"])[0])


def _check_tags(tags: Iterable[str]) -> None:
    """Check that each tag has an attribute of its own, because a module is called after it."""
    known: dict[str, str] = {}
    reasons = Reasons()
    for tag in tags:
        other = known.setdefault(tag_name(tag), tag)
        if other != tag:
            reasons.add(
                [f"tag {tag}: its Python name {tag_name(tag)} is also that of the tag {other}; rename one"]
            )
    reasons.check()


def _point_elsewhere(argument: ArgumentPlan, everything: list[OperationPlan]) -> ArgumentPlan:
    """Name, for an argument that does not take all properties of its model, an operation that does."""
    if not argument.without:
        return argument
    takers = (
        plan.name
        for plan in everything
        for other in plan.arguments
        if other.place in ("BodyProperty", "WholeBody") and argument.codec.code in other.codec.code
    )
    instead = next(takers, "")
    names = ", ".join(f"`{name}`" for name in argument.without)
    note = f"Without {names}, which only `{instead}` takes." if instead else f"Without {names}."
    return replace(argument, instead=instead, codec=replace(argument.codec, note=note))


class Operations:
    """Plans the operations.

    Attributes:
        arguments: The arguments of the planned operations, with the models that they take.
        results: Their results, with the models in them.
        problems: What the settings name and the contract lacks.
    """

    def __init__(self, document: Document, data: GeneratorData, config: ClientConfig, codecs: Codecs) -> None:
        self._document, self._data, self._config = document, data, config
        self._models = codecs.models
        self.arguments = Arguments(document, config, codecs)
        self.results = Results(document, config, codecs)
        self.problems: list[str] = []

    def plan(self) -> tuple[TagPlan, ...]:
        """Plan the tags with their operations, in the order of the document."""
        by_tag: dict[str, list[OperationPlan]] = {}
        known: dict[str, str] = {}
        reasons = Reasons()
        for path, method, operation in self._document.operations():
            place = f"{method.upper()} {path}"
            with reasons.noting():
                plan = self._plan_operation(path, method, operation)
                if plan.name in known and plan.operation_id not in self._config.operations:
                    # Without its tag it is called as an earlier one is: `getBooking` and `getBookings`.
                    plan = plan.renamed(full_name(plan.operation_id, place))
                if known.setdefault(plan.name, place) != place:
                    raise ContractError(
                        place,
                        f"it would be called {plan.name}, as {known[plan.name]} is; rename one, "
                        "or set a name under [operations]",
                    )
                by_tag.setdefault(_tag_of(operation), []).append(plan)
        with reasons.noting():
            _check_tags(by_tag)
        # Where an operation is missing for a reason, to name it is no mistake.
        reasons.check()
        with reasons.noting():
            self._check_settings(by_tag)
        self.problems = reasons.found
        names = {plan.operation_id: plan.name for plans in by_tag.values() for plan in plans}
        everything = [plan for plans in by_tag.values() for plan in plans]
        described = {item["name"]: item.get("description", "") for item in self._document.raw.get("tags", [])}
        tags = []
        for tag, plans in by_tag.items():
            complete = tuple(self._complete(plan, names, everything) for plan in plans)
            description = described.get(tag) or f"The operations of {tag}."
            tags.append(TagPlan(tag, tag_name(tag), f"{class_name(tag)}Api", description, complete))
        return tuple(tags)

    @staticmethod
    def _complete(
        plan: OperationPlan, names: dict[str, str], everything: list[OperationPlan]
    ) -> OperationPlan:
        """Add what needs the other operations: each `operationId` in a text becomes the name of a method."""
        text = re.sub(r"`(\w+)`", lambda found: f"`{names.get(found[1], found[1])}`", plan.description)
        text += "\n\nDeprecated: a later version of the API may not have it." if plan.deprecated else ""
        arguments = tuple(_point_elsewhere(argument, everything) for argument in plan.arguments)
        return replace(plan, description=text, arguments=arguments)

    def _plan_operation(self, path: str, method: str, operation: dict[str, Any]) -> OperationPlan:
        place, tag = f"{method.upper()} {path}", _tag_of(operation)
        endpoint = self._endpoint(path, method, operation)
        operation_id = operation.get("operationId") or str(endpoint.name)
        name = self._config.operations.get(operation_id) or method_name(operation_id, tag, place)
        summary, description = operation.get("summary", "").rstrip("."), operation.get("description", "")
        written = self._document.written["paths"][path][method]
        return OperationPlan(
            operation_id=operation_id,
            name=f"{tag_name(tag)}.{name}",
            method=name,
            http_method=method.upper(),
            path="".join(
                part if part.startswith("{") else quote(part, safe=_IN_PATHS)
                for part in re.split("({.*?})", path)
            ),
            arguments=self.arguments.plan(operation_id, method, operation, endpoint, place),
            result=self.results.plan(operation, written, endpoint, place),
            safe=self._is_safe(operation, method, place),
            anonymous=is_anonymous(self._document, operation),
            description=f"{summary}.\n\n{description}" if summary else description or operation_id,
            body=body_format(self._document, operation, place),
            deprecated=bool(operation.get("deprecated")),
        )

    def _endpoint(self, path: str, method: str, operation: dict[str, Any]) -> Endpoint:
        written = operation.get("operationId")
        name = (
            PythonIdentifier(written, prefix=_FIELD_PREFIX)
            if written
            else generate_operation_id(path=UntrustedString(path), method=method, prefix=_FIELD_PREFIX)
        )
        collections = self._data.endpoint_collections_by_tag.values()
        found = [one for collection in collections for one in collection.endpoints if one.name == name]
        if len(found) != 1:
            raise ContractError(
                f"{method.upper()} {path}",
                f"its operationId {written!r} is not unique in Python; give each operation another",
            )
        return found[0]

    def _is_safe(self, operation: dict[str, Any], method: str, place: str) -> bool:
        if not self._config.safe_extension:
            return method in ("get", "head", "options")
        if not isinstance(operation.get(self._config.safe_extension), bool):
            raise ContractError(place, f"expected {self._config.safe_extension} to be true or false")
        return bool(operation[self._config.safe_extension])

    def _check_settings(self, by_tag: Mapping[str, list[OperationPlan]]) -> None:
        """Check that the settings name operations, tags and arguments of the contract."""
        known = {plan.operation_id: plan for plans in by_tag.values() for plan in plans}
        config, reasons = self._config, Reasons()
        rounded = [name.partition(".") for name in config.rounded_up]
        for setting, names in (
            ("operations", config.operations),
            ("rounded_up", {name for name, _, _ in rounded}),
            ("counted", config.counted),
            ("pages", config.pages),
        ):
            unknown = sorted(set(names) - set(known))
            reasons.add(
                f"{setting}: the contract has no operation {name}; correct the setting, or remove it"
                for name in unknown
            )
        for name, _, parameter in rounded:
            if name in known and parameter not in {argument.name for argument in known[name].arguments}:
                reasons.add([f"rounded_up: the operation {name} has no parameter {parameter}"])
        tags = {tag_name(tag) for tag in by_tag}
        reasons.add(
            f"helpers: the contract has no tag {tag}; its tags are {', '.join(sorted(tags))}"
            for tag in config.helpers
            if tag not in tags
        )
        reasons.add(
            f"{plan.http_method} {plan.path}: its method {plan.method} would hide a type from the additional "
            f"methods of {tag_name(tag)}; set another name under [operations]"
            for tag, plans in by_tag.items()
            for plan in plans
            if tag_name(tag) in config.helpers and plan.method in _OF_HELPERS
        )
        for name, roles in config.counted.items():
            reasons.add(_lost_roles(known[name], roles, self._models) if name in known else ())
        grouped = {argument.name for plan in known.values() for argument in plan.arguments}
        reasons.add(
            f"groups: no operation has a query parameter {name}.…"
            for name in config.groups
            if name not in grouped
        )
        reasons.check()


def _lost_roles(plan: OperationPlan, roles: Mapping[str, str], models: Models) -> Iterator[str]:
    """Yield what an operation that takes `max_parts` lacks."""
    names = {argument.argument for argument in plan.arguments}
    for role in ("text", "options", "encoding"):
        if role not in roles:
            yield f"counted.{plan.operation_id}: expected {role}"
        elif role != "encoding" and roles[role] not in names:
            yield f"counted.{plan.operation_id}: {role}: the operation has no argument {roles[role]}"
    for argument in plan.arguments:
        model = models.by_name.get(argument.codec.hint.removesuffix(" | None"))
        if argument.argument == roles.get("options") and model and "encoding" in roles:
            members = {prop.name.get_untrusted_value() for prop in properties_of(model)}
            if roles["encoding"] not in {attribute_name(name, plan.name) for name in members}:
                yield f"counted.{plan.operation_id}: encoding: {argument.name} has no {roles['encoding']}"
            for prop in properties_of(model):
                written, counted = prop.name.get_untrusted_value(), {*_values_of(prop)} == {*COUNTED}
                if attribute_name(written, plan.name) == roles["encoding"] and not counted:
                    yield (
                        f"counted.{plan.operation_id}: encoding: the values of {argument.name}.{written} are "
                        f"not {' and '.join(COUNTED)}, which `segments` counts by; adapt both, or remove the "
                        "setting"
                    )


def _values_of(prop: PropertyProtocol) -> list[object]:
    """Return the values of an enum, which may also be null."""
    inner = prop.inner_properties if isinstance(prop, UnionProperty) else [prop]
    return [value for each in inner if isinstance(each, EnumProperty) for value in each.values.values()]
