"""The state machine: what it calls, and that a seed calls it again."""

import dataclasses
import hashlib
import time
from contextlib import closing
from dataclasses import replace

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.settings import ACCOUNT_PHASE
from callr_sms_contract.wire import Client
from tests.contract_tests.lying_proxy import Proxy, Request, Response

_OPERATIONS = ("listSms", "sendSms", "sendSmsByQuery", "getSms")


def _few(settings: Settings, calls: int = 300) -> Settings:
    """A run with few calls. With operations named there are no probes, whose marks no run may repeat."""
    profile = dataclasses.replace(settings.profile, account_calls=calls, account_seconds=300, read_back=0)
    return dataclasses.replace(settings, profile=profile, phases=(ACCOUNT_PHASE,), operations=_OPERATIONS)


def test_it_calls_every_operation_and_accuses_nobody(settings: Settings) -> None:
    outcome = run_suite(_few(settings))
    assert outcome.holds, list(outcome.tally.failures.values())
    made = {
        label: count for (label, phase), count in outcome.tally.requests.items() if phase == ACCOUNT_PHASE
    }
    assert sum(made.values()) == 300
    assert set(made) == {"GET /sms", "POST /sms", "GET /sms/send", "GET /sms/{hash}"}


def test_it_keeps_to_the_operations_that_are_asked_for(settings: Settings) -> None:
    outcome = run_suite(dataclasses.replace(_few(settings), operations=("sendSms", "getSms")))
    made = {label for label, phase in outcome.tally.requests if phase == ACCOUNT_PHASE}
    assert made == {"POST /sms", "GET /sms/{hash}"}


def _sends(settings: Settings) -> list[tuple[str, bytes]]:
    proxy = Proxy(settings.base_url)
    with proxy.listening():
        run_suite(dataclasses.replace(_few(settings), base_url=proxy.base_url))
    sends = [asked for asked in proxy.asked if asked.method == "POST" or asked.path.endswith("/send")]
    return [(asked.target, asked.body) for asked in sends]


def test_a_seed_sends_the_same_again(settings: Settings) -> None:
    first = _sends(settings)
    assert len(first) > 50
    assert _sends(settings) == first
    assert _sends(dataclasses.replace(settings, seed=2)) != first


def test_a_server_that_falls_silent_is_a_failure_and_no_send_is_repeated(settings: Settings) -> None:
    asked: list[Request] = []

    def fall_silent(each: Request) -> Request:
        asked.append(each)
        if each.method == "POST" and len(asked) % 3 == 0:
            raise ConnectionAbortedError
        return each

    proxy = Proxy(settings.base_url, fall_silent)
    with proxy.listening():
        outcome = run_suite(dataclasses.replace(_few(settings, 60), base_url=proxy.base_url))
    assert {failure.check for failure in outcome.tally.failures.values()} == {"every_request_is_answered"}
    silent = [each for each in outcome.tally.failures.values() if each.steps[0].method == "POST"]
    assert silent
    made = sum(count for (label, _), count in outcome.tally.requests.items() if label.startswith("POST "))
    assert sum(each.method == "POST" for each in asked) == made


def test_what_was_sent_before_the_run_ended_is_judged(settings: Settings) -> None:
    """A response is judged while the server works on the next request: the last one has none after it."""
    sent: list[Request] = []

    def lie(told: Response, asked: Request) -> Response:
        sent.extend([asked] * (asked.method == "POST"))
        return replace(told, status=418) if asked.method == "POST" and len(sent) == 40 else told

    proxy = Proxy(settings.base_url, lie=lie)
    with proxy.listening():
        few = dataclasses.replace(_few(settings, 40), base_url=proxy.base_url, operations=("sendSms",))
        outcome = run_suite(few)
    assert {failure.status for failure in outcome.tally.failures.values()} == {418}
    assert sum(outcome.tally.requests.values()) == len(sent) == 40


def test_the_judging_is_no_time_of_the_server(settings: Settings) -> None:
    with closing(Client(settings.base_url, settings.login, settings.password)) as client:
        moments: list[float] = []

        def work() -> None:
            moments.append(time.monotonic())
            while time.monotonic() < moments[0] + 0.2:
                hashlib.sha256(b"judging").digest()

        _, response, timing = client.send("GET", "/sms/ZZZZZZZZ", meanwhile=work)
    assert response is not None
    assert len(moments) == 1
    assert timing.busy >= 0.2
    assert timing.received - timing.sent >= timing.busy
    assert timing.took <= timing.received - timing.sent - 0.2
