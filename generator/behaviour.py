"""What changed in `x-callr-rules`, the rules of behaviour that no schema can say.

Redocly does not look into them. The name of a rule stands for what it means: a rule that comes to mean
something else takes another name, so other words under the same name are prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.changes import READERS, SENDERS, Change
from generator.contract import operations
from generator.versions import Bump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.contract import Contract

    Json = dict[str, Any]
    # The rules of an operation by name, each with its pointer.
    Rules = dict[str, tuple[str, Json]]


def rule_changes(base: Contract, contract: Contract) -> Iterator[Change]:
    """Compare the rules of each operation that both contracts have."""
    before, after = _rules(base), _rules(contract)
    for operation in before.keys() & after.keys():
        old, new = before[operation], after[operation]
        for name in old.keys() - new.keys():
            yield _change(f"Rule `{name}` was removed.", operation, old[name], Bump.MAJOR, (SENDERS, READERS))
        for name in new.keys() - old.keys():
            # What is refused now may have been accepted before.
            refuses = "refused" in str(new[name][1].get("description"))
            bump, breaks = (Bump.MAJOR, (SENDERS,)) if refuses else (Bump.MINOR, ())
            yield _change(f"Rule `{name}` was added.", operation, new[name], bump, breaks)
        for name in old.keys() & new.keys():
            if old[name][1] != new[name][1]:
                yield _change(f"Rule `{name}` has other words.", operation, new[name], Bump.PATCH)


def _rules(contract: Contract) -> dict[str, Rules]:
    found: dict[str, Rules] = {}
    for _, pointer, node in operations(contract.document):
        found[str(node.get("operationId", pointer))] = {
            str(rule.get("name")): (f"#{pointer}/x-callr-rules/{index}", rule)
            for index, rule in enumerate(node.get("x-callr-rules", []))
        }
    return found


def _change(
    what: str, operation: str, rule: tuple[str, Json], bump: Bump, breaks: tuple[str, ...] = ()
) -> Change:
    return Change(what, operation, rule[0], "x-callr-rules", bump, breaks, (operation,))
