"""The baseline: known failures with a reason and a date."""

import dataclasses
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from callr_sms_contract.reports import summary
from callr_sms_contract.reports.html import html
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.markdown import markdown
from callr_sms_contract.results import BaselineError, read_baseline, to_json, to_yaml, updated, with_baseline
from callr_sms_contract.results.baseline import Entry
from callr_sms_contract.results.record import read_record
from tests.contract_tests.records import BAD, FAULT, GOOD

TODAY = date(2026, 3, 19)
KNOWN = Entry(FAULT.group, "the gateway strips it", date(2026, 4, 1))


def test_a_known_failure_is_no_failure_until_it_expires() -> None:
    record = with_baseline(BAD, (KNOWN,), TODAY)
    assert [fault.key for fault in record.faults] == [BAD.faults[1].key]
    assert [each.fault for each in record.known] == [BAD.faults[0]]
    note = f"known: POST /sms — {FAULT.title}, until 2026-04-01 (the gateway strips it)"
    assert note in record.notes
    assert with_baseline(BAD, (KNOWN,), KNOWN.expires).known
    late = with_baseline(BAD, (KNOWN,), date(2026, 4, 2))
    assert late.faults == BAD.faults
    assert any(
        "expired on 2026-04-01 (the gateway strips it); it is a failure again" in each for each in late.notes
    )


def test_a_failure_that_vanished_is_said() -> None:
    (note,) = with_baseline(GOOD, (KNOWN,), TODAY).notes
    assert note == f"baseline: {KNOWN.failure!r} was not found any more; --update-baseline removes it"
    (other,) = with_baseline(dataclasses.replace(GOOD, is_complete=False), (KNOWN,), TODAY).notes
    assert other.endswith("but not everything was tested")


def test_every_report_shows_what_is_known_and_what_is_excluded(tmp_path: Path) -> None:
    record = with_baseline(dataclasses.replace(BAD, excluded=("rule list-order",)), (KNOWN,), TODAY)
    for page in (summary(record), markdown(record), html(record)):
        assert "the gateway strips it" in page
    root = ET.fromstring(junit(record))  # noqa: S314 - our own document
    skipped = {
        case.get("name"): found.get("message")
        for case in root.iter("testcase")
        for found in case.iter("skipped")
        if case.get("classname") == "not judged"
    }
    assert skipped == {
        "rule list-order": "excluded by --exclude",
        f"POST /sms: {FAULT.group}".replace("\x00", "\\x00"): "known until 2026-04-01: the gateway strips it",
    }
    path = tmp_path / "record.json"
    path.write_text(to_json(record), encoding="utf-8")
    assert read_record(path) == record


def test_an_update_keeps_reasons_adds_what_is_new_and_removes_what_is_gone(tmp_path: Path) -> None:
    gone = Entry("gone/x/y", "old", date(2027, 1, 1))
    whole = dataclasses.replace(BAD, is_complete=True)
    entries = updated(whole, (KNOWN, gone), TODAY)
    fresh = Entry(BAD.faults[1].group, "not given yet", date(2026, 6, 17))
    assert set(entries) == {KNOWN, fresh}
    assert gone in updated(BAD, (KNOWN, gone), TODAY)  # not everything was tested
    path = tmp_path / "baseline.yaml"
    path.write_text(to_yaml(entries), encoding="utf-8")
    assert read_baseline(path) == entries
    assert with_baseline(whole, entries, TODAY).holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not YAML"),
        ("a: 1", "has no list `failures`"),
        ("[]", "has no list `failures`"),
        ("failures: [1]", "entry 1 is incomplete; expected failure, reason, expires"),
        ("failures: [{failure: a, reason: b}]", "entry 1 is incomplete"),
        (
            "failures: [{failure: a, reason: '', expires: 2026-01-01}]",
            "entry 1: reason is ''; expected words",
        ),
        (
            "failures: [{failure: a, reason: b, expires: soon}]",
            "entry 1: expires is 'soon'; expected a date like",
        ),
        (
            "failures: [&it {failure: a, reason: b, expires: 2026-01-01}, *it]",
            "'a' is there twice; expected each failure once",
        ),
    ],
)
def test_a_baseline_that_cannot_be_used_is_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        read_baseline(path)
    assert str(caught.value).startswith(f"--baseline: {path}")
    assert said in str(caught.value)
