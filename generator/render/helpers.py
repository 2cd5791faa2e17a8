"""The operations that templates of additional methods call, bound by operationId and by parameter."""

import re
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec

from generator.errors import ContractError, GenerationError, Reasons
from generator.plan import ClientPlan, OperationPlan, PropertyPlan, TagPlan

_CURE = "adapt its template, or remove the setting `helpers`"

_P = ParamSpec("_P")


def _noting(
    method: "Callable[Concatenate[BoundOperations, _P], str]",
) -> "Callable[Concatenate[BoundOperations, _P], str]":
    """Make a method note what the contract lacks, so that all reasons are given at once."""

    def noted(self: "BoundOperations", /, *args: _P.args, **kwargs: _P.kwargs) -> str:
        try:
            return method(self, *args, **kwargs)
        except GenerationError as caught:
            self.reasons.add([str(caught)])
            return "None"

    return noted


class BoundOperations:
    """The operations of a tag, for a template: a call follows the contract, or is a reason to refuse it."""

    def __init__(self, tag: TagPlan, plan: ClientPlan, reasons: Reasons) -> None:
        """Bind the operations of a tag.

        Args:
            tag: The tag.
            plan: The client.
            reasons: Takes what the contract lacks; the template gets `None` then.
        """
        self._tag, self._plan, self.reasons = tag, plan, reasons

    @_noting
    def constant(self, operation_id: str) -> str:
        """Return the name of an operation in its module."""
        return self._operation(operation_id).constant

    @_noting
    def arguments(self, operation_id: str, given: Mapping[str, str]) -> str:
        """Return all arguments of an operation, in its order; those that are not given are None.

        Args:
            operation_id: The operation.
            given: Expressions by the name of the parameter in the contract.
        """
        operation = self._operation(operation_id)
        known = {argument.name: argument.required for argument in operation.arguments}
        lost = [f"it has no {name}" for name in given if name not in known]
        lost += [f"it requires {name}, too" for name, needed in known.items() if needed and name not in given]
        if lost:
            raise ContractError(
                self._place(operation),
                f"an additional method of {self._tag.attribute} calls it with {', '.join(given)}, but "
                f"{'; '.join(lost)}; {_CURE}",
            )
        return ", ".join(given.get(argument.name, "None") for argument in operation.arguments)

    @_noting
    def accepts(self, operation_id: str, name: str) -> str:
        """Return the type of an argument of an operation."""
        operation = self._operation(operation_id)
        found = [one.codec.accepts for one in operation.arguments if one.name == name]
        if not found:
            problem = f"an additional method needs its parameter {name}; {_CURE}"
            raise ContractError(self._place(operation), problem)
        return found[0]

    @_noting
    def result(self, operation_id: str, *needed: str) -> str:
        """Return the model that an operation returns, which has the properties that are needed."""
        operation = self._operation(operation_id)
        missing = set(needed) - {prop.attribute for prop in self._properties(operation)}
        if missing:
            names = ", ".join(sorted(missing))
            problem = f"an additional method needs {names} of its result; {_CURE}"
            raise ContractError(self._place(operation), problem)
        return operation.result.hint

    @_noting
    def check_status(self, operation_id: str, name: str) -> str:
        """Check that a property of a result says of its values which are final; the text is empty."""
        operation = self._operation(operation_id)
        enums = {enum.name: enum.base for enum in self._plan.enums}
        bases = [enums.get(prop.codec.enum) for prop in self._properties(operation) if prop.attribute == name]
        if bases not in ([], ["StatusEnum"]):
            problem = f"an additional method needs x-final-values of {name} of its result; or {_CURE}"
            raise ContractError(self._place(operation), problem)
        return ""

    def _properties(self, operation: OperationPlan) -> tuple[PropertyPlan, ...]:
        models = {model.name: model for model in self._plan.models}
        model = models.get(operation.result.hint)
        return model.properties if model else ()

    def _operation(self, operation_id: str) -> OperationPlan:
        for operation in self._tag.operations:
            if operation.operation_id == operation_id:
                return operation
        raise GenerationError(
            f"helpers.{self._tag.attribute}: an additional method calls {operation_id}, but no operation "
            f"with the tag {self._tag.name} has this operationId; adapt the template, or remove the setting"
        )

    @staticmethod
    def _place(operation: OperationPlan) -> str:
        return f"{operation.http_method} {operation.path}"


def called_operations(template: str) -> set[str]:
    """Return the operations that a template of additional methods calls."""
    return set(re.findall(r'bound\.\w+\("(\w+)"', template))
