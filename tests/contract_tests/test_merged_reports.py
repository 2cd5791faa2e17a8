"""Merging records whose values all differ, and the reports of them, compared as a whole."""

from __future__ import annotations

import signal
from dataclasses import asdict, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from callr_sms_contract.results import Fault
from callr_sms_contract.results.merging import merged
from callr_sms_contract.results.record import (
    CheckCount,
    CoverageCount,
    Drift,
    LinkCount,
    Record,
    RequestCount,
    ResponseCount,
    RuleCount,
    to_json,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GOLDEN = Path(__file__).parent / "golden"

FAULT = Fault(
    "GET /sms",
    "account_model",
    "order",
    "The list is <not> sorted",
    "first line\n\n  second | line",
    2,
    200,
    '{"data":[]}',
    rule="list-order",
    curl=("curl http://a/sms", "curl http://a/sms/2"),
    script="#!/bin/sh\nexit 1\n",
)
EARLY = Record(
    base_url="http://127.0.0.1:1/rest/v1.1",
    contract="CALLR SMS REST API 1.1.0",
    profile="quick",
    seeds=(7,),
    shards=("1/2",),
    is_live=True,
    started="2026-03-19T12:00:00Z",
    seconds=9.5,
    requests=(RequestCount("GET /sms", "fuzzing", 3), RequestCount("GET /sms", "examples", 2)),
    answers=(ResponseCount("200", "200", 4), ResponseCount("400", "200", 1)),
    links=(LinkCount("POST /sms → GET /sms/{hash}", 1),),
    checks=(CheckCount("GET /sms", "status", 3, 2), CheckCount("GET /sms", "headers", 5, 0)),
    rules=(RuleCount("GET /sms", "list-order", 4, 1, 0), RuleCount("GET /sms", "list-type", 0, 0, 0)),
    coverage=(CoverageCount("status", "GET /sms 200", 4), CoverageCount("status", "GET /sms 400", 0)),
    drift=(Drift("SMS.nature", "What it is for.", "capture", 1, 0), Drift("SMS.new", "New.", "choice", 0, 0)),
    faults=(FAULT,),
    errors=("the <first> error",),
    spent=("1 SMS, 7.80 cents",),
    notes=("both say this", "only the early one"),
)
LATE = Record(
    base_url="http://127.0.0.1:2/rest/v1.1",
    contract="CALLR SMS REST API 1.1.0",
    profile="full",
    seeds=(8,),
    shards=("2/2",),
    is_live=True,
    started="2026-03-20T01:00:00Z",
    seconds=3.25,
    is_complete=False,
    requests=(RequestCount("GET /sms", "examples", 10), RequestCount("POST /sms", "paid", 20)),
    answers=(ResponseCount("200", "200", 30), ResponseCount("200", "500", 6)),
    links=(LinkCount("POST /sms → GET /sms/{hash}", 40), LinkCount("GET /sms → GET /sms/{hash}", 5)),
    checks=(CheckCount("POST /sms", "status", 50, 0), CheckCount("GET /sms", "status", 60, 70)),
    rules=(RuleCount("GET /sms", "list-order", 80, 90, 7), RuleCount("POST /sms", "body-json", 1, 0, 2)),
    coverage=(CoverageCount("status", "GET /sms 200", 11), CoverageCount("answer", "POST /sms", 0)),
    drift=(
        Drift("SMS.nature", "What it is for.", "capture", 12, 13, "string of 3 characters"),
        Drift("SMS.new", "New.", "choice", 1, 0),
    ),
    faults=(
        replace(FAULT, count=14, curl=("curl http://b/sms",), answer="{}", script=""),
        Fault("POST /sms", "headers", "allow", "No Allow", "It is missing.", 1, 0, ""),
    ),
    errors=("the second error",),
    spent=("2 SMS, 15.60 cents",),
    notes=("both say this", "only the late one"),
)
PLAIN = replace(
    EARLY,
    shards=(),
    seeds=(7, 9),
    is_live=False,
    checks=(CheckCount("GET /sms", "status", 5, 0),),
    faults=(),
    errors=(),
    spent=(),
    notes=(),
)

RUNS: Mapping[str, tuple[Record, ...]] = {"plain": (PLAIN,), "merged": (EARLY, LATE)}
CODES = {"plain": 0, "merged": 1}
REPORTS = {"markdown": "md", "junit": "xml", "drift": "drift.md"}


def test_merging_takes_each_value_from_where_it_belongs() -> None:
    assert merged([EARLY, LATE]) == Record(
        base_url="http://127.0.0.1:1/rest/v1.1, http://127.0.0.1:2/rest/v1.1",
        contract="CALLR SMS REST API 1.1.0",
        profile="quick, full",
        seeds=(7, 8),
        shards=("1/2", "2/2"),
        is_live=True,
        started="2026-03-19T12:00:00Z",
        seconds=9.5,
        is_complete=False,
        requests=(
            RequestCount("GET /sms", "examples", 12),
            RequestCount("GET /sms", "fuzzing", 3),
            RequestCount("POST /sms", "paid", 20),
        ),
        answers=(
            ResponseCount("200", "200", 34),
            ResponseCount("200", "500", 6),
            ResponseCount("400", "200", 1),
        ),
        links=(LinkCount("GET /sms → GET /sms/{hash}", 5), LinkCount("POST /sms → GET /sms/{hash}", 41)),
        checks=(
            CheckCount("GET /sms", "headers", 5, 0),
            CheckCount("GET /sms", "status", 63, 72),
            CheckCount("POST /sms", "status", 50, 0),
        ),
        rules=(
            RuleCount("GET /sms", "list-order", 84, 91, 7),
            RuleCount("GET /sms", "list-type", 0, 0, 0),
            RuleCount("POST /sms", "body-json", 1, 0, 2),
        ),
        coverage=(
            CoverageCount("answer", "POST /sms", 0),
            CoverageCount("status", "GET /sms 200", 15),
            CoverageCount("status", "GET /sms 400", 0),
        ),
        drift=(
            Drift("SMS.nature", "What it is for.", "capture", 13, 13, "string of 3 characters"),
            Drift("SMS.new", "New.", "choice", 1, 0),
        ),
        faults=(replace(LATE.faults[0], count=16), LATE.faults[1]),
        errors=("the <first> error", "the second error"),
        spent=("1 SMS, 7.80 cents", "2 SMS, 15.60 cents"),
        notes=("both say this", "only the early one", "only the late one"),
    )


def test_the_order_of_records_changes_the_order_of_words_alone() -> None:
    one, other = (asdict(merged(records)) for records in ([EARLY, LATE], [LATE, EARLY]))
    ordered = ("base_url", "profile", "seeds", "shards", "errors", "spent", "notes")
    assert tuple(name for name in one if one[name] != other[name]) == ordered
    assert [sorted(one[name]) == sorted(other[name]) for name in ordered[2:]] == [True] * 5


def test_the_evidence_of_the_first_contradiction_is_kept() -> None:
    rows = [Drift("a", "b", "c", 0, 1, evidence) for evidence in ("", "first", "second")]
    records = [replace(PLAIN, drift=(row,)) for row in rows]
    assert merged(records).drift == (Drift("a", "b", "c", 0, 3, "first"),)


@pytest.mark.parametrize("name", RUNS)
def test_reports_are_these_line_by_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / f"{number}.json" for number in range(len(RUNS[name]))]
    for path, record in zip(files, RUNS[name], strict=True):
        path.write_text(to_json(record), encoding="utf-8")
    made = {form: tmp_path / f"{name}.{end}" for form, end in REPORTS.items()}
    options = [word for form, path in made.items() for word in (f"--{form}", str(path))]
    monkeypatch.setattr("sys.argv", ["callr-sms-contract", "merge", *map(str, files), *options])
    (command,) = entry_points(group="console_scripts", name="callr-sms-contract")
    handlers = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(SystemExit) as caught:
        command.load()()
    assert [signal.getsignal(number) for number in SIGNALS] == handlers
    shown = capsys.readouterr()
    assert (caught.value.code or 0, shown.err) == (CODES[name], "")
    found = {"txt": shown.out} | {end: made[form].read_text("utf-8") for form, end in REPORTS.items()}
    for end, text in found.items():
        assert text == (GOLDEN / f"{name}.{end}").read_text("utf-8"), f"{name}.{end}"
