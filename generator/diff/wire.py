"""Changes on the wire: the report of `redocly diff`, completed by the rules of this package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from generator.diff.changes import Change
from generator.diff.ratings import Seen, rate, rate_unseen
from generator.diff.redocly import broken
from generator.diff.rules_and_statuses import rule_changes, status_changes
from generator.diff.same_values import allows_the_same
from generator.diff.versions import Bump
from openapi.document import escape, unescape
from openapi.lint.node import redocly_diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.diff.contract import Contract, Use

    Json = dict[str, Any]

_SHOWN = 60


def wire_changes(base: Contract, contract: Contract) -> list[Change]:
    """Compare two contracts from the view of programs that send requests and read responses.

    Raises:
        openapi.lint.node.ToolFailedError: Redocly is not installed, or cannot read one of the contracts.
    """
    if base.document == contract.document:
        return []
    seen = [
        raw
        for raw in _same_servers(redocly_diff(base.path, contract.path))
        if (str(raw["path"]), raw.get("property")) != ("#/info", "version")
    ]
    return [
        *(_change(raw, base, contract) for raw in seen),
        *rule_changes(base, contract),
        *status_changes(base, contract),
        *_unseen(base, contract, seen),
    ]


def _same_servers(changes: list[Json]) -> list[Json]:
    """Remove servers that only changed their description: Redocly reports these as removed and added."""
    removed, added = (
        {_address(raw) for raw in changes if raw["typeName"] == "Server" and raw["kind"] == kind}
        for kind in ("removed", "added")
    )
    return [raw for raw in changes if not (raw["typeName"] == "Server" and _address(raw) in removed & added)]


def _address(raw: Json) -> str:
    """Return the URL of a server with its variables."""
    value = (raw.get("revision") or raw.get("base") or {}).get("value")
    server = value if isinstance(value, dict) else {}
    return f"{server.get('url')} {server.get('variables', '')}"


def _change(raw: Json, base: Contract, contract: Contract) -> Change:
    old, new = raw.get("base", {}).get("pointer"), raw.get("revision", {}).get("pointer")
    uses: frozenset[Use] = frozenset()
    for side, pointer in ((base, old), (contract, new)):
        uses |= side.uses_of(pointer) if pointer else frozenset()
    sides = frozenset(use.side for use in uses)
    pointer, place = (new, contract.place(new)) if new else (old, base.place(old))
    breaks: tuple[str, ...] = ()
    if allows_the_same(raw, base, contract):
        rule, bump, what = "same-values", Bump.PATCH, _description(raw, pointer)
    elif raw["verdicts"]:
        rule, bump, breaks = raw["verdicts"][0]["ruleId"], Bump.MAJOR, broken(raw, sides)
        what = " ".join(verdict["message"] for verdict in raw["verdicts"])
    else:
        rating = rate(Seen(raw, sides, base))
        rule, bump, breaks, what = rating.rule, rating.bump, rating.breaks, _description(raw, pointer)
    return Change(what, place, pointer, rule, bump, breaks, _names(uses))


def _description(raw: Json, pointer: str) -> str:
    if raw["kind"] != "modified":
        value = (raw.get("revision") or raw.get("base") or {}).get("value")
        named = value.get("name") if isinstance(value, dict) else None
        name = str(named or unescape(pointer.rpartition("/")[2]))
        return f"{raw['typeName']} `{name}` was {raw['kind']}."
    name, before, after = raw["property"], raw["base"].get("value"), raw["revision"].get("value")
    if before is None:
        return f"`{name}` was set to {_short(after)}."
    if after is None:
        return f"`{name}`, {_short(before)}, was removed."
    return f"`{name}` changed from {_short(before)} to {_short(after)}."


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 1]}…'"


def _unseen(base: Contract, contract: Contract, seen: list[Json]) -> Iterator[Change]:
    """Yield the changes that Redocly does not report, such as extensions and values of examples."""
    covered = [
        f"{raw[side]['pointer'].lstrip('#')}/" for raw in seen for side in ("base", "revision") if side in raw
    ]
    for pointer in _differing("", base.document, contract.document):
        inside = f"{pointer}/"
        known = any(inside.startswith(one) or one.startswith(inside) for one in covered)
        if not known and pointer != "/info/version" and not re.search("/x-callr-rules(/|$)", pointer):
            uses = base.uses_of(pointer) | contract.uses_of(pointer)
            rating = rate_unseen(pointer, frozenset(use.side for use in uses))
            yield Change(
                "It changed.",
                contract.place(pointer),
                f"#{pointer}",
                rating.rule,
                rating.bump,
                rating.breaks,
                _names(uses),
            )


def _names(uses: frozenset[Use]) -> tuple[str, ...]:
    return tuple(sorted({use.operation for use in uses}))


def _differing(pointer: str, before: object, after: object) -> Iterator[str]:
    """Yield the pointers of the smallest parts that differ; a list is one part."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _differing(f"{pointer}/{escape(key)}", before.get(key), after.get(key))
    elif before != after:
        yield pointer
