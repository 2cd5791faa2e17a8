"""Sums over the rows of a record, as several reports show them."""

from dataclasses import dataclass

from callr_sms_contract.results import Record


@dataclass(frozen=True)
class RuleTotal:
    """One rule over all operations."""

    name: str
    operations: tuple[str, ...]
    kept: int
    broken: int
    open: int
    faults: int

    @property
    def touched(self) -> bool:
        """Return whether any request or response exercised it."""
        return bool(self.kept or self.broken or self.open)


@dataclass(frozen=True)
class KindTotal:
    """One kind of parts of the contract."""

    kind: str
    all: int
    reached: int
    missed: tuple[str, ...]


def rule_totals(record: Record) -> list[RuleTotal]:
    """Return the rules by name."""
    return [_rule_total(name, record) for name in sorted({row.rule for row in record.rules})]


def _rule_total(name: str, record: Record) -> RuleTotal:
    rows = [row for row in record.rules if row.rule == name]
    return RuleTotal(
        name,
        tuple(sorted({row.operation for row in rows})),
        sum(row.kept for row in rows),
        sum(row.broken for row in rows),
        sum(row.open for row in rows),
        sum(1 for fault in record.faults if fault.rule == name),
    )


def kind_totals(record: Record) -> list[KindTotal]:
    """Return the kinds of parts of the contract by name."""
    found = []
    for kind in sorted({row.kind for row in record.coverage}):
        rows = [row for row in record.coverage if row.kind == kind]
        missed = tuple(row.part for row in rows if not row.count)
        found.append(KindTotal(kind, len(rows), len(rows) - len(missed), missed))
    return found
