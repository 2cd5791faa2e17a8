"""A record where reviewers look: annotations of GitHub, and SARIF 2.1.0, at the lines of the contract."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.terminal import accidents, conclusion, places_of, plural, shortened
from callr_sms_contract.results import Cause, Fault, Record, causes_of

_MOST: Final = 30
"""More annotations of one step are not shown by GitHub."""
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_VALUE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotations(record: Record) -> Iterator[str]:
    """Return a workflow command of GitHub Actions for each failure, and for a run that ended early."""
    for cause in record.causes[:_MOST]:
        where = {"title": _title(cause.main)}
        if record.contract_file and cause.main.line:
            where = {"file": record.contract_file, "line": str(cause.main.line), **where}
        yield _command("error", where, _message(cause))
    if record.stopped or record.lacks:
        yield _command("error", {"title": "The contract tests are incomplete"}, conclusion(record))


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    words = ",".join(f"{name}={visible(text).translate(_PROPERTY)}" for name, text in properties.items())
    return f"::{kind} {words}::{visible(message).translate(_VALUE)}"


def _title(fault: Fault) -> str:
    return shortened(f"{fault.operation}: {fault.title}")


def _message(cause: Cause) -> str:
    lines = [_title(cause.main), places_of(cause), *map(shortened, cause.main.message.splitlines())]
    return "\n".join([*filter(None, lines), f"found {plural(cause.count, 'time')}"])


def sarif(record: Record) -> str:
    """Return the record in the Static Analysis Results Interchange Format (OASIS), version 2.1.0."""
    known = {each.fault.group: each.reason for each in record.known}
    causes = [*record.causes, *causes_of([each.fault for each in record.known])]
    rules = sorted({_rule(cause.main) for cause in causes})
    notes = (
        [] if record.holds or record.faults else [{"level": "error", "message": {"text": conclusion(record)}}]
    )
    notes += [{"level": "note", "message": {"text": line}} for line in accidents(record)]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "callr-sms-contract", "rules": [{"id": rule} for rule in rules]}},
        "invocations": [
            {
                "executionSuccessful": not (record.stopped or record.errors or record.lacks),
                "toolExecutionNotifications": notes,
            }
        ],
        "results": [_result(cause, rules, record, known) for cause in causes],
        "columnKind": "unicodeCodePoints",
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return visible(json.dumps(document, indent=1, ensure_ascii=False)) + "\n"


def _rule(fault: Fault) -> str:
    return visible(fault.rule or fault.check)


def _result(cause: Cause, rules: list[str], record: Record, known: dict[str, str]) -> dict[str, Any]:
    fault = cause.main
    found: dict[str, Any] = {
        "ruleId": _rule(fault),
        "ruleIndex": rules.index(_rule(fault)),
        "level": "error",
        "message": {"text": visible(_message(cause))},
        "occurrenceCount": cause.count,
        # The same failure of another run has the same one, so that a reviewer dismisses it once.
        "partialFingerprints": {"cause/v1": hashlib.sha256(fault.group.encode()).hexdigest()},
    }
    if record.contract_file and fault.line:
        artifact = {"uri": record.contract_file}
        found["locations"] = [
            {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": fault.line}}}
        ]
    if fault.group in known:
        found["suppressions"] = [{"kind": "external", "justification": visible(known[fault.group])}]
    return found
