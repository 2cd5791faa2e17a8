"""Records of the shards of one run, merged into one."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from callr_sms_contract.results.faults import merged_faults
from callr_sms_contract.results.record import (
    ROWS,
    STATES,
    AccidentCount,
    CheckCount,
    CoverageCount,
    Drift,
    LinkCount,
    OperationTime,
    PhaseCount,
    Record,
    RecordError,
    RequestCount,
    ResponseCount,
    RuleCount,
)

_SHARE: Final = re.compile(r"([1-9]\d{0,4})/([1-9]\d{0,4})")
_NAMED: Final = 10
"""How many shards an error message names."""

Item = TypeVar("Item", str, int)
Row = TypeVar(
    "Row",
    AccidentCount,
    OperationTime,
    RequestCount,
    ResponseCount,
    LinkCount,
    CheckCount,
    RuleCount,
    CoverageCount,
    Drift,
)


def summed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows with those of the same key added up, sorted by key."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        values = {each.name: getattr(row, each.name) for each in fields(row)}
        key = tuple(value for name, value in values.items() if isinstance(value, str) and name != "evidence")
        found[key] = _sum(found[key], values) if key in found else row
    return tuple(found[key] for key in sorted(found))


def _sum(known: Row, values: dict[str, Any]) -> Row:
    changes: dict[str, Any] = {
        name: getattr(known, name) + value for name, value in values.items() if isinstance(value, int)
    }
    if isinstance(known, Drift):
        changes["evidence"] = known.evidence or values["evidence"]
    return replace(known, **changes)


def merged(records: Sequence[Record]) -> Record:
    """Merge records; raises RecordError when they differ in their contract or kind of server.

    Every shard of a run is needed exactly once.
    """
    first = records[0]
    for other in records[1:]:
        for name in ("contract", "is_live"):
            if getattr(other, name) != getattr(first, name):
                raise RecordError(
                    f"{name}: {getattr(other, name)!r} and {getattr(first, name)!r} cannot be merged; "
                    "expected records of one run"
                )
    _check_shards(Counter(shard for record in records for shard in record.shards))
    rows: dict[str, Any] = {
        name: summed(row for record in records for row in getattr(record, name))
        for name in ROWS
        if name not in {"faults", "phases"}
    }
    return replace(
        first,
        base_url=", ".join(_each(record.base_url for record in records)),
        profile=", ".join(_each(record.profile for record in records)),
        seeds=_each(seed for record in records for seed in record.seeds),
        shards=_each(shard for record in records for shard in record.shards),
        started=min(record.started for record in records),
        seconds=max(record.seconds for record in records),
        is_complete=all(record.is_complete for record in records),
        faults=merged_faults(fault for record in records for fault in record.faults),
        errors=_each(error for record in records for error in record.errors),
        spent=tuple(line for record in records for line in record.spent),
        notes=_each(note for record in records for note in record.notes),
        stopped="; ".join(_each(record.stopped for record in records if record.stopped)),
        phases=_phases(phase for record in records for phase in record.phases),
        excluded=_each(each for record in records for each in record.excluded),
        known=tuple(each for record in records for each in record.known),
        allows_incomplete=all(record.allows_incomplete for record in records),
        **rows,
    )


def _phases(rows: Iterable[PhaseCount]) -> tuple[PhaseCount, ...]:
    """Return one row for each phase: shards run at the same time, and one without its minimum is enough."""
    found: dict[str, PhaseCount] = {}
    for row in rows:
        known = found.get(row.phase)
        if known is not None:
            row = PhaseCount(  # noqa: PLW2901 - the sum takes its place
                row.phase,
                max(known.state, row.state, key=STATES.index),
                known.requests + row.requests,
                known.minimum + row.minimum,
                max(known.seconds, row.seconds),
            )
        found[row.phase] = row
    return tuple(found.values())


def _check_shards(found: Counter[str]) -> None:
    expected = "expected each shard of a run once"
    totals = {_total(shard) for shard in found}
    doubled = [shard for shard, count in found.items() if count > 1]
    if doubled:
        raise RecordError(f"shards: {_named(doubled)} more than once; {expected}")
    missing = [
        shard
        for total in sorted(totals)
        for shard in (f"{number}/{total}" for number in range(1, total + 1))
        if shard not in found
    ]
    if missing:
        raise RecordError(f"shards: {_named(missing)} missing, found {_named(list(found))}; {expected}")


def _total(shard: str) -> int:
    """Return the number of shards of its run."""
    parts = _SHARE.fullmatch(shard)
    if parts is None or int(parts[1]) > int(parts[2]):
        raise RecordError(f"shards: {shard!r} is not a shard; expected one like 2/8")
    return int(parts[2])


def _named(shards: Sequence[str]) -> str:
    more = f" and {len(shards) - _NAMED} more" if len(shards) > _NAMED else ""
    return ", ".join(map(repr, shards[:_NAMED])) + more


def _each(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
