"""The report of a comparison, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.diff.compare import Comparison


def as_text(found: Comparison) -> str:
    """Return a table with a row for each change, then the versions and the verdict."""
    rows = [
        (str(one.bump), ", ".join(one.breaks) or "nobody", one.where, f"{one.what} {one.pointer}".rstrip())
        for one in found.changes
    ]
    table = [("bump", "breaks", "where", "what"), *rows] if rows else [("nothing changed",)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in table]
    return "\n".join(line.rstrip() for line in [*lines, "", *_verdict(found)])


def as_json(found: Comparison) -> str:
    """Return the comparison as JSON; docs/generator/diff.md describes the properties."""
    return json.dumps(
        {
            "base": {"path": str(found.base.path), "version": str(found.base.version)},
            "contract": {"path": str(found.contract.path), "version": str(found.contract.version)},
            "changes": [
                {
                    "what": change.what,
                    "where": change.where,
                    "pointer": change.pointer or None,
                    "operations": list(change.operations),
                    "breaks": list(change.breaks),
                    "bump": str(change.bump),
                    "rule": change.rule,
                }
                for change in found.changes
            ],
            "bump": str(found.bump),
            "needed": str(found.needed),
            "enough": found.is_enough,
        },
        ensure_ascii=False,
        indent=2,
    )


def _verdict(found: Comparison) -> list[str]:
    broken = sum(bool(one.breaks) for one in found.changes)
    enough = "enough" if found.is_enough else f"too low: set info.version to {found.needed}"
    return [
        f"changes         {len(found.changes)}, {broken} of them breaking",
        f"version of base {found.base.version}",
        f"version now     {found.contract.version}",
        f"version needed  {found.needed} ({found.bump})",
        f"verdict         {enough}",
    ]
