"""The results for a terminal, as JSON and as JUnit XML; none of them has a text, a number or a credential."""

import json
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as ET

from callr_sms_contract.client_check.findings import Findings, Trial, Verdict
from callr_sms_contract.reports import OutputError, visible

_VERSION = 1
_NAME, _NUMBER, _END = 28, 10, 14


def header() -> str:
    """Return the first line of the table."""
    return _line("break", "delivered", "end", "result")


def row(trial: Trial) -> str:
    """Return the line of a run."""
    return _line(trial.name, str(trial.delivered), trial.ended.words, trial.result)


def _line(name: str, number: str, end: str, result: str) -> str:
    return f"{name:<{_NAME}}{number:>{_NUMBER}}  {end:<{_END}}{result}".rstrip()


def write_reports(findings: Findings, json_file: str, junit_file: str) -> None:
    """Write the reports whose files have a name; raises OutputError for one that cannot be written."""
    if json_file:
        _write("--json", Path(json_file), _as_json(findings))
    if junit_file:
        _write("--junit", Path(junit_file), _as_junit(findings))


def _write(option: str, path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutputError(
            f"{option}: {path} cannot be written ({error.strerror}); expected a writable file"
        ) from None


def _as_json(findings: Findings) -> str:
    document = {
        "version": _VERSION,
        "program": visible(findings.program),
        "doubled": findings.doubled,
        "lost": findings.lost,
        "not_judged": len(findings.unjudged),
        "is_complete": not findings.stopped,
        "stopped": findings.stopped,
        "seconds": round(findings.seconds, 1),
        "runs": [_as_data(each) for each in findings.trials],
    }
    return json.dumps(document, indent=1) + "\n"


def _as_data(trial: Trial) -> dict[str, object]:
    return {
        "break": trial.name,
        "what": trial.words,
        "verdict": str(trial.verdict),
        "delivered": trial.delivered,
        "broken": trial.hits,
        "seconds": round(trial.seconds, 2),
        **asdict(trial.ended),
    }


def _as_junit(findings: Findings) -> str:
    bad, skipped = (Verdict.DOUBLED, Verdict.LOST), (Verdict.UNENDED, Verdict.UNTOUCHED, Verdict.IMPOSSIBLE)
    suite = ET.Element(
        "testsuite",
        name="client",
        tests=str(len(findings.trials) + bool(findings.stopped)),
        failures=str(sum(map(findings.count, bad))),
        errors=str(int(bool(findings.stopped))),
        skipped=str(sum(map(findings.count, skipped))),
        time=f"{findings.seconds:.1f}",
    )
    for trial in findings.trials:
        case = ET.SubElement(
            suite, "testcase", classname="client", name=trial.name, time=f"{trial.seconds:.2f}"
        )
        message = f"{trial.words}: {trial.result} ({trial.ended.words})"
        if trial.verdict in bad:
            ET.SubElement(case, "failure", type=str(trial.verdict), message=message)
        elif trial.verdict in skipped:
            ET.SubElement(case, "skipped", message=message)
    if findings.stopped:
        case = ET.SubElement(suite, "testcase", classname="client", name="the suite itself", time="0")
        ET.SubElement(case, "error", message=f"incomplete: {findings.stopped}")
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suite, encoding="unicode")}\n'
