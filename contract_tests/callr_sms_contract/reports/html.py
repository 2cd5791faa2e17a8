"""A record as one HTML file, without scripts and without requests to other hosts."""

from collections import defaultdict
from functools import cache
from typing import Any

import jinja2

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.terminal import accidents, conclusion, lack_of, phases_of, places_of, plural
from callr_sms_contract.reports.totals import kind_totals, rule_totals
from callr_sms_contract.results import Record


def html(record: Record) -> str:
    """Return the page."""
    page = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            record=record,
            conclusion=conclusion(record),
            plural=plural,
            lack=lack_of(record),
            places=places_of,
            phases=phases_of(record),
            accidents=accidents(record),
            operations=_operations(record),
            rules=rule_totals(record),
            coverage=kind_totals(record),
            unsure=[row for row in record.drift if row.is_open],
            refuted=[row for row in record.drift if row.verdict == "refuted"],
        )
    )
    return visible(page)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("callr_sms_contract", "reports/templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _operations(record: Record) -> list[dict[str, Any]]:
    names = sorted({row.operation for row in record.requests})
    checks: dict[str, list[Any]] = defaultdict(list)
    for row in record.checks:
        checks[row.operation].append(row)
    return [
        {
            "name": name,
            "requests": {row.phase: row.count for row in record.requests if row.operation == name},
            "checks": checks[name],
            "faults": sum(1 for fault in record.faults if fault.operation == name),
        }
        for name in names
    ]
