"""Pages: methods that iterate over a list which is read page by page, with a cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.errors import GenerationError
from generator.plan.models import ModelPlan, PropertyPlan
from generator.plan.operations import OperationPlan, TagPlan

_ROLES = {"cursor", "next", "items"}


@dataclass(frozen=True)
class PagesPlan:
    """A method that iterates over all items of an operation.

    Attributes:
        method: Its name.
        operation: The operation that lists a page.
        cursor: The argument of the operation that is the cursor.
        item: The type of an item.
        items: The expression for the items of `page`.
        next: The expression for the next cursor of `page`.
    """

    method: str
    operation: OperationPlan
    cursor: str
    item: str
    items: str
    next: str

    @property
    def arguments(self) -> str:
        """The arguments of a call for one page."""
        names = (argument.argument for argument in self.operation.arguments)
        return ", ".join("_cursor" if name == self.cursor else name for name in names)


def plan_pages(
    settings: Mapping[str, Mapping[str, str]], tag: TagPlan, models: Sequence[ModelPlan]
) -> list[PagesPlan]:
    """Plan the methods of a tag that iterate.

    Raises:
        GenerationError: A setting names no part of the contract.
    """
    by_name = {model.name: model for model in models}
    return [
        _plan(operation, settings[operation.operation_id], by_name)
        for operation in tag.operations
        if operation.operation_id in settings
    ]


def _plan(operation: OperationPlan, roles: Mapping[str, str], models: Mapping[str, ModelPlan]) -> PagesPlan:
    place = f"pages.{operation.operation_id}"
    if not set(roles) >= _ROLES or set(roles) - _ROLES - {"method"}:
        raise GenerationError(f"{place}: expected cursor, next and items, and perhaps method")
    cursor = roles["cursor"]
    cursors = [one for one in operation.arguments if one.name == cursor and not one.required]
    if not cursors:
        raise GenerationError(f"{place}: cursor: the operation has no optional parameter {cursor}")
    items, of_items = _find(operation, roles["items"], models, f"{place}: items")
    following, of_next = _find(operation, roles["next"], models, f"{place}: next")
    if not of_items.codec.hint.startswith("tuple["):
        raise GenerationError(f"{place}: items: {roles['items']} is no array; name the one with the items")
    wanted = cursors[0].codec.hint.removesuffix(" | None")
    if of_next.codec.hint.removesuffix(" | None") != wanted:
        raise GenerationError(
            f"{place}: next: {roles['next']} is a {of_next.codec.hint}, but {cursor} takes a {wanted}; name "
            "the property with the next cursor"
        )
    item = of_items.codec.hint.removesuffix(" | None").removeprefix("tuple[").removesuffix(", ...]")
    return PagesPlan(roles.get("method", "iterate"), operation, cursors[0].argument, item, items, following)


def _find(
    operation: OperationPlan, path: str, models: Mapping[str, ModelPlan], place: str
) -> tuple[str, PropertyPlan]:
    """Return the expression for a property of the result, and the property."""
    expression, hint, optional = "page", operation.result.hint, False
    found: PropertyPlan | None = None
    for name in path.split("."):
        model = models.get(hint.removesuffix(" | None"))
        found = next((prop for prop in model.properties if prop.name == name), None) if model else None
        if found is None:
            raise GenerationError(f"{place}: the result has no property {path}; name one, such as meta.next")
        step = f"{expression}.{found.attribute}"
        expression = f"(None if {expression} is None else {step})" if optional else step
        hint, optional = found.hint, found.hint.endswith("None")
    assert found is not None  # noqa: S101 - a path has a name
    return expression, found
