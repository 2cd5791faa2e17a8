"""The suite as a receiver of webhooks: it judges what comes, and says what does not come."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from callr_sms_contract import PROFILES, Outcome, Settings, run_suite
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.emulator import ACCOUNT, start_emulator
from callr_sms_contract.oracle.event_rules import EVENT_RULES
from callr_sms_contract.phases.webhook_judge import EVENT_CHECKS, RULES_CHECK
from callr_sms_contract.settings import AUTO, EXPECTED, OFF, PHASES, WEBHOOKS_PHASE
from callr_sms_contract.wire.listener import Listener
from mutants import MUTANTS, LyingProxy
from mutants.builders import Mutant
from mutants.webhook_proxy import WebhookProxy
from tests.contract_tests.clocks import control
from tests.contract_tests.lying_proxy import Proxy, Request

LABEL = "webhook sms-mt-status-update"
FIFTY = 50
REQUEST, HEADERS, SCHEMA = "event_request", "event_headers", "event_schema_with_formats"

LIES = {
    "hook-other-secret": (RULES_CHECK, "event-signed"),
    "hook-signs-another-text": (RULES_CHECK, "event-signed"),
    "hook-signed-unasked": (RULES_CHECK, "event-signed"),
    "hook-secret-cut": (RULES_CHECK, "event-signed"),
    "hook-id-header-other": (RULES_CHECK, "event-id-in-header"),
    "hook-id-each-try": (RULES_CHECK, "event-id-unique"),
    "hook-id-of-sms": (RULES_CHECK, "event-id-unique"),
    "hook-try-from-one": (RULES_CHECK, "event-try-counts"),
    "hook-try-stays-zero": (RULES_CHECK, "event-try-counts"),
    "hook-never-again": (RULES_CHECK, "event-retried"),
    "hook-repeats": (RULES_CHECK, "event-taken-once"),
    "hook-again-after-204": (RULES_CHECK, "event-taken-once"),
    "hook-never": (RULES_CHECK, "event-for-each-change"),
    "hook-loses-one": (RULES_CHECK, "event-for-each-change"),
    "hook-loses-last": (RULES_CHECK, "event-for-each-change"),
    "hook-tells-twice": (RULES_CHECK, "event-for-each-change"),
    "hook-swapped": (RULES_CHECK, "events-in-order"),
    "hook-data-of-another": (RULES_CHECK, "event-shows-sms"),
    "hook-data-text": (RULES_CHECK, "event-shows-sms"),
    "hook-at-seconds": (RULES_CHECK, "event-at-change"),
    "hook-hash-given": (RULES_CHECK, "event-names-hook"),
    "hook-get": (REQUEST, "GET came"),
    "hook-without-query": (REQUEST, "/2 instead of"),
    "hook-text-plain": (REQUEST, "text/plain"),
    "hook-id-header-missing": (HEADERS, "contract requires it"),
    "hook-agent": (HEADERS, "curl/8"),
    "hook-data-rfc3339": (SCHEMA, "date_"),
    "hook-at-without-zone": (SCHEMA, "event_at"),
    "hook-batched": (SCHEMA, "not a JSON object"),
}


@pytest.fixture(scope="module")
def hasty() -> Iterator[str]:
    """An emulator whose clock runs, so that it tries again after a fifth of a second."""
    with ExitStack() as takedown:
        url = start_emulator(takedown)
        control(url, "clock", rate=FIFTY)
        yield url


def _alone(url: str, webhooks: str = EXPECTED, seconds: float = 20) -> Settings:
    """The webhooks, with none of the requests that every whole run makes besides."""
    return Settings(
        url,
        *ACCOUNT,
        seed=1,
        phases=(WEBHOOKS_PHASE,),
        operations=("sendSms", "getSms"),
        webhooks=webhooks,
        webhooks_seconds=seconds,
    )


def _told(outcome: Outcome) -> list[str]:
    return [f"{failure.check} {failure.message}" for failure in outcome.tally.failures.values()]


def _rules(outcome: Outcome) -> dict[str, int]:
    return {row.rule: row.kept for row in outcome.record.rules if row.operation == LABEL}


def test_the_emulator_keeps_every_rule(hasty: str, contract: Contract) -> None:
    outcome = run_suite(_alone(hasty), contract)
    assert outcome.holds, _told(outcome)
    assert outcome.record.notes == ()
    kept = _rules(outcome)
    assert kept.keys() == EVENT_RULES.keys()
    assert all(kept.values()), kept
    checks = {row.check for row in outcome.record.checks if row.operation == LABEL}
    assert checks == set(EVENT_CHECKS)
    missed = [row.part for row in outcome.record.coverage if row.kind == "event" and not row.count]
    assert missed == []


def test_who_waits_for_longer_sees_events_refused_again_and_again(hasty: str) -> None:
    outcome = run_suite(_alone(hasty, seconds=120))
    assert outcome.holds, _told(outcome)
    assert _rules(outcome)["event-retried"] >= 5


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_caught(name: str, hasty: str) -> None:
    check, words = LIES[name]
    with LyingProxy(hasty, MUTANTS[name].make()).listening() as proxy:
        outcome = run_suite(_alone(proxy.base_url, seconds=4))
    assert proxy.breakdowns == []
    assert any(each.startswith(check) and words in each for each in _told(outcome)), _told(outcome)
    failures = [each for each in outcome.tally.failures.values() if each.operation == LABEL]
    assert all(each.steps[0].path.endswith("/sms") for each in failures)
    faults = [each for each in outcome.record.faults if each.operation == LABEL]
    assert all(each.curl and not each.script for each in faults)


def test_every_check_and_every_rule_of_webhooks_has_a_lie() -> None:
    assert {check for check, _ in LIES.values()} == set(EVENT_CHECKS)
    assert {words for check, words in LIES.values() if check == RULES_CHECK} == EVENT_RULES.keys()


def test_who_carries_events_as_they_are_is_not_accused(hasty: str) -> None:
    courier = WebhookProxy(lambda pushed, send: send(pushed))
    with LyingProxy(hasty, Mutant("x", "x", "x", lambda: courier).make()).listening() as proxy:
        outcome = run_suite(_alone(proxy.base_url))
    assert outcome.holds, _told(outcome)
    assert _rules(outcome)["event-retried"]


@pytest.mark.parametrize("name", ["hook-never", "hook-never-again", "hook-loses-last"])
def test_what_does_not_come_is_said_and_no_failure_unless_it_was_expected(name: str, hasty: str) -> None:
    with LyingProxy(hasty, MUTANTS[name].make()).listening() as proxy:
        outcome = run_suite(_alone(proxy.base_url, AUTO, seconds=2))
    assert outcome.holds, _told(outcome)
    (note,) = outcome.record.notes
    assert note.startswith("webhooks: ")
    assert ("no event arrived for the 5 SMS" in note) == (name == "hook-never")


def test_how_soon_one_event_came_again_tells_how_long_another_is_waited_for(hasty: str) -> None:
    with LyingProxy(hasty, MUTANTS["hook-gives-up-at-404"].make()).listening() as proxy:
        outcome = run_suite(_alone(proxy.base_url, AUTO, seconds=8))
    (told,) = _told(outcome)
    assert "event-retried" in told
    assert re.search(r"the response was 404, .* another event was retried after 0\.\d s", told)


def test_what_comes_later_is_judged_while_the_run_goes_on(hasty: str) -> None:
    """The second try comes when the phase is over: it was told not to wait."""
    with LyingProxy(hasty, MUTANTS["hook-id-each-try"].make()).listening() as proxy:
        settings = _alone(proxy.base_url, AUTO, seconds=0.01)
        outcome = run_suite(dataclasses.replace(settings, phases=(WEBHOOKS_PHASE, "examples")))
    assert any("event-id-unique" in each for each in _told(outcome))


def test_an_sms_of_somebody_else_with_the_same_endpoint_is_none_of_ours(hasty: str) -> None:
    def again(asked: Request) -> Request:
        if asked.method == "POST" and secret in asked.body and not sent:
            sent.append(asked)
            stolen = asked.body.replace(secret, b"another one altogether")
            proxy.forward(dataclasses.replace(asked, body=stolen))
            proxy.release()
        return asked

    sent: list[Request] = []
    secret = b"a word that nobody knows"
    proxy = LyingProxy(hasty)
    with Proxy(hasty, again).listening() as before:
        outcome = run_suite(_alone(before.base_url))
    assert len(sent) == 1
    assert outcome.holds, _told(outcome)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"webhooks": OFF}, "webhooks: skipped, as requested by --webhooks off"),
        ({"phases": ("examples",)}, None),
        ({"operations": ("listSms",)}, None),
    ],
)
def test_it_is_left_out_where_it_was_not_asked_for(
    changes: dict[str, object], note: str | None, hasty: str
) -> None:
    with Proxy(hasty).listening() as proxy:
        settings = dataclasses.replace(_alone(proxy.base_url), **changes)  # type: ignore[arg-type]
        outcome = run_suite(settings)
    assert outcome.record.notes == ((note,) if note else ())
    assert not any(b"a word that nobody knows" in asked.body for asked in proxy.asked)


def _quick(url: str) -> Settings:
    """A run with less of everything, without the phase that is the same whatever the clock does."""
    profile = dataclasses.replace(
        PROFILES["quick"], max_examples=10, stateful_examples=5, account_calls=500, seconds=300
    )
    phases = tuple(phase for phase in PHASES if phase != "coverage")
    return Settings(url, *ACCOUNT, seed=3, profile=profile, phases=phases, webhooks_seconds=1)


def _stand_still(url: str) -> None:
    control(url, "clock", freeze=True)


def _run_fast(url: str) -> None:
    control(url, "clock", rate=20)


def _leave(_: str) -> None:
    """The computer's own clock."""


@pytest.mark.parametrize(
    ("speed", "set_clock", "comes"),
    [(1, _stand_still, False), (1, _run_fast, True), (1000, _leave, True)],
    ids=["frozen", "fast clock", "fast life"],
)
def test_the_contract_holds_with_webhooks_and_the_life_cycle_running(
    speed: float, set_clock: Callable[[str], None], *, comes: bool
) -> None:
    """A subscription of the account is told of every SMS of the run, beside the endpoints of our own."""
    with ExitStack() as takedown:
        listener = takedown.enter_context(Listener(lambda _: 200).listening())
        url = start_emulator(takedown, speed=speed)
        set_clock(url)
        control(url, "webhooks", endpoint=f"{listener.url}/all", hmac_secret="sesame")
        outcome = run_suite(_quick(url))
        pushes = [listener.pushes.get_nowait() for _ in range(listener.pushes.qsize())]
    assert outcome.holds, _told(outcome)
    assert bool(pushes) == comes
    assert all(push.is_acknowledged for push in pushes)
    kept = _rules(outcome)
    assert bool(kept["event-shows-sms"]) == comes
    assert any("no event arrived" in note for note in outcome.record.notes) != comes
