"""The operations that templates of additional methods call, bound by operationId and by parameter."""

import re
from collections.abc import Mapping

from generator.errors import ContractError, GenerationError
from generator.plan import ClientPlan, OperationPlan, TagPlan


class BoundOperations:
    """The operations of a tag, for a template: a call follows the contract, or is refused."""

    def __init__(self, tag: TagPlan, plan: ClientPlan) -> None:
        self._tag, self._plan = tag, plan

    def constant(self, operation_id: str) -> str:
        """Return the name of an operation in its module."""
        return self._operation(operation_id).constant

    def arguments(self, operation_id: str, given: Mapping[str, str]) -> str:
        """Return all arguments of an operation, in its order; those that are not given are None.

        Args:
            operation_id: The operation.
            given: Expressions by the name of the parameter in the contract.

        Raises:
            ContractError: The operation lacks a parameter, or requires another one.
        """
        operation = self._operation(operation_id)
        known = {argument.name: argument.required for argument in operation.arguments}
        lost = [name for name in given if name not in known]
        asked = [name for name, required in known.items() if required and name not in given]
        if lost or asked:
            raise ContractError(
                self._place(operation),
                f"an additional method of {self._tag.attribute} calls it with {', '.join(given)}, but "
                + "; ".join(
                    [*(f"it has no {name}" for name in lost), *(f"it requires {name}, too" for name in asked)]
                ),
            )
        return ", ".join(given.get(argument.name, "None") for argument in operation.arguments)

    def accepts(self, operation_id: str, name: str) -> str:
        """Return the type of an argument of an operation."""
        operation = self._operation(operation_id)
        for argument in operation.arguments:
            if argument.name == name:
                return argument.codec.accepts
        raise ContractError(self._place(operation), f"an additional method needs its parameter {name}")

    def result(self, operation_id: str, *needed: str) -> str:
        """Return the model that an operation returns, which has the properties that are needed."""
        operation = self._operation(operation_id)
        models = {model.name: model for model in self._plan.models}
        model = models.get(operation.result.hint)
        missing = set(needed) - ({prop.attribute for prop in model.properties} if model else set())
        if missing:
            raise ContractError(
                self._place(operation),
                f"an additional method needs {', '.join(sorted(missing))} of its result",
            )
        return operation.result.hint

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
