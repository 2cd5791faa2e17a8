"""The requests before those of schemathesis: that they end in time."""

import dataclasses

from contract_tests import Settings, run_suite
from contract_tests._answers import Inspector
from contract_tests._collect import Collector
from contract_tests._directed import PHASE
from contract_tests._probes import Probes
from contract_tests._verdict import Judge

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
