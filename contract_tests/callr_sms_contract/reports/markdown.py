"""A record as Markdown, for the summary of a CI job."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.terminal import (
    accidents,
    called,
    conclusion,
    phases_of,
    places_of,
    plural,
    shortened,
)
from callr_sms_contract.reports.totals import rule_totals
from callr_sms_contract.results import COMPLETE, Cause, CheckCount, Drift, Record, RequestCount

_MOST_FAULTS: Final = 30
"""The summary of a job has a size limit; the other reports have them all."""
_MOST_ROWS: Final = 60
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(record: Record) -> str:
    """Return the page."""
    sign = "✅" if record.holds else "❌" if record.faults else "⚠️"
    lines = [f"## {sign} Contract tests: {_plain(conclusion(record))}", "", _about(record), ""]
    lines += _operations(record)
    lines += _phases(record)
    lines += _faults(record)
    lines += [f"- ⚠️ {_plain(error)}" for error in record.errors]
    lines += [f"- {_plain(line)}" for line in (*accidents(record), *record.notes)]
    lines += [""] if record.errors or record.accidents or record.notes else []
    lines += _rules(record)
    lines += _coverage(record)
    lines += drift_table(record)
    return visible("\n".join(lines).rstrip() + "\n")


def _about(record: Record) -> str:
    kind = f"live, {called(record)}" if record.is_live else "on this machine"
    spent = "".join(f" · {_plain(line)}" for line in record.spent)
    about = f"`{record.base_url}` ({kind}) · {_plain(record.contract)} · profile `{record.profile}`{spent}"
    return f"{about} · **incomplete**: {_plain(record.stopped)}" if record.stopped else about


def _operations(record: Record) -> Iterator[str]:
    phases = phases_of(record)
    requests: dict[str, list[RequestCount]] = defaultdict(list)
    checks: dict[str, list[CheckCount]] = defaultdict(list)
    for row in record.requests:
        requests[row.operation].append(row)
    for each in record.checks:
        checks[each.operation].append(each)
    yield f"| operation | {' | '.join(phases)} | checks | failed |"
    yield f"| --- |{' ---: |' * (len(phases) + 2)}"
    for operation, rows in requests.items():
        found = {row.phase: row.count for row in rows}
        failed = sum(row.failed for row in checks[operation])
        total = sum(row.passed for row in checks[operation]) + failed
        counts = " | ".join(str(found.get(phase, 0)) for phase in phases)
        yield f"| `{operation}` | {counts} | {total} | {f'**{failed}**' if failed else 0} |"
    yield ""


def _phases(record: Record) -> Iterator[str]:
    """Return the phases that did not make all of their requests."""
    rows = [row for row in record.phases if row.state != COMPLETE]
    if rows:
        yield "| not finished | state | requests | minimum | seconds |"
        yield "| --- | --- | ---: | ---: | ---: |"
        for row in rows:
            yield f"| {row.phase} | {row.state} | {row.requests} | {row.minimum} | {row.seconds:.1f} |"
        yield ""


def _faults(record: Record) -> Iterator[str]:
    if not record.causes:
        return
    yield "### What is broken"
    yield ""
    for number, cause in enumerate(record.causes[:_MOST_FAULTS], 1):
        yield from _fault(number, cause)
    rest = len(record.causes) - _MOST_FAULTS
    if rest > 0:
        yield f"… and {plural(rest, 'more way')}: see the other reports."
        yield ""


def _fault(number: int, cause: Cause) -> Iterator[str]:
    fault, places = cause.main, places_of(cause)
    title = _plain(f"{number}. {fault.operation} — {fault.title}")
    yield f"<details><summary>{title} <code>{fault.check}</code>, {plural(cause.count, 'time')}</summary>"
    yield ""
    if places:
        yield _plain(places)
        yield ""
    fence = "`" * (3 + max(map(len, re.findall("`+", fault.message + fault.answer)), default=0))
    yield f"{fence}sh"
    yield from (f"# {shortened(line)}" for line in fault.message.splitlines() if line.strip())
    yield from fault.curl
    if fault.status:
        yield f"# → {fault.status} {shortened(fault.answer)}".rstrip()
    yield fence
    yield ""
    yield "</details>"
    yield ""


def _rules(record: Record) -> Iterator[str]:
    rules = rule_totals(record)
    touched = sum(1 for rule in rules if rule.touched)
    yield f"<details><summary>Rules: {touched} of {len(rules)} exercised</summary>"
    yield ""
    yield "| rule | kept | broken | open |"
    yield "| --- | ---: | ---: | ---: |"
    for rule in rules:
        yield f"| `{rule.name}` | {rule.kept} | {rule.broken} | {rule.open} |"
    yield ""
    yield "</details>"
    yield ""


def _coverage(record: Record) -> Iterator[str]:
    if not record.coverage:
        return
    reached = [row for row in record.coverage if row.count]
    share = f" ({100 * len(reached) / len(record.coverage):.1f} %)" if record.is_complete else " so far"
    yield f"Coverage of the contract: {len(reached)} of {len(record.coverage)} parts{share}."
    missed = [f"`{row.kind} {row.part}`" for row in record.coverage if not row.count]
    if missed:
        more = f", and {len(missed) - _MOST_ROWS} more" if len(missed) > _MOST_ROWS else ""
        yield f"Not reached: {', '.join(missed[:_MOST_ROWS])}{more}."
    yield ""


def drift_report(record: Record) -> str:
    """Return where the server differs from the contract, and what becomes of all that was not proven."""
    lines = [f"# Drift: `{record.base_url}` against {_plain(record.contract)}", "", _about(record), ""]
    refuted = [row for row in record.drift if row.verdict == "refuted"]
    lines.append("## Different from the contract")
    lines.append("")
    lines += _drift_rows(refuted) if refuted else ["Nothing, in all traffic that was seen.", ""]
    lines += ["## Not proven before this run", ""]
    lines.append(
        "What no source shows on this version of the API is `indicated` or a `choice`, as a whole or in a "
        "detail. `proven`: the traffic confirmed it and never contradicted it; `unknown`: it did not show it."
    )
    lines.append("")
    lines += _drift_rows([row for row in record.drift if row.is_open])
    return visible("\n".join(lines).rstrip() + "\n")


def drift_table(record: Record) -> Iterator[str]:
    """Return the differences from the contract, if any, for the summary of a job."""
    refuted = [row for row in record.drift if row.verdict == "refuted"]
    if refuted:
        yield "### Different from the contract"
        yield ""
        yield from _drift_rows(refuted[:_MOST_ROWS])


def _drift_rows(rows: list[Drift]) -> Iterator[str]:
    yield "| what | the contract says | source | confidence | verdict | confirmed | contradicted | evidence |"
    yield "| --- | --- | --- | --- | --- | ---: | ---: | --- |"
    for row in rows:
        yield (
            f"| `{row.place}` | {_plain(row.says)} | {row.provenance} | {row.confidence} | {row.verdict} "
            f"| {row.confirmed} | {row.contradicted} | {_plain(row.evidence)} |"
        )
    yield ""


def _plain(text: str) -> str:
    """Return `text` in one line, escaped for Markdown and HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
