"""The contract type "doors" of import-linter: a room is entered through its `__init__`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


class DoorsContract(Contract):
    """No module imports a module inside a room from outside of that room.

    A room is a package directly below one of `packages`. Modules that lie directly in a package have no door.
    """

    packages = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - as defined
        """Compare the imports of every module inside a room with the room of the importer."""
        past = [
            f"{importer} imports {module}, expected the door {room}"
            for package in cast("list[str]", self.packages)
            for room in sorted(graph.find_children(package))
            for module in sorted(graph.find_descendants(room))
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if importer != room and not importer.startswith(f"{room}.")
        ]
        return ContractCheck(kept=not past, metadata={"past": past})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import past a door."""
        for line in check.metadata["past"]:
            output.print_error(f"- {line}")
