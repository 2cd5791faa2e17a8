import json
from dataclasses import replace
from pathlib import Path

import pytest

from callr_sms_contract import Settings
from callr_sms_contract.results import Fault
from callr_sms_contract.results.merging import merged, summed
from callr_sms_contract.results.privacy import without_credentials
from callr_sms_contract.results.record import (
    PROVING,
    Drift,
    Record,
    RecordError,
    RequestCount,
    read_record,
    to_json,
)
from openapi import vocabulary
from tests.contract_tests.records import BAD, FAULT, GOOD


@pytest.mark.parametrize("record", [GOOD, BAD])
def test_what_is_written_is_read_again(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(to_json(record), encoding="utf-8")
    assert read_record(path) == record


def test_rows_with_the_same_words_are_added_up_and_sorted() -> None:
    rows = [RequestCount("b", "x", 1), RequestCount("a", "x", 2), RequestCount("b", "x", 4)]
    assert summed(rows) == (RequestCount("a", "x", 2), RequestCount("b", "x", 5))


def test_evidence_belongs_to_no_key() -> None:
    first, second = Drift("a", "b", "choice", 1, 0), Drift("a", "b", "choice", 1, 1, "x")
    assert summed([first, second]) == (Drift("a", "b", "choice", 2, 1, "x"),)


@pytest.mark.parametrize(
    ("provenance", "confidence", "is_open"),
    [
        ("seed", "proven", False),
        ("seed, choice", "proven", True),
        ("v2, rfc", "indicated", True),
        ("france, choice", "indicated", True),
        ("choice", "choice", True),
        ("", "unknown", False),
    ],
)
def test_the_confidence_is_that_of_the_surest_source(provenance: str, confidence: str, is_open: bool) -> None:  # noqa: FBT001 - a parameter of the test
    row = Drift("SMS.new", "New.", provenance, 0, 0)
    assert (row.confidence, row.is_open) == (confidence, is_open)


def test_the_proving_sources_are_those_of_the_contract() -> None:
    assert {word for word, sure in vocabulary.confidence().items() if sure == "proven"} == PROVING


@pytest.mark.parametrize(
    ("confirmed", "contradicted", "verdict"), [(0, 0, "unknown"), (3, 0, "proven"), (9, 1, "refuted")]
)
def test_the_verdict_of_a_statement(confirmed: int, contradicted: int, verdict: str) -> None:
    assert Drift("a", "b", "choice", confirmed, contradicted).verdict == verdict


def test_merging_adds_up_and_forgets_nothing() -> None:
    whole = merged([GOOD, BAD])
    assert whole.total == GOOD.total + BAD.total
    assert (whole.seeds, whole.shards) == ((7, 8), ("1/2", "2/2"))
    assert (whole.seconds, whole.is_complete, whole.holds) == (4.0, False, False)
    assert {fault.key for fault in whole.faults} == {fault.key for fault in BAD.faults}
    assert sum(row.passed for row in whole.checks) == 9


def test_of_equal_faults_the_smaller_stays_with_the_count_of_both() -> None:
    longer = replace(FAULT, curl=(*FAULT.curl, "curl again"), count=4)
    one, other = replace(BAD, faults=(longer,)), replace(GOOD, faults=(FAULT,))
    assert merged([one, other]).faults == (replace(FAULT, count=7),)


def test_a_live_run_and_another_are_not_merged() -> None:
    with pytest.raises(
        RecordError, match=r"^is_live: True and False cannot be merged; expected records of one run"
    ):
        merged([GOOD, replace(GOOD, is_live=True)])


@pytest.mark.parametrize(
    ("shards", "reason"),
    [
        ([("1/2",)], "'2/2' missing, found '1/2'; expected each shard of a run once"),
        ([("1/2",), ()], "'2/2' missing, found '1/2'; expected each shard of a run once"),
        ([("1/2",), ("2/2",), ("3/3",)], "'1/3', '2/3' missing, found '1/2', '2/2', '3/3'; expected each .*"),
        ([("1/2",), ("1/2",)], "'1/2' more than once; expected each shard of a run once"),
        ([("1/2", "2/2"), ("2/2",)], "'2/2' more than once; expected each shard of a run once"),
        ([("1/99",)], "'2/99', '3/99', .*, '11/99' and 88 more missing, found '1/99'; expected each .*"),
        ([("3/2",)], "'3/2' is not a shard; expected one like 2/8"),
        ([("x",)], "'x' is not a shard; expected one like 2/8"),
    ],
)
def test_shards_that_are_missing_or_doubled_are_named(shards: list[tuple[str, ...]], reason: str) -> None:
    with pytest.raises(RecordError, match=rf"^shards: {reason}$"):
        merged([replace(GOOD, shards=each) for each in shards])


@pytest.mark.parametrize(
    "shards", [[()], [(), ()], [("1/1",)], [("2/2",), ("1/2",)], [("1/3", "2/3"), ("3/3",), ()]]
)
def test_whole_shards_and_records_without_one_are_merged(shards: list[tuple[str, ...]]) -> None:
    whole = merged([replace(GOOD, shards=each) for each in shards])
    assert whole.total == GOOD.total * len(shards)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not a record of version 1"),
        (json.dumps({"version": 2}), "not a record of version 1"),
        (json.dumps({"version": 1}), "a property is missing"),
    ],
)
def test_another_file_is_refused_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=reason) as raised:
        read_record(path)
    assert str(path) in str(raised.value)
    assert str(raised.value).endswith("expected a file that --json wrote")


def test_a_fault_is_known_by_operation_check_and_cause() -> None:
    assert isinstance(FAULT, Fault)
    assert FAULT.key == ("POST /sms", "answer_headers", "no-Allow")


def test_a_secret_is_hidden_as_a_whole_and_never_told_by_a_blot() -> None:
    settings = Settings("http://127.0.0.1:1/", "somebody", "wrong")
    assert without_credentials("wrongly said", settings) == "wrongly said"
    assert without_credentials('{"password": "wrong"}', settings) == "[hidden]"


@pytest.mark.parametrize("secret", ["a", "ab", "abc", "1", "é", "$", "a.b"])
def test_a_short_secret_is_hidden_too(secret: str) -> None:
    settings = Settings("http://127.0.0.1:1/", "somebody", secret)
    assert without_credentials(f'{{"password": "{secret}"}}', settings) == "[hidden]"
    assert without_credentials(f"you are {secret}", settings) == "[hidden]"
    assert without_credentials("zzz 999", settings) == "zzz 999"
