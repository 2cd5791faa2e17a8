"""The phases of a run: that they end in time, and that none starts when the run is over."""

import dataclasses
from contextlib import closing

import pytest

from callr_sms_contract import Settings, events, run_suite
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle import FIRST_MOMENT, LAST_MOMENT
from callr_sms_contract.oracle.responses import Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.phases import Engine, engine, phase
from callr_sms_contract.phases.follow_up import FollowUp
from callr_sms_contract.phases.phase import DIRECTED, RunContext
from callr_sms_contract.phases.probes import Probes
from callr_sms_contract.phases.recorder import silence
from callr_sms_contract.run import run_phases
from callr_sms_contract.time_budget import TimeBudget
from callr_sms_contract.wire import Client
from tests.contract_tests.lying_proxy import Proxy

_ENOUGH = 5


def test_no_more_is_asked_once_the_run_is_over(settings: Settings, contract: Contract, judge: Judge) -> None:
    def made() -> int:
        return sum(context.tally.requests.values()) if context else 0

    context: RunContext | None = None
    context = RunContext(settings, contract, Inspector(judge), TimeBudget(_ENOUGH, clock=made))
    Probes(context).run()
    assert made() == _ENOUGH


def test_a_run_whose_time_is_over_asks_little_and_says_so(settings: Settings) -> None:
    record = run_suite(dataclasses.replace(settings, phases=("examples",), max_seconds=0.01)).record
    assert sum(row.count for row in record.requests if row.phase == DIRECTED) < 100
    assert not record.is_complete
    assert "the time was over before everything was tested" in record.notes
    assert "probes" in [row.phase for row in record.starved]
    assert not record.holds
    assert dataclasses.replace(record, allows_incomplete=True).holds


def test_no_phase_starts_after_the_first_failure_of_a_run_that_fails_fast(
    settings: Settings, contract: Contract, judge: Judge
) -> None:
    """Least of all the paid sends."""
    chosen = dataclasses.replace(settings, fail_fast=True, recipients=frozenset({"+33639981234"}))
    context = RunContext(chosen, contract, Inspector(judge), TimeBudget(900))
    started: list[events.PhaseStarted] = []
    context.stream.subscribe(events.PhaseStarted, started.append)
    context.emit(silence("GET /sms", "", ()))
    run_phases(context)
    assert started == []
    assert not context.tally.requests


def _context(settings: Settings) -> RunContext:
    contract = Contract.load()
    judge = Judge(contract, settings.base_url, settings.login, settings.password)
    return RunContext(settings, contract, Inspector(judge), TimeBudget(900))


@pytest.fixture
def crowded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A run against an account with more SMS of others than are listed often."""
    for module in (engine, phase):
        monkeypatch.setattr(module, "MANY", 20)
    with closing(Client(settings.base_url, settings.login, settings.password)) as client:
        for number in range(30):
            _, sent, _ = client.send("POST", "/sms", document={"to": "+33639981234", "body": f"{number}"})
            assert sent is not None
    return settings


def test_an_account_with_many_sms_is_listed_as_a_whole_once_before_and_once_after(crowded: Settings) -> None:
    proxy = Proxy(crowded.base_url)
    profile = dataclasses.replace(crowded.profile, account_calls=0)
    with proxy.listening():
        chosen = dataclasses.replace(
            crowded, base_url=proxy.base_url, phases=("account",), webhooks="off", profile=profile
        )
        outcome = run_suite(chosen)
    assert outcome.holds, list(outcome.tally.failures.values())
    lists = [asked for asked in proxy.asked if dict(asked.pairs).get("to") == LAST_MOMENT]
    lists = [asked for asked in lists if dict(asked.pairs)["type"] == "OUT"]
    whole = [asked for asked in lists if dict(asked.pairs)["from"] == FIRST_MOMENT]
    assert len(whole) == 2
    # The others begin at the newest SMS of the run.
    assert len(lists) > len(whole)


def test_generated_requests_leave_out_windows_with_many_sms_and_the_report_says_so(crowded: Settings) -> None:
    proxy = Proxy(crowded.base_url)
    with proxy.listening():
        chosen = dataclasses.replace(
            crowded,
            base_url=proxy.base_url,
            phases=("examples",),
            operations=("listSms", "sendSms"),
            profile=dataclasses.replace(crowded.profile, read_back=0),
        )
        context = _context(chosen)
        with closing(context.new_client()) as client:
            window = [("type", "OUT"), ("from", FIRST_MOMENT), ("to", LAST_MOMENT)]
            context.record(DIRECTED, "GET /sms", client.send("GET", "/sms", window))
        Engine(context).run()
    assert [asked.target for asked in proxy.asked if dict(asked.pairs).get("from") == FIRST_MOMENT] == [
        proxy.asked[0].target
    ]
    assert len(proxy.asked) > 50
    assert any(
        "windows with more than 20 of them were listed by directed requests only" in note
        for note in context.tally.notes
    )


def test_the_time_of_a_list_with_many_sms_of_others_is_none_of_the_run(crowded: Settings) -> None:
    for limit, is_extended in ((None, True), (900.0, False)):
        context = _context(dataclasses.replace(crowded, max_seconds=limit))
        before = context.budget.seconds
        FollowUp(context).run()
        assert (context.budget.seconds > before) is is_extended
