"""The suite against wrong servers, each wrong in one thing, and against the right one."""

import dataclasses

import pytest

from contract_tests import Outcome, Settings, run_suite
from tests.contract_tests.lies import LIES, Lie
from tests.contract_tests.lying_proxy import Proxy


def _through(proxy: Proxy, settings: Settings, **changes: object) -> Outcome:
    with proxy.listening():
        return run_suite(dataclasses.replace(settings, base_url=proxy.base_url, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_a_lie_is_caught(lie: Lie, settings: Settings) -> None:
    proxy = Proxy(settings.base_url, lie.rewrite, lie.tell)
    outcome = _through(proxy, settings, operations=lie.operations, phases=lie.phases)
    found = [failure for failure in outcome.tally.failures.values() if failure.check == lie.check]
    assert found, sorted(outcome.tally.failures)
    assert all(failure.steps for failure in found)
    if lie.rule is not None:
        assert any(lie.rule in failure.message for failure in found), [each.message for each in found]


def test_the_proxy_itself_is_not_accused(settings: Settings) -> None:
    outcome = _through(Proxy(settings.base_url), settings, phases=("examples", "stateful"))
    assert outcome.holds, outcome.tally


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_emulator_is_not_accused(seed: int, settings: Settings) -> None:
    """With the phases that depend on the seed; the test of the command line runs them all."""
    outcome = run_suite(dataclasses.replace(settings, seed=seed, phases=("fuzzing", "stateful")))
    assert outcome.holds, (outcome.tally.errors, list(outcome.tally.failures.values()))
    assert {phase for _, phase in outcome.tally.requests} == {"fuzzing", "stateful"}
