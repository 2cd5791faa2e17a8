"""Failures where reviewers look: at the line of the contract, in annotations, SARIF and JUnit."""

import dataclasses
import json
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.cli.commands import main
from callr_sms_contract.contract import CONTRACT_PATH, Contract, Lines
from callr_sms_contract.reports import annotations
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.review import sarif
from callr_sms_contract.results import to_json, with_baseline
from callr_sms_contract.results.baseline import Entry
from callr_sms_contract.results.record import OperationTime
from tests.contract_tests.lying_proxy import Proxy, Request, Response
from tests.contract_tests.records import BAD, FAULT, GOOD, RULE_FAULT

TEXT = CONTRACT_PATH.read_text("utf-8").splitlines()
PLACED = dataclasses.replace(
    BAD,
    contract_file="openapi/openapi.yaml",
    faults=(dataclasses.replace(FAULT, line=12), dataclasses.replace(RULE_FAULT, line=0)),
)


@pytest.mark.parametrize(
    ("label", "rule", "status", "place", "shown"),
    [
        ("GET /sms", "list-order", "200", "list-order", "- name: list-order"),
        ("GET /sms/{hash}", "", "200", "data.date_creation", "$ref: '#/components/schemas/Datetime'"),
        ("GET /sms", "", "200", "data.nature", "$ref: '#/components/schemas/Nature'"),
        ("POST /sms", "", "400", "400/422/body-json", "description:"),
        ("GET /sms/send", "", "", "anything", "operationId: sendSmsByQuery"),
        ("GET /sms/send", "nothing", "999", "", "operationId: sendSmsByQuery"),
        ("webhook sms-mt-status-update", "event-signed", "", "", "name: event-signed"),
        ("other paths and methods", "", "404", "", "/sms:"),
    ],
)
def test_a_failure_has_the_line_of_what_it_breaks(  # noqa: PLR0913, PLR0917 - a place has parts
    label: str, rule: str, status: str, place: str, shown: str, contract: Contract
) -> None:
    line = Lines(contract).line(label, rule, status, place)
    assert any(shown in each for each in TEXT[line - 1 : line + 1]), (line, TEXT[line - 1 : line + 2])


def test_the_file_is_named_from_the_current_folder(
    contract: Contract, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(CONTRACT_PATH.parents[1])
    assert Lines(contract).file == "openapi/openapi.yaml"
    monkeypatch.chdir(tmp_path)
    assert Lines(contract).file == "openapi.yaml"  # no path of the machine
    assert (
        Lines(Contract(contract.document)).file,
        Lines(Contract(contract.document)).line("", "", "", ""),
    ) == ("", 0)


def test_an_annotation_is_one_line_that_nothing_escapes_from() -> None:
    evil = dataclasses.replace(
        PLACED.faults[0], title="a::b,c%\n::error::x", message="d\r\n::warning::y\x1b[0m"
    )
    first, *_ = annotations(dataclasses.replace(PLACED, faults=(evil,)))
    assert first.startswith("::error file=openapi/openapi.yaml,line=12,title=POST /sms%3A a%3A%3Ab%2Cc%25 ")
    assert "\n" not in first
    assert "\x1b" not in first
    assert first.count("::") - first.partition("title=")[2].partition("::")[2].count("::") == 2


def test_annotations_are_one_for_each_cause_and_one_for_an_early_end() -> None:
    lines = list(annotations(PLACED))
    assert len(lines) == 2
    assert lines[1].startswith("::error title=POST /sms%3A Order::")
    (early,) = annotations(dataclasses.replace(GOOD, stopped="interrupted by SIGTERM"))
    assert early.startswith(
        "::error title=The contract tests are incomplete::incomplete, interrupted by SIGTERM"
    )
    assert list(annotations(GOOD)) == []


def test_sarif_has_its_structure() -> None:
    known = with_baseline(PLACED, (Entry(FAULT.group, "known", date(2999, 1, 1)),), date(2026, 1, 1))
    document = json.loads(sarif(known))
    assert (document["version"], document["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-2.1.0.json")
    (run,) = document["runs"]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert names == sorted(set(names)) == ["answer_headers", "list-order"]
    by_rule = {result["ruleId"]: result for result in run["results"]}
    for result in run["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "error"
        assert result["message"]["text"]
        assert len(result["partialFingerprints"]["cause/v1"]) == 64
    place = by_rule["answer_headers"]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "openapi/openapi.yaml"}, "region": {"startLine": 12}}
    assert "locations" not in by_rule["list-order"]
    assert by_rule["answer_headers"]["suppressions"] == [{"kind": "external", "justification": "known"}]
    assert "suppressions" not in by_rule["list-order"]
    assert run["invocations"][0]["executionSuccessful"]
    stopped = json.loads(sarif(dataclasses.replace(GOOD, stopped="no server")))["runs"][0]["invocations"][0]
    assert not stopped["executionSuccessful"]
    assert stopped["toolExecutionNotifications"][0]["message"]["text"].startswith("incomplete, no server")


def test_junit_has_the_time_of_each_operation() -> None:
    record = dataclasses.replace(GOOD, times=(OperationTime("POST /sms", 3000),))
    root = ET.fromstring(junit(record))  # noqa: S314 - our own document
    suites = {suite.get("name"): suite for suite in root}
    assert suites["POST /sms"].get("time") == "3.000"
    assert [case.get("time") for case in suites["POST /sms"].iter("testcase")] == ["1.500"] * 2
    assert suites["GET /sms"].get("time") == "0.000"


def test_a_run_says_where(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the names of its JUnit suites are those of operations, whatever paths were requested."""
    monkeypatch.chdir(CONTRACT_PATH.parents[1])

    def lie(told: Response, _: Request) -> Response:
        return Response(409, told.headers, told.body) if told.status == 400 else told

    with Proxy(settings.base_url, lie=lie).listening() as proxy:
        record = run_suite(
            dataclasses.replace(settings, base_url=proxy.base_url, phases=(), webhooks="off", max_seconds=900)
        ).record
    (cause, *_) = record.causes
    assert record.contract_file == "openapi/openapi.yaml"
    assert "'400'" in TEXT[cause.main.line - 2] or "description" in TEXT[cause.main.line - 1]
    names = {suite.get("name") for suite in ET.fromstring(junit(record))}  # noqa: S314 - our own document
    operations = {"GET /sms", "GET /sms/send", "GET /sms/{hash}", "POST /sms"}
    rest = {"other paths and methods", "phases", "webhook sms-mo", "webhook sms-mt-status-update"}
    assert operations <= names <= operations | rest
    assert all(row.milliseconds >= 0 for row in record.times)
    assert {row.operation for row in record.times} == operations


def test_a_job_of_github_gets_annotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record, report = tmp_path / "1.json", tmp_path / "1.sarif"
    record.write_text(to_json(dataclasses.replace(PLACED, shards=())), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["program", "merge", str(record), "--sarif", str(report)])
    for value, count in (("true", 2), ("", 0)):
        monkeypatch.setenv("GITHUB_ACTIONS", value)
        with pytest.raises(SystemExit):
            main()
        output = capsys.readouterr().out
        assert output.count("::error ") == count
        assert output.splitlines()[-1].startswith("the contract is broken in 2 ways")
    assert json.loads(report.read_text("utf-8"))["runs"]
