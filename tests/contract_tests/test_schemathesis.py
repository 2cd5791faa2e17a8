"""What the suite takes from schemathesis, and that a new version still gives it."""

import dataclasses
import json
import subprocess
from collections import Counter
from urllib.parse import urlsplit

import hypothesis
import pytest
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.run import probes

from callr_sms_contract import PROFILES, Settings, run_suite
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.formats import FORMATS
from callr_sms_contract.contract.schemas import Schemas
from callr_sms_contract.generation.edge_cases import EDGE_CASES
from callr_sms_contract.generation.strategies import STRATEGIES, recent_datetimes
from callr_sms_contract.phases.collector import OUR_CHECK
from callr_sms_contract.phases.engine import REPLACED_CHECKS, configuration
from tests.contract_tests.lying_proxy import Proxy, Request, Response
from tests.contract_tests.test_cli import PYTHON, environment


def test_all_checks_are_on_but_the_two_that_the_verdict_replaces(settings: Settings) -> None:
    load_all_checks()
    config = SchemathesisConfig.from_dict(configuration(settings, is_live=False))
    checks = config.projects.get_default().checks
    names = set(CHECKS.get_all_names()) - {OUR_CHECK}
    assert len(names) >= 14
    assert {name for name in names if not checks.get_by_name(name=name).enabled} == REPLACED_CHECKS
    assert checks.max_response_time.enabled


def test_all_phases_are_on(settings: Settings) -> None:
    phases = (
        SchemathesisConfig.from_dict(configuration(settings, is_live=False)).projects.get_default().phases
    )
    for name in ("examples", "coverage", "fuzzing", "stateful"):
        assert phases.get_by_name(name=name).enabled


def test_the_probes_that_a_live_run_leaves_out_are_still_where_they_were() -> None:
    """They are taken away by name: under another one they would go out, and the guard would end the run."""
    assert isinstance(vars(probes)["PROBES"], tuple)


def test_every_operation_of_the_contract_has_edges(contract: Contract) -> None:
    assert EDGE_CASES.keys() == {operation.id for operation in contract.operations}
    for edges in EDGE_CASES.values():
        assert max(Counter(edge.name for edge in edges).values()) == 1


def test_every_format_of_a_request_has_a_strategy(contract: Contract) -> None:
    only_in_answers = {"callr-datetime-or-zero", "callr-datetime-ms", "decimal"}
    assert STRATEGIES.keys() == (FORMATS.keys() - only_in_answers) | {"uri"}
    assert contract.operations


_SCHEMA_OF = {
    "callr-datetime": "Datetime",
    "callr-hash": "Hash",
    "callr-phone-number": "PhoneNumber",
    "callr-sender": "Sender",
    "callr-text": "Text",
    "uri": "WebhookEndpoint",
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_makes_what_its_schema_allows(name: str, contract: Contract) -> None:
    schemas, pointer = Schemas(contract), f"#/components/schemas/{_SCHEMA_OF[name]}"

    @hypothesis.settings(max_examples=100, deadline=None, database=None)
    @hypothesis.given(STRATEGIES[name]())
    def check(value: str) -> None:
        assert schemas.violations(pointer, value) == []

    check()


def test_a_live_server_is_asked_for_hours_only() -> None:
    found = set()

    @hypothesis.settings(max_examples=100, deadline=None, database=None)
    @hypothesis.given(recent_datetimes())
    def collect(value: str) -> None:
        found.add(value[:10])

    collect()
    assert len(found) <= 2


def test_texts_reach_the_ends_of_parts_and_other_planes() -> None:
    found: set[str] = set()

    @hypothesis.settings(max_examples=1500, deadline=None, database=None, derandomize=True)
    @hypothesis.given(STRATEGIES["callr-text"]())
    def collect(value: str) -> None:
        found.add(value)

    collect()
    lengths = {len(text) for text in found}
    assert lengths >= {70, 71, 134, 135, 160, 161, 306, 307, 39015, 39016}
    assert any(character > "\uffff" for text in found for character in text)


def test_links_are_followed_with_the_real_hash(settings: Settings) -> None:
    with Proxy(settings.base_url).listening() as proxy:
        outcome = run_suite(dataclasses.replace(settings, base_url=proxy.base_url, phases=("stateful",)))
    links = outcome.tally.links
    assert links["POST /sms → GET /sms/{hash}"] > 0
    assert links["GET /sms/send → GET /sms/{hash}"] > 0
    assert links["GET /sms/{hash} → GET /sms"] > 0
    assert outcome.tally.verdicts["200 or 404", 200] > 0


def _fuzzed(settings: Settings, seed: int) -> list[tuple[str, str, bytes]]:
    with Proxy(settings.base_url).listening() as proxy:
        run_suite(
            dataclasses.replace(
                settings, base_url=proxy.base_url, seed=seed, phases=("fuzzing",), operations=("sendSms",)
            )
        )
    return [(asked.method, urlsplit(asked.target).query, asked.body) for asked in _of_the_api(proxy.asked)]


def _of_the_api(asked: list[Request]) -> list[Request]:
    return [each for each in asked if not each.header("x-schemathesis-probe") and each.method != "GET"]


def test_a_seed_is_replayed(settings: Settings) -> None:
    first = _fuzzed(settings, 5)
    assert len(first) >= PROFILES["quick"].max_examples
    assert _fuzzed(settings, 5) == first
    assert _fuzzed(settings, 6) != first


def _asked_by_a_process(settings: Settings, hash_seed: str) -> list[tuple[str, str, bytes]]:
    with Proxy(settings.base_url).listening() as proxy:
        chosen = ("--base-url", proxy.base_url, "--seed", "5", "--max-seconds", "900", "--webhooks", "off")
        subprocess.run(  # noqa: S603 - our own program
            [*PYTHON, *chosen, "--phase", "examples", "--operation", "sendSms"],
            env=environment(settings.login, settings.password) | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.DEVNULL,
            timeout=400,
            check=True,
        )
    return [(asked.method, urlsplit(asked.target).query, asked.body) for asked in _of_the_api(proxy.asked)]


def test_a_seed_is_replayed_by_another_process(settings: Settings) -> None:
    """Sets have another order there."""
    first = _asked_by_a_process(settings, "1")
    assert len(first) > 100
    assert _asked_by_a_process(settings, "2") == first


def test_a_server_that_falls_silent_is_a_failure(settings: Settings) -> None:
    def fall_silent(asked: Request) -> Request:
        if asked.body.startswith(b"[]"):
            raise ConnectionAbortedError
        return asked

    proxy = Proxy(settings.base_url, fall_silent)
    with proxy.listening():
        changed = dataclasses.replace(
            settings, base_url=proxy.base_url, phases=("examples",), operations=("sendSms",)
        )
        outcome = run_suite(changed)
    failures = [each for each in outcome.tally.failures.values() if each.check == "every_request_is_answered"]
    assert [failure.steps[0].body for failure in failures] == [b"[]"]
    assert json.loads(failures[0].steps[0].body) == []


def test_a_phase_goes_on_after_a_request_without_a_response(settings: Settings) -> None:
    lists: list[Request] = []

    def fall_silent(asked: Request) -> Request:
        if asked.operation == "listSms" and asked.pairs:
            lists.append(asked)
            if len(lists) in (5, 6):  # the sixth is the fifth again, on a connection of its own
                raise ConnectionAbortedError
        return asked

    chosen = dataclasses.replace(settings, phases=("examples",), operations=("listSms",))
    proxy = Proxy(settings.base_url, fall_silent)
    with proxy.listening():
        record = run_suite(dataclasses.replace(chosen, base_url=proxy.base_url)).record
    assert (record.faults, record.errors, record.is_complete) == ((), (), True)
    assert [note.partition(":")[0] for note in record.notes] == ["connections"]
    assert len(lists) > 50


def test_a_body_that_is_not_coded_as_it_says_is_no_silence(settings: Settings) -> None:
    def lie(told: Response, asked: Request) -> Response:
        return told.with_header("content-encoding", "gzip") if asked.operation == "listSms" else told

    chosen = dataclasses.replace(settings, phases=("examples",), operations=("listSms",))
    proxy = Proxy(settings.base_url, lie=lie)
    with proxy.listening():
        record = run_suite(dataclasses.replace(chosen, base_url=proxy.base_url)).record
    messages = {fault.message for fault in record.faults if fault.check == "every_request_is_answered"}
    assert messages == {"a response came whose body is not coded as its Content-Encoding says"}
