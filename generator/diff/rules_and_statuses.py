"""Changes of behaviour that schemas do not describe: `x-callr-rules`, and the meaning of a status.

Redocly ignores them. The name of a rule identifies its meaning: a rule with a new meaning gets a new name, so
a new description under the same name is prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.diff.changes import PYTHON, READERS, SENDERS, Change
from generator.diff.versions import Bump
from openapi.document import escape, operations, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.diff.contract import Contract

    Json = dict[str, Any]
    # The rules of an operation by name, each with its pointer.
    Rules = dict[str, tuple[str, Json]]


_KNOWN = "x-possible-values"
_MEANINGS = {"x-final-values": "final", "x-success-values": "a success"}


def rule_changes(base: Contract, contract: Contract) -> Iterator[Change]:
    """Compare the rules of each operation that both contracts have."""
    before, after = _rules(base), _rules(contract)
    for operation in before.keys() & after.keys():
        old, new = before[operation], after[operation]
        for name in old.keys() - new.keys():
            yield _change(f"Rule `{name}` was removed.", operation, old[name], Bump.MAJOR, (SENDERS, READERS))
        for name in new.keys() - old.keys():
            # Requests that are refused now may have been accepted before.
            refuses = "refused" in str(new[name][1].get("description"))
            bump, breaks = (Bump.MAJOR, (SENDERS,)) if refuses else (Bump.MINOR, ())
            yield _change(f"Rule `{name}` was added.", operation, new[name], bump, breaks)
        for name in old.keys() & new.keys():
            if old[name][1] != new[name][1]:
                yield _change(f"The description of rule `{name}` changed.", operation, new[name], Bump.PATCH)


def status_changes(base: Contract, contract: Contract) -> Iterator[Change]:
    """Find known statuses that became final or a success, or stopped being one.

    A program that waits for the end of an SMS would wait forever, or stop too early.
    """
    after = dict(_statuses(contract))
    for name, old in _statuses(base):
        new = after.get(name, {})
        known = set(old.get(_KNOWN, ())) & set(new.get(_KNOWN, ()))
        for key, meaning in _MEANINGS.items():
            moved = known & (set(old.get(key, ())) ^ set(new.get(key, ())))
            if moved:
                what = (
                    f"Whether {' and '.join(f'`{status}`' for status in sorted(moved))} is {meaning} changed."
                )
                pointer = f"#/components/schemas/{escape(name)}/{key}"
                uses = base.uses_of(pointer) | contract.uses_of(pointer)
                concerned = tuple(sorted({use.operation for use in uses}))
                yield Change(
                    what, name, pointer, "word-means-other", Bump.MAJOR, (READERS, PYTHON), concerned
                )


def _statuses(contract: Contract) -> Iterator[tuple[str, Json]]:
    for name, schema in contract.document.get("components", {}).get("schemas", {}).items():
        if _MEANINGS.keys() & schema.keys():
            yield name, schema


def _rules(contract: Contract) -> dict[str, Rules]:
    found: dict[str, Rules] = {}
    for one in operations(contract.document):
        found[one.name] = {
            str(rule.get("name")): (f"#{pointer}", rule) for pointer, rule in rules_of(contract.document, one)
        }
    return found


def _change(
    what: str, operation: str, rule: tuple[str, Json], bump: Bump, breaks: tuple[str, ...] = ()
) -> Change:
    return Change(what, operation, rule[0], "x-callr-rules", bump, breaks, (operation,))
