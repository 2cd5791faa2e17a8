"""A record as JUnit XML: a suite for each operation, with a case for each of its checks and rules."""

import re
from collections import defaultdict
from typing import Final
from xml.etree import ElementTree as ET

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.terminal import accidents
from callr_sms_contract.results import Fault, Record

_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(record: Record) -> str:
    """Return the document, with its declaration."""
    cases: dict[str, dict[str, list[Fault]]] = defaultdict(dict)
    skipped: set[tuple[str, str]] = set()
    for check in record.checks:
        cases[check.operation].setdefault(f"check {check.check}", [])
    for rule in record.rules:
        cases[rule.operation].setdefault(f"rule {rule.rule}", [])
        if not (rule.kept or rule.broken or rule.open):
            skipped.add((rule.operation, f"rule {rule.rule}"))
    for fault in record.faults:
        kind = f"rule {fault.rule}" if fault.rule else f"check {fault.check}"
        cases[fault.operation].setdefault(kind, []).append(fault)
    root = ET.Element("testsuites", name="contract tests", time=f"{record.seconds:.1f}")
    for operation in sorted(cases):
        _suite(root, operation, cases[operation], skipped, record)
    _phases(root, record)
    _excluded(root, record)
    if record.errors or record.stopped:
        _errors(root, record)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(
    root: ET.Element,
    operation: str,
    cases: dict[str, list[Fault]],
    skipped: set[tuple[str, str]],
    record: Record,
) -> None:
    # A check has no time of its own: each has its part of that of the operation.
    seconds = sum(row.milliseconds for row in record.times if row.operation == operation) / 1000
    part = f"{seconds / len(cases):.3f}"
    found = [name for name in cases if not cases[name] and (operation, name) in skipped]
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_clean(operation or "all operations"),
        tests=str(len(cases)),
        failures=str(sum(1 for faults in cases.values() if faults)),
        errors="0",
        skipped=str(len(found)),
        time=f"{seconds:.3f}",
        timestamp=record.started.removesuffix("Z"),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("seed", " ".join(map(str, record.seeds))), ("server", record.base_url)):
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for name, faults in sorted(cases.items()):
        case = ET.SubElement(suite, "testcase", classname=_clean(operation), name=_clean(name), time=part)
        if name in found:
            ET.SubElement(case, "skipped", message="no request and no response of this run exercised it")
        if faults:
            message = "; ".join(dict.fromkeys(fault.title for fault in faults))
            failure = ET.SubElement(case, "failure", type=_clean(faults[0].check), message=_clean(message))
            failure.text = _clean("\n\n".join(map(_shown_push, faults)))


def _phases(root: ET.Element, record: Record) -> None:
    """Add a case for each phase; one without its minimum is skipped."""
    if not record.phases:
        return
    suite = ET.SubElement(
        root,
        "testsuite",
        name="phases",
        tests=str(len(record.phases)),
        failures="0",
        errors="0",
        skipped=str(len(record.starved)),
        time=f"{sum(row.seconds for row in record.phases):.1f}",
    )
    for row in record.phases:
        case = ET.SubElement(
            suite, "testcase", classname="phases", name=_clean(row.phase), time=f"{row.seconds:.1f}"
        )
        if row in record.starved:
            message = f"too little time: {row.requests} of at least {row.minimum} requests"
            ET.SubElement(case, "skipped", message=message)


def _excluded(root: ET.Element, record: Record) -> None:
    """Add a skipped case for each thing that was excluded, each accident and each known fault."""
    known = {f"{each.fault.operation}: {each.fault.group}": each for each in record.known}
    rows = [(name, "excluded by --exclude") for name in record.excluded]
    rows += [(line.partition(": ")[2], line.partition(":")[0]) for line in accidents(record)]
    rows += [(name, f"known until {each.expires}: {each.reason}") for name, each in sorted(known.items())]
    if not rows:
        return
    number = str(len(rows))
    suite = ET.SubElement(
        root, "testsuite", name="not judged", tests=number, failures="0", errors="0", skipped=number
    )
    for name, message in rows:
        case = ET.SubElement(suite, "testcase", classname="not judged", name=_clean(name), time="0")
        ET.SubElement(case, "skipped", message=_clean(message))


def _errors(root: ET.Element, record: Record) -> None:
    errors = ((f"incomplete: {record.stopped}",) if record.stopped else ()) + record.errors
    number = str(len(errors))
    suite = ET.SubElement(
        root, "testsuite", name="the suite itself", tests=number, failures="0", errors=number, skipped="0"
    )
    for index, error in enumerate(errors, 1):
        case = ET.SubElement(suite, "testcase", classname="the suite itself", name=f"error {index}", time="0")
        ET.SubElement(case, "error", message=_clean(error))


def _shown_push(fault: Fault) -> str:
    lines = [fault.title, fault.message, *fault.curl]
    if fault.status:
        lines.append(f"→ {fault.status} {fault.answer}".rstrip())
    return "\n".join(filter(None, lines))


def _clean(text: str) -> str:
    """Return `text` without characters that act, and without those that XML does not allow."""
    return _NOT_XML.sub("\ufffd", visible(text))
