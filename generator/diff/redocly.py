"""Whom a breaking change of `redocly diff` breaks, which is not in its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.diff.changes import PYTHON, READERS, SENDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    Json = dict[str, Any]

#: The rules that always concern one side. All others concern everyone who uses the place.
_SIDE = {
    "enum-values-added": READERS,
    "enum-values-removed": SENDERS,
    "operation-id-changed": PYTHON,  # it is not on the wire, but names in generated code come from it
    "required-properties-added": SENDERS,
    "required-properties-removed": READERS,
    "security-requirement-changed": SENDERS,
    "security-scheme-changed": SENDERS,
    "server-removed": SENDERS,
}
_LOWER = ("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum")
_UPPER = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
#: Constraints that are booleans, with the value that restricts.
_FLAGS = {"uniqueItems": True, "additionalProperties": False, "unevaluatedProperties": False}
_COMBINATORS = {"AllOf": "allOf", "AnyOf": "anyOf", "OneOf": "oneOf"}


def broken(change: Json, sides: Iterable[str]) -> tuple[str, ...]:
    """Return whom a change in Redocly's report breaks.

    Args:
        change: The change, with at least one verdict.
        sides: Who uses the place: senders, readers, or both.
    """
    found = {side for verdict in change["verdicts"] for side in _of_verdict(change, verdict, set(sides))}
    return tuple(sorted(found, key=(SENDERS, READERS, PYTHON).index))


def _of_verdict(change: Json, verdict: Json, sides: set[str]) -> set[str]:
    rule = verdict["ruleId"]
    if rule == "schema-constraint-changed":
        concerned = _by_range(_constraint_range(change))
    elif rule == "schema-combinator-changed":
        concerned = _by_range(_combinator_range(change))
    elif rule == "schema-type-changed":
        concerned = {SENDERS if "narrowed" in verdict["message"] else READERS}
    else:
        return {_SIDE[rule]} if rule in _SIDE else sides or {SENDERS, READERS}
    return concerned & sides or sides or concerned


def _by_range(allowed: str) -> set[str]:
    """Return whom a new range of values breaks: fewer values break senders, more values break readers."""
    return {"fewer": {SENDERS}, "more": {READERS}}.get(allowed, {SENDERS, READERS})


def _constraint_range(change: Json) -> str:
    """Return whether a schema allows fewer values than before, more, or others."""
    if change["kind"] != "modified":
        return "fewer" if change["kind"] == "added" else "more"
    name = change["property"]
    before, after = change["base"].get("value"), change["revision"].get("value")
    if name in _FLAGS:
        return "fewer" if after == _FLAGS[name] else "more"
    if before is None or after is None:
        return "fewer" if before is None else "more"
    if name in _LOWER:
        return "fewer" if after > before else "more"
    if name in _UPPER:
        return "fewer" if after < before else "more"
    return "others"


def _combinator_range(change: Json) -> str:
    """Return whether fewer or more values are allowed: a new schema in `allOf` restricts, others allow."""
    added = change["kind"] == "added"
    whole = change["typeName"] in _COMBINATORS
    conjunctive = whole or change["path"].split("/")[-2:-1] == ["allOf"]
    return "fewer" if added == conjunctive else "more"
