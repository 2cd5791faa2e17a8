"""Changes of the properties that an argument can send in a query string, for callers in Python.

`options` of `send_by_query` is a model that other operations send as a whole: if one of its parameters is
removed, neither the model nor the signature changes, but a call that sets the property is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.diff.changes import PYTHON, Change
from generator.diff.versions import Bump
from openapi.document import operations, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.diff.contract import Contract


def group_changes(base: Contract, contract: Contract, groups: Iterable[str]) -> Iterator[Change]:
    """Compare the query parameters `group.property` of each operation that both contracts have."""
    before, after = _grouped(base, set(groups)), _grouped(contract, set(groups))
    for operation in before.keys() & after.keys():
        for name in sorted(before[operation] - after[operation]):
            what = f"A call that sets `{name}` is refused: the parameter was removed."
            yield Change(what, operation, "", "group-member-removed", Bump.MAJOR, (PYTHON,), (operation,))


def _grouped(contract: Contract, groups: set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for operation in operations(contract.document):
        parameters = [resolve(contract.document, one) for one in operation.node.get("parameters", [])]
        names = {str(one["name"]) for one in parameters if one["in"] == "query" and "." in one["name"]}
        grouped = {name for name in names if name.partition(".")[0] in groups}
        found[operation.name] = grouped
    return found
