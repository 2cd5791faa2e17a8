"""The results of a run as data without secrets: every report is made from it, and records can be merged.

In a row, strings are the key and integers are counts: rows with the same strings are added up.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from callr_sms_contract.results.faults import Cause, Fault, causes_of, merged_faults

VERSION: Final = 1
PROVING: Final = frozenset({"seed", "rest-intro", "webhooks", "support", "sdk", "capture", "clients"})
"""The words of `x-provenance` whose sources show what they say on this version of the API."""

_SHARE: Final = re.compile(r"([1-9]\d{0,4})/([1-9]\d{0,4})")
_NAMED: Final = 10
"""How many shards an error message names."""


class RecordError(ValueError):
    """A file that is not a record of a run; the message names it and what was expected."""


@dataclass(frozen=True)
class RequestCount:
    """Requests of an operation in a phase."""

    operation: str
    phase: str
    count: int


@dataclass(frozen=True)
class OperationTime:
    """How many milliseconds the requests of an operation took."""

    operation: str
    milliseconds: int


@dataclass(frozen=True)
class ResponseCount:
    """Responses of one status, by the expected one."""

    expected: str
    status: str
    count: int


@dataclass(frozen=True)
class AccidentCount:
    """Requests of an operation to which a gateway responded, or nobody in time; they are no failures."""

    operation: str
    what: str
    count: int


COMPLETE: Final = "complete"
CUT: Final = "cut short"
"""The phase got its minimum, but not all that it was meant to."""
STARVED: Final = "not tried enough"
_STATES: Final = (COMPLETE, CUT, STARVED)


@dataclass(frozen=True)
class PhaseCount:
    """A phase of a run: its state, and the minimum of requests without which it counts as not tried."""

    phase: str
    state: str
    requests: int
    minimum: int
    seconds: float


@dataclass(frozen=True)
class LinkCount:
    """How often a link of the contract was followed."""

    link: str
    count: int


@dataclass(frozen=True)
class CheckCount:
    """A check at an operation."""

    operation: str
    check: str
    passed: int
    failed: int


@dataclass(frozen=True)
class RuleCount:
    """A rule at an operation: how many requests and responses kept it, broke it, or left it open."""

    operation: str
    rule: str
    kept: int
    broken: int
    open: int


@dataclass(frozen=True)
class CoverageCount:
    """A part of the contract that can be reached, and how often it was."""

    kind: str
    part: str
    count: int


@dataclass(frozen=True)
class Drift:
    """What the traffic shows about one statement of the contract."""

    place: str
    says: str
    provenance: str
    confirmed: int
    contradicted: int
    evidence: str = ""
    """Of the first contradiction, redacted; it is not part of the key."""

    @property
    def confidence(self) -> str:
        """Return how sure its sources make it: `proven`, `indicated`, `choice`, or `unknown` without one."""
        words = set(filter(None, self.provenance.split(", ")))
        if words & PROVING:
            return "proven"
        return "indicated" if words - {"choice"} else "choice" if words else "unknown"

    @property
    def is_open(self) -> bool:
        """Return whether no source shows it on this version of the API, or whether a detail is a choice."""
        return self.confidence in {"indicated", "choice"} or "choice" in self.provenance.split(", ")

    @property
    def verdict(self) -> str:
        """Return what the traffic shows: `refuted`, `proven` or `unknown`."""
        if self.contradicted:
            return "refuted"
        return "proven" if self.confirmed else "unknown"


@dataclass(frozen=True)
class KnownFault:
    """A fault that a baseline accepts, with its reason there and its last day."""

    fault: Fault
    reason: str
    expires: str


@dataclass(frozen=True)
class Record:
    """The results of a run, or of several that were merged."""

    base_url: str
    contract: str
    """Title and version."""
    profile: str
    seeds: tuple[int, ...]
    shards: tuple[str, ...]
    is_live: bool
    started: str
    """In UTC, as RFC 3339 writes it."""
    seconds: float
    is_complete: bool = True
    """False when not everything was tested; the notes say why."""
    requests: tuple[RequestCount, ...] = ()
    answers: tuple[ResponseCount, ...] = ()
    links: tuple[LinkCount, ...] = ()
    checks: tuple[CheckCount, ...] = ()
    rules: tuple[RuleCount, ...] = ()
    coverage: tuple[CoverageCount, ...] = ()
    drift: tuple[Drift, ...] = ()
    faults: tuple[Fault, ...] = ()
    errors: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()
    """What was paid for."""
    notes: tuple[str, ...] = ()
    """What was not tested or not seen; none of it is a failure."""
    stopped: str = ""
    """Why the run ended before its time, in words; empty for one that came to its end."""
    phases: tuple[PhaseCount, ...] = ()
    """In the order of the run."""
    contract_file: str = ""
    """The file of the contract, from the folder of the run if it is below it."""
    times: tuple[OperationTime, ...] = ()
    excluded: tuple[str, ...] = ()
    """What was excluded, such as `rule list-order`."""
    known: tuple[KnownFault, ...] = ()
    """The faults that a baseline accepts."""
    accidents: tuple[AccidentCount, ...] = ()
    allows_incomplete: bool = False
    """Whether phases without their minimum are accepted."""
    version: int = VERSION

    @property
    def holds(self) -> bool:
        """Return whether the server kept the contract in everything that was tested."""
        return not (self.faults or self.errors or self.stopped or self.lacks)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """Return the faults, those of one cause together."""
        return causes_of(self.faults)

    @property
    def starved(self) -> tuple[PhaseCount, ...]:
        """Return the phases that did not get their minimum."""
        return tuple(phase for phase in self.phases if phase.state == STARVED)

    @property
    def lacks(self) -> bool:
        """Return whether phases did not get their minimum, and nobody allowed that."""
        return bool(self.starved) and not self.allows_incomplete

    @property
    def total(self) -> int:
        """Return the number of all requests."""
        return sum(row.count for row in self.requests)


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

_ROWS: Final[dict[str, type[Any]]] = {
    "phases": PhaseCount,
    "accidents": AccidentCount,
    "requests": RequestCount,
    "times": OperationTime,
    "answers": ResponseCount,
    "links": LinkCount,
    "checks": CheckCount,
    "rules": RuleCount,
    "coverage": CoverageCount,
    "drift": Drift,
    "faults": Fault,
}


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
        for name in _ROWS
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
                max(known.state, row.state, key=_STATES.index),
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


Item = TypeVar("Item", str, int)


def _each(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


def to_json(record: Record) -> str:
    """Return the record as JSON."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def read_record(path: Path) -> Record:
    """Read a record from the file `path`; raises RecordError, or OSError when it cannot be read."""
    expected = "expected a file that --json wrote"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RecordError(f"{path}: not JSON ({error}); {expected}") from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise RecordError(f"{path}: not a record of version {VERSION}; {expected}")
    try:
        return _record(document)
    except (KeyError, TypeError) as error:
        raise RecordError(f"{path}: a property is missing or unknown ({error}); {expected}") from None


def _record(document: dict[str, Any]) -> Record:
    values = dict(document)
    for name, kind in _ROWS.items():
        values[name] = tuple(kind(**row) for row in values.get(name, ()))
    values["faults"] = tuple(replace(each, curl=tuple(each.curl)) for each in values["faults"])
    values["known"] = tuple(
        KnownFault(
            replace(Fault(**each["fault"]), curl=tuple(each["fault"]["curl"])),
            each["reason"],
            each["expires"],
        )
        for each in values.get("known", ())
    )
    for name in ("seeds", "shards", "errors", "spent", "notes", "excluded"):
        values[name] = tuple(values.get(name, ()))
    return Record(**values)
