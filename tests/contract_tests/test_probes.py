"""The requests before those of schemathesis: that they end in time."""

import dataclasses

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.oracle.answers import Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.phases.collector import Collector
from callr_sms_contract.phases.follow_up import PHASE
from callr_sms_contract.phases.probes import Probes

_ENOUGH = 5


def test_no_more_is_asked_once_the_run_is_over(settings: Settings, judge: Judge) -> None:
    inspector = Inspector(judge)
    collector = Collector(inspector)

    def made() -> int:
        return sum(collector.tally.requests.values())

    Probes(settings, inspector.account, collector.own).ask(lambda: made() >= _ENOUGH)
    assert made() == _ENOUGH


def test_a_run_whose_time_is_over_asks_little_and_says_so(settings: Settings) -> None:
    record = run_suite(dataclasses.replace(settings, phases=("examples",), max_seconds=0.01)).record
    assert sum(row.count for row in record.requests if row.phase == PHASE) < 100
    assert not record.is_complete
    assert "the time was over before all was tried" in record.notes
