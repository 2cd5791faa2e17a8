"""How the time of a run is shared out, and what reports say of phases that had too little."""

import dataclasses
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from callr_sms_contract import PROFILES, Settings, run_suite
from callr_sms_contract.contract import Contract
from callr_sms_contract.oracle import Inspector, Judge
from callr_sms_contract.phases import RunContext
from callr_sms_contract.reports.html import html
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.markdown import markdown
from callr_sms_contract.reports.terminal import conclusion, cure_of, lack_of
from callr_sms_contract.results.merging import merged
from callr_sms_contract.results.record import (
    COMPLETE,
    CUT,
    STARVED,
    OperationTime,
    PhaseCount,
    read_record,
    to_json,
)
from callr_sms_contract.settings import Shard
from callr_sms_contract.time_budget import Schedule, Share, TimeBudget
from tests.contract_tests.records import BAD, GOOD
from tests.contract_tests.test_pace import Clock

SHARES = {"first": Share(1, 2), "second": Share(2, 3), "third": Share(1, 1)}


def _schedule(clock: Clock, extra: float = 5) -> Schedule:
    schedule = Schedule(TimeBudget(40, clock, extra), SHARES)
    schedule.plan(SHARES)
    return schedule


def test_each_phase_has_its_part_of_what_is_left() -> None:
    clock = Clock()
    schedule = _schedule(clock)
    schedule.begin("first")
    assert schedule.left == 10
    clock.now += 4
    schedule.end("first")
    schedule.begin("second")
    assert schedule.left == pytest.approx(24)  # two thirds of what the first one left
    clock.now += 30
    assert schedule.left == 0
    schedule.end("second")
    schedule.begin("third")
    assert schedule.left == pytest.approx(6)


def test_a_phase_ends_when_its_time_is_over_and_it_has_its_minimum() -> None:
    clock = Clock()
    schedule = _schedule(clock)
    schedule.begin("first")
    clock.now += 11
    assert not schedule.cut()
    schedule.count()
    assert not schedule.cut()
    schedule.count()
    assert schedule.cut()
    schedule.end("first")
    first = schedule.phases["first"]
    assert (first.was_cut, first.requests, first.seconds, first.is_starved) == (True, 2, 11, False)


def test_a_phase_without_its_minimum_ends_with_the_extra_time_and_is_named() -> None:
    clock = Clock()
    schedule = _schedule(clock)
    schedule.begin("first")
    clock.now += 44
    assert not schedule.cut()
    clock.now += 1
    assert schedule.cut()
    schedule.end("first")
    assert [each.name for each in schedule.starved] == ["first", "second", "third"]


def test_a_phase_that_ends_by_itself_has_all_it_wants() -> None:
    schedule = _schedule(Clock())
    for name in SHARES:
        schedule.begin(name)
        schedule.end(name)
    assert schedule.starved == []


def test_minimums_shrink_with_what_is_selected() -> None:
    settings = Settings("http://127.0.0.1:1/rest/v1.1", "a", "b")
    whole = settings.shares(4, is_live=False)
    assert whole == PROFILES["quick"].shares
    one = dataclasses.replace(settings, operations=("getSms",), shard=Shard(1, 2)).shares(4, is_live=False)
    assert one["account"].minimum == whole["account"].minimum / 8
    assert settings.shares(4, is_live=True)["account"].minimum == 4
    assert settings.extra_seconds > 0
    assert dataclasses.replace(settings, max_seconds=5).extra_seconds == 0


# --- reports --------------------------------------------------------------------------------------------

PHASES = (
    PhaseCount("examples", COMPLETE, 600, 40, 3.5),
    PhaseCount("coverage", CUT, 100, 24, 9.0),
    PhaseCount("fuzzing", STARVED, 3, 20, 0.5),
)
SHORT = dataclasses.replace(GOOD, phases=PHASES, is_complete=False)


def test_a_phase_without_its_minimum_is_in_the_last_line_and_in_every_report(tmp_path: Path) -> None:
    named = (
        "incomplete, too little time for fuzzing (3 of at least 20 requests): nothing wrong was found so far"
    )
    assert conclusion(SHORT).startswith(named)
    assert not SHORT.holds
    page = markdown(SHORT)
    assert "## ⚠️" in page
    assert "| fuzzing | not tried enough | 3 | 20 | 0.5 |" in page
    assert "| coverage | cut short | 100 | 24 | 9.0 |" in page
    assert "too little time for fuzzing" in html(SHORT)
    cases = {case.get("name"): case for case in ET.fromstring(junit(SHORT)).iter("testcase")}  # noqa: S314 - our own document
    skipped = cases["fuzzing"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "too little time: 3 of at least 20 requests"
    assert cases["coverage"].find("skipped") is None
    assert cases["coverage"].get("time") == "9.0"
    path = tmp_path / "record.json"
    path.write_text(to_json(SHORT), encoding="utf-8")
    assert read_record(path) == SHORT


@pytest.mark.parametrize(
    ("changes", "reason", "cure"),
    [
        ({}, "", "a quieter machine"),
        (
            {"notes": ("rate limit: x",)},
            ", because the server limits requests",
            "a higher limit of the account",
        ),
        (
            {"times": (OperationTime("GET /sms", 20000),)},
            ", because the server responds slowly",
            "a faster server",
        ),
    ],
)
def test_why_there_was_too_little_time(changes: dict[str, Any], reason: str, cure: str) -> None:
    short = dataclasses.replace(SHORT, seconds=30.0, **changes)
    assert lack_of(short) == f"too little time for fuzzing (3 of at least 20 requests){reason}"
    assert cure_of(short) == cure


def test_waits_end_with_the_extra_time(settings: Settings, contract: Contract, judge: Judge) -> None:
    now = [0.0]
    budget = TimeBudget(10, lambda: now[0], extra=5)
    context = RunContext(settings, contract, Inspector(judge), budget)
    assert context.seconds_for_waits == 15
    now[0] = 14
    assert context.seconds_for_waits == 1
    now[0] = 200
    assert context.seconds_for_waits == 0


def test_no_percentage_stands_next_to_what_was_not_tried() -> None:
    for report in (markdown, html, conclusion):
        assert "%" in report(GOOD) or report is conclusion
        text = report(SHORT).partition("<style>")
        assert " %" not in text[0] + text[2].partition("</style>")[2]


def test_what_is_allowed_holds_and_is_still_named() -> None:
    allowed = dataclasses.replace(SHORT, allows_incomplete=True)
    assert allowed.holds
    assert conclusion(allowed).startswith("the contract holds: ")
    assert conclusion(allowed).endswith(
        "not everything was tested: too little time for fuzzing (3 of at least 20 requests)"
    )


def test_one_shard_without_its_minimum_is_enough() -> None:
    other = dataclasses.replace(
        BAD, phases=tuple(dataclasses.replace(row, state=COMPLETE, seconds=1.0) for row in PHASES)
    )
    assert merged([SHORT, other]).phases == (
        PhaseCount("examples", COMPLETE, 1200, 80, 3.5),
        PhaseCount("coverage", CUT, 200, 48, 9.0),
        PhaseCount("fuzzing", STARVED, 6, 40, 1.0),
    )


# --- runs -----------------------------------------------------------------------------------------------


def test_every_phase_of_a_run_that_is_too_slow_gets_its_minimum(settings: Settings) -> None:
    """The time is over long before schemathesis would end by itself; coverage and examples come whole."""
    minimums = {"coverage": 4, "examples": 4, "fuzzing": 60, "stateful": 12}
    shares = {
        name: Share(share.weight, minimums.get(name, share.minimum))
        for name, share in settings.profile.shares.items()
    }
    profile = dataclasses.replace(
        settings.profile,
        shares=shares,
        seconds=2,
        extra_seconds=300,
        max_examples=5000,
        stateful_examples=5000,
    )
    chosen = dataclasses.replace(settings, profile=profile, max_seconds=None, webhooks_seconds=0)
    record = run_suite(chosen).record
    assert record.faults == ()
    assert [row.phase for row in record.phases] == list(shares)
    assert record.starved == ()
    requests = {row.phase: row.requests for row in record.phases}
    assert 60 <= requests["fuzzing"] < 300
    assert 12 <= requests["stateful"] < 300
    assert {row.phase for row in record.phases if row.state == CUT} >= {"fuzzing", "stateful", "account"}
    assert not record.is_complete
    fuzzed = {row.operation for row in record.requests if row.phase == "fuzzing"}
    assert fuzzed == {"GET /sms", "GET /sms/{hash}", "GET /sms/send", "POST /sms"}
