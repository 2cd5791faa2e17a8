"""The results of a run as data without secrets: every report is made from it, and records can be merged.

In a row, strings are the key and integers are counts: rows with the same strings are added up.
"""

import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from callr_sms_contract.results.faults import Cause, Fault, causes_of

VERSION: Final = 1
PROVING: Final = frozenset({"seed", "rest-intro", "webhooks", "support", "sdk", "capture", "clients"})
"""The words of `x-provenance` whose sources show what they say on this version of the API."""


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
STATES: Final = (COMPLETE, CUT, STARVED)


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


ROWS: Final[dict[str, type[Any]]] = {
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


def to_json(record: Record) -> str:
    """Return the record as JSON."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def read_record(path: Path) -> Record:
    """Read a record from the file `path`; raises RecordError when it is not one."""
    expected = "expected a file that --json wrote"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(f"{path} cannot be read ({error.strerror}); {expected}") from None
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
    for name, kind in ROWS.items():
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
