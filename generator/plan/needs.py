"""What additional methods and other parts outside of the contract use of it."""

from collections.abc import Iterator, Mapping

from generator.config import ClientConfig
from generator.plan.argument import NO_DEFAULT, ArgumentPlan
from generator.plan.client import ClientPlan
from generator.plan.models import ModelPlan
from generator.plan.operations import OperationPlan
from generator.plan.security import SecurityPlan

_CURE = "adapt what uses it (`helpers`, `extras`) and the setting, or remove both"


def lost_needs(config: ClientConfig, plan: ClientPlan, security: SecurityPlan | None) -> Iterator[str]:
    """Yield a line for each part of the contract that is not as the setting `needs` says."""
    operations = {one.operation_id: one for tag in plan.tags for one in tag.operations}
    models = {model.name: model for model in plan.models}
    enums = {enum.name: [value for _, value in enum.members] for enum in plan.enums}
    methods = {tag.attribute: [one.method for one in tag.operations] for tag in plan.tags}
    for name, wanted in config.needs.items():
        place = f"needs.{name}"
        if name == "credentials":
            found = [argument for argument, _ in security.arguments] if security is not None else list(wanted)
            if found != list(wanted):
                yield f"{place}: the client takes {', '.join(found) or 'none'}; {_CURE}"
        elif isinstance(wanted, dict) and name in operations:
            yield from _of_operation(place, operations[name], wanted)
        elif isinstance(wanted, dict) and name in models:
            yield from _of_model(place, models[name], wanted)
        elif isinstance(wanted, list) and name in enums:
            lost = [value for value in wanted if value not in enums[name]]
            if lost:
                yield f"{place}: the enum has no {', '.join(lost)}; {_CURE}"
        elif isinstance(wanted, list) and name in methods:
            lost = [method for method in wanted if method not in methods[name]]
            if lost:
                yield f"{place}: the tag has no method {', '.join(lost)}; {_CURE}"
        else:
            kind = "operation or object" if isinstance(wanted, dict) else "enum or tag"
            yield f"{place}: the contract has no {kind} {name}; {_CURE}"


def _of_operation(place: str, operation: OperationPlan, wanted: Mapping[str, str]) -> Iterator[str]:
    found = {one.name: f"{one.codec.hint}{_or_none(one)}" for one in operation.arguments}
    yield from _differences(place, found, {name: hint for name, hint in wanted.items() if name != "result"})
    result = operation.result.hint
    # An argument may accept None, too; a result that is None after a 204 is another one.
    if wanted.get("result", result) != result:
        statuses = ", ".join(status for status, _ in operation.result.codes)
        yield f"{place}: result is a {result} (of {statuses}), expected {wanted['result']}; {_CURE}"
    required = [one.name for one in operation.arguments if one.required and one.name not in wanted]
    if required:
        yield f"{place}: the operation requires {', '.join(required)}, too; {_CURE}"


def _or_none(argument: ArgumentPlan) -> str:
    """Return what the type of an argument lacks that may be None only because it may be left out."""
    optional = not argument.required and argument.default is NO_DEFAULT
    return " | None" if optional and not argument.codec.hint.endswith("None") else ""


def _of_model(place: str, model: ModelPlan, wanted: Mapping[str, str]) -> Iterator[str]:
    found = {prop.name: prop.hint for prop in model.properties}
    yield from _differences(place, found, wanted, is_read=not model.sent)
    required = [prop.name for prop in model.arguments if prop.required and prop.name not in wanted]
    if model.sent and required:
        yield f"{place}: its constructor requires {', '.join(required)}, too; {_CURE}"


def _differences(
    place: str, found: Mapping[str, str], wanted: Mapping[str, str], *, is_read: bool = False
) -> Iterator[str]:
    """Yield what is missing or of another type; what is read may only be None where that was expected."""
    for name, hint in wanted.items():
        known = {hint, hint.removesuffix(" | None") if is_read else f"{hint} | None"}
        if name not in found:
            yield f"{place}: there is no {name}; {_CURE}"
        elif found[name] not in known:
            yield f"{place}: {name} is a {found[name]}, expected {hint}; {_CURE}"
