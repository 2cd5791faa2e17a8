"""Where a part of the contract stands in its file, as a line: reviewers look there."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml

from callr_sms_contract.contract.document import LOADER, Contract, Operation

_STEPS: Final = 50
"""References that lead to references; more are a circle."""


class Lines:
    """The lines of one contract; its file is read when the first one is asked for."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    @property
    def file(self) -> str:
        """Return the file of the contract, from the current folder if it is below it; empty for none."""
        path = self._contract.path
        if path is None:
            return ""
        here = Path.cwd()
        return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name

    def line(self, label: str, rule: str, status: str, place: str) -> int:
        """Return the line of what an operation breaks: a rule, a property of a response, or itself.

        `label` names the operation as reports do, `place` the property. 0 when there is no file.
        """
        root = self._root
        if root is None:
            return 0
        operations = (*self._contract.operations, *self._contract.webhooks)
        operation = next((each for each in operations if each.label == label), None)
        found = list(self._nodes(root, operation, rule, status, place))
        return found[-1].start_mark.line + 1 if found else 1

    def _nodes(
        self, root: yaml.Node, operation: Operation | None, rule: str, status: str, place: str
    ) -> Iterator[yaml.Node]:
        """Return ever closer nodes."""
        paths = _member(root, "paths")
        if paths is not None:
            yield paths
        if operation is None:
            return
        part = "webhooks" if operation in self._contract.webhooks else "paths"
        node = self._down(root, _member(root, part), operation.path, operation.method.lower())
        if node is None:
            return
        yield node
        for each in _items(_member(node, "x-callr-rules")):
            found = self._target(root, each)
            name = _member(found, "name")
            if found is not None and rule and isinstance(name, yaml.ScalarNode) and name.value == rule:
                yield found
                return
        response = self._down(root, _member(node, "responses"), status)
        if response is not None and status:
            yield response
        schema = self._down(root, response, "content", "application/json", "schema")
        for step in place.split(".") if schema is not None else ():
            inner = _member(_step_into(schema), step)
            if inner is None:
                return
            yield inner
            schema = self._target(root, inner)

    def _down(self, root: yaml.Node, node: yaml.Node | None, *steps: str) -> yaml.Node | None:
        """Return what is below `node`, by way of references and items."""
        for step in steps:
            node = _member(self._target(root, node), step)
        return self._target(root, node)

    def _target(self, root: yaml.Node, node: yaml.Node | None) -> yaml.Node | None:
        for _ in range(_STEPS):
            reference = _member(node, "$ref")
            if not isinstance(reference, yaml.ScalarNode):
                items = _member(node, "items")
                if items is None:
                    return node
                node = items
                continue
            found: yaml.Node | None = root
            for step in reference.value.removeprefix("#/").split("/"):
                found = _member(found, step.replace("~1", "/").replace("~0", "~"))
            node = found
        return node

    @cached_property
    def _root(self) -> yaml.Node | None:
        path = self._contract.path
        return yaml.compose(path.read_text(encoding="utf-8"), LOADER) if path is not None else None


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == name:
            found: yaml.Node = value
            return found
    return None


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _step_into(schema: yaml.Node | None) -> yaml.Node | None:
    return _member(schema, "properties") or schema
