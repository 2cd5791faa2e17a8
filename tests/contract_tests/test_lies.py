"""The suite against wrong servers, each wrong in one thing, and against the right one.

`make mutants` tries them all; here are those that show, for each check and each rule, who has to notice.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from callr_sms_contract import Outcome, Settings, run_suite
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.emulator import ACCOUNT, start_emulator
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle.request_rules import ACCOUNT_RULES, REQUEST_RULES
from callr_sms_contract.oracle.responses import INSPECTIONS
from callr_sms_contract.phases.server_check import CredentialsError
from mutants import MUTANTS, LyingProxy
from tests.contract_tests.clocks import control
from tests.contract_tests.lying_proxy import Proxy, Request, Response

LIST, SEND, SEND_BY_QUERY, READ = "listSms", "sendSms", "sendSmsByQuery", "getSms"
STATUS, SCHEMA, HEADERS = "verdict_on_the_wire", "answer_schema_with_formats", "answer_headers"
ENVELOPE, MODEL, ASKED = "answer_envelope", "account_model", "hash_asked_for"
EXAMPLES = ("examples",)
UNAUTHORIZED = Response(
    401,
    (("content-type", "application/json"), ("www-authenticate", 'Basic realm="x"')),
    b'{"status": "error", "data": {"code": 401, "message": "BAD_CREDENTIALS"}}',
)


@dataclasses.dataclass(frozen=True)
class Lie:
    """A mutant, the check that has to notice it, the rule it has to name, and the run in which it does."""

    name: str
    check: str
    rule: str = ""
    operations: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    """None: only the requests of our own that stand around those of schemathesis."""


LIES = (
    Lie("send-201", STATUS),
    Lie("refuses-missing-sender", STATUS),
    Lie("invalid-500", STATUS),
    Lie("needs-no-credentials", STATUS),
    Lie("takes-any-password", STATUS),
    Lie("takes-any-login", STATUS),
    Lie("scheme-in-one-case", STATUS),
    Lie("reads-lower-case-hash", STATUS),
    Lie("reads-below-hash", STATUS),
    Lie("head-lists", STATUS),
    Lie("refuses-percent-20", STATUS),
    Lie("takes-unnamed-type", STATUS),
    Lie("login-and-password-swapped", STATUS),
    Lie("takes-rfc3339", STATUS, operations=(LIST,), phases=EXAMPLES),
    Lie("takes-unknown-option", STATUS, operations=(SEND,), phases=EXAMPLES),
    Lie("takes-line-feed-after-number", STATUS, operations=(SEND,), phases=EXAMPLES),
    Lie("takes-backward-window", STATUS, "list-window-order", operations=(LIST,), phases=EXAMPLES),
    Lie("takes-repeated-parameter", STATUS, "parameters-known", operations=(LIST,), phases=EXAMPLES),
    Lie("takes-unknown-parameter", STATUS, "parameters-known", operations=(LIST,), phases=EXAMPLES),
    Lie("takes-foreign-shortcode", STATUS, "sender-shortcode", (SEND,), EXAMPLES),
    Lie("takes-foreign-shortcode", STATUS, "sender-shortcode", (SEND_BY_QUERY,), EXAMPLES),
    Lie("takes-256-parts", STATUS, "body-parts-limit", (SEND,), EXAMPLES),
    Lie("takes-lone-surrogate", STATUS, "body-well-formed", (SEND,), EXAMPLES),
    Lie("takes-other-content-type", STATUS, "body-json", (SEND,), EXAMPLES),
    Lie("reads-with-any-query", STATUS, "hash-in-query"),
    Lie("error-word-success", ENVELOPE),
    Lie("success-word-ok", ENVELOPE),
    Lie("code-always-400", ENVELOPE),
    Lie("error-html", ENVELOPE),
    Lie("code-string", SCHEMA),
    Lie("parts-missing", SCHEMA),
    Lie("zero-date-null", SCHEMA),
    Lie("dates-rfc3339", SCHEMA),
    Lie("date-30-february", SCHEMA),
    Lie("debit-number", SCHEMA),
    Lie("allow-missing", HEADERS),
    Lie("allow-incomplete", HEADERS),
    Lie("challenge-missing", HEADERS),
    Lie("query-send-cacheable", HEADERS),
    Lie("read-of-another-hash", ASKED),
    Lie("loses-all", MODEL, "sent-is-found"),
    Lie("hash-always-same", MODEL, "hash-unique"),
    Lie("sends-twice", MODEL, "one-sms-each"),
    Lie("query-sends-twice", MODEL, "one-sms-each"),
    Lie("sends-again-unmarked", MODEL, "one-sms-each"),
    Lie("sends-every-20th-again", MODEL, "one-sms-each"),
    Lie("sends-what-it-refused", MODEL, "one-sms-each"),
    Lie("sends-for-strangers", MODEL, "one-sms-each"),
    Lie("text-trimmed", MODEL, "sent-comes-back"),
    Lie("options-always-null", MODEL, "sent-comes-back"),
    Lie("null-options-as-empty", MODEL, "sent-comes-back"),
    Lie("options-with-defaults", MODEL, "sent-comes-back"),
    Lie("user-data-lost", MODEL, "sent-comes-back"),
    Lie("empty-sender-as-sms", MODEL, "sent-comes-back"),
    Lie("plus-as-space", MODEL, "sent-comes-back", (SEND_BY_QUERY, READ), EXAMPLES),
    Lie("stop-not-replaced", MODEL, "stop-number"),
    Lie("unicode-never", MODEL, "encoding-follows-text"),
    Lie("unicode-always", MODEL, "encoding-follows-text"),
    Lie("bar-as-gsm", MODEL, "encoding-follows-text"),
    Lie("parts-always-1", MODEL, "parts-count", (SEND, READ), EXAMPLES),
    Lie("stop-counted-before", MODEL, "parts-count", (SEND, READ), EXAMPLES),
    Lie("nature-default-alerting", MODEL, "nature-as-asked"),
    Lie("debit-not-by-parts", MODEL, "debit-follows-parts", (SEND, READ), EXAMPLES),
    Lie("creation-made-up", MODEL, "creation-follows-sends"),
    Lie("mode-flips", MODEL, "members-fixed"),
    Lie("history-shrinks", MODEL, "history-grows"),
    Lie("status-goes-back", MODEL, "status-follows-life"),
    Lie("history-skips", MODEL, "status-follows-life"),
    Lie("status-error-none", MODEL, "status-follows-life"),
    Lie("received-before-sent", MODEL, "dates-in-order"),
    Lie("update-a-second-late", MODEL, "dates-match-history"),
    Lie("sent-a-second-late", MODEL, "dates-match-history"),
    Lie("list-capped-at-100", MODEL, "list-complete", (SEND, LIST), EXAMPLES),
    Lie("lists-last-twice", MODEL, "list-complete"),
    Lie("newest-first", MODEL, "list-order"),
    Lie("by-hash", MODEL, "list-order"),
    Lie("type-always-out", MODEL, "list-type"),
    Lie("from-exclusive", MODEL, "list-window-inclusive"),
    Lie("to-exclusive", MODEL, "list-window-inclusive"),
    Lie("to-a-second-late", MODEL, "list-window-inclusive"),
    Lie("list-without-network", MODEL, "list-equals-read"),
)


def _through(proxy: Proxy, settings: Settings, **changes: object) -> Outcome:
    with proxy.listening():
        return run_suite(dataclasses.replace(settings, base_url=proxy.base_url, **changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fast_emulator() -> Iterator[str]:
    """An emulator whose SMS come to their end within a run."""
    with ExitStack() as takedown:
        yield start_emulator(takedown)


@pytest.fixture
def fast(fast_emulator: str) -> Settings:
    control(fast_emulator, "reset")
    return Settings(fast_emulator, *ACCOUNT, seed=1, max_seconds=900)


def _caught(outcome: Outcome, lie: Lie) -> list[Failure]:
    found = [failure for failure in outcome.tally.failures.values() if failure.check == lie.check]
    return found if any(lie.rule in f"{failure.title} {failure.message}" for failure in found) else []


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.name} {lie.rule}".strip())
def test_a_lie_is_caught(lie: Lie, fast: Settings, contract: Contract) -> None:
    with LyingProxy(fast.base_url, MUTANTS[lie.name].make()).listening() as proxy:
        settings = dataclasses.replace(
            fast, base_url=proxy.base_url, operations=lie.operations, phases=lie.phases
        )
        # Most show at the first failure; where another check notices before, the whole run has to tell.
        outcome = run_suite(dataclasses.replace(settings, fail_fast=True), contract)
        found = _caught(outcome, lie) or _caught(run_suite(settings, contract), lie)
    assert found, sorted(outcome.tally.failures)
    assert all(failure.steps for failure in found)


def test_every_check_and_every_rule_has_a_lie() -> None:
    assert {lie.check for lie in LIES} == set(INSPECTIONS)
    assert {lie.rule for lie in LIES} - {""} == ACCOUNT_RULES | REQUEST_RULES.keys()


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_the_history_of_sms_that_came_to_their_end_is_judged(seed: int, fast: Settings) -> None:
    with LyingProxy(fast.base_url, MUTANTS["history-with-microseconds"].make()).listening() as proxy:
        changed = dataclasses.replace(fast, base_url=proxy.base_url, seed=seed)
        outcome = run_suite(dataclasses.replace(changed, operations=(SEND, READ), phases=EXAMPLES))
    assert {failure.check for failure in outcome.tally.failures.values()} >= {"answer_schema_with_formats"}
    assert any("updated_at" in failure.message for failure in outcome.tally.failures.values())


def test_credentials_that_are_refused_are_no_broken_contract(settings: Settings) -> None:
    with pytest.raises(
        CredentialsError, match=r"^CALLR_LOGIN, CALLR_PASSWORD: rejected by the server \(401\)"
    ):
        run_suite(dataclasses.replace(settings, password="wrong"))


def test_a_list_that_takes_no_credentials_is_a_broken_contract(settings: Settings) -> None:
    def refuse(told: Response, asked: Request) -> Response:
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
