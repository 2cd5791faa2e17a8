"""The suite against wrong servers, each wrong in one thing, and against the right one."""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contract_tests import Outcome, Settings, run_suite
from contract_tests._directed import CredentialsError
from contract_tests._emulator import ACCOUNT, start_emulator
from contract_tests._rules import MODELLED
from tests.contract_tests.lies import LIES, MICROSECONDS, UNAUTHORIZED, Lie
from tests.contract_tests.lying_proxy import Asked, Proxy, Told
from tests.contract_tests.model_lies import MODEL_LIES


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


@pytest.fixture(scope="module")
def fast() -> Iterator[Settings]:
    """A quick run against an emulator whose SMS come to their end within it."""
    with ExitStack() as takedown:
        login, password = ACCOUNT
        yield Settings(start_emulator(takedown), login, password, seed=1)


@pytest.mark.parametrize("lie", MODEL_LIES, ids=lambda lie: lie.name)
def test_a_lie_about_the_past_is_caught(lie: Lie, fast: Settings) -> None:
    proxy = Proxy(fast.base_url, lie.rewrite, lie.tell)
    outcome = _through(proxy, fast, operations=lie.operations, phases=lie.phases)
    found = {failure.check for failure in outcome.tally.failures.values() if str(lie.rule) in failure.title}
    assert found == {lie.check}, [(each.title, each.message) for each in outcome.tally.failures.values()]


def test_every_rule_that_the_model_judges_has_a_lie() -> None:
    assert {lie.rule for lie in (*LIES, *MODEL_LIES)} >= MODELLED


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_the_history_of_sms_that_came_to_their_end_is_judged(seed: int, settings: Settings) -> None:
    with ExitStack() as takedown:
        proxy = Proxy(start_emulator(takedown), lie=MICROSECONDS)
        login, password = ACCOUNT
        outcome = _through(proxy, settings, seed=seed, login=login, password=password, phases=("examples",))
    assert {failure.check for failure in outcome.tally.failures.values()} >= {"answer_schema_with_formats"}
    assert any("updated_at" in failure.message for failure in outcome.tally.failures.values())


def test_credentials_that_are_refused_are_no_broken_contract(settings: Settings) -> None:
    with pytest.raises(
        CredentialsError, match=r"^CALLR_LOGIN, CALLR_PASSWORD: refused by the server \(401\)"
    ):
        run_suite(dataclasses.replace(settings, password="wrong"))


def test_a_list_that_takes_no_credentials_is_a_broken_contract(settings: Settings) -> None:
    def refuse(told: Told, asked: Asked) -> Told:
        return UNAUTHORIZED if asked.path.endswith("/sms") else told

    proxy = Proxy(settings.base_url, lie=refuse)
    outcome = _through(proxy, settings, phases=("examples",), operations=("listSms",))
    assert "verdict_on_the_wire" in {failure.check for failure in outcome.tally.failures.values()}


def test_the_proxy_itself_is_not_accused(settings: Settings) -> None:
    outcome = _through(Proxy(settings.base_url), settings, phases=("examples", "stateful"))
    assert outcome.holds, outcome.tally


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_emulator_is_not_accused(seed: int, settings: Settings) -> None:
    """With the phases that depend on the seed; the test of the command line runs them all."""
    outcome = run_suite(dataclasses.replace(settings, seed=seed, phases=("fuzzing", "stateful")))
    assert outcome.holds, (outcome.tally.errors, list(outcome.tally.failures.values()))
    assert {phase for _, phase in outcome.tally.requests} == {"fuzzing", "stateful", "directed"}
