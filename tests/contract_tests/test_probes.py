"""The phases of a run: that they end in time, and that none starts when the run is over."""

import dataclasses

from callr_sms_contract import Settings, events, run_suite
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.responses import Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.phases.phase import DIRECTED, RunContext
from callr_sms_contract.phases.probes import Probes
from callr_sms_contract.phases.recorder import silence
from callr_sms_contract.run import run_phases
from callr_sms_contract.time_budget import TimeBudget

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
