"""The scripts: 1 while the server is wrong, 0 once it is right, whatever hashes it gives out now."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.emulator import ACCOUNT, start_emulator
from callr_sms_contract.events import Failure
from callr_sms_contract.results import Fault
from callr_sms_contract.results.repro_script import script
from callr_sms_contract.wire.messages import Request
from mutants import MUTANTS, LyingProxy
from tests.contract_tests.clocks import control
from tests.contract_tests.lying_proxy import Proxy
from tests.contract_tests.test_cli import environment
from tests.contract_tests.test_lies import LIES, Lie
from tests.preloaded import command

BASE = "http://127.0.0.1:1/rest/v1.1"

CHOSEN = (
    "invalid-500",
    "allow-missing",
    "takes-any-password",
    "scheme-in-one-case",
    "error-html",
    "takes-256-parts",
    "reads-lower-case-hash",
    "hash-always-same",
    "text-trimmed",
    "stop-not-replaced",
    "parts-always-1",
    "mode-flips",
    "to-exclusive",
    "newest-first",
)
"""Of each kind: statuses, headers, halves of credentials, long bodies, chains, dates, changes over time."""
_NOT_SURE = {"hash-always-same", "newest-first"}
"""What is right alone may yet be wrong beside other SMS, so a right server is 2 there."""


@pytest.fixture(scope="module")
def fast_emulator() -> Iterator[str]:
    with ExitStack() as takedown:
        yield start_emulator(takedown)


@pytest.fixture
def fast(fast_emulator: str) -> Settings:
    control(fast_emulator, "reset")
    return Settings(fast_emulator, *ACCOUNT, seed=1, max_seconds=900)


def _fault(lie: Lie, settings: Settings) -> Fault:
    changed = replace(settings, operations=lie.operations, phases=lie.phases)
    # As in the tests of the lies: the whole run only where another check notices first.
    runs = (run_suite(replace(changed, fail_fast=fail_fast)) for fail_fast in (True, False))
    faults = (fault for run in runs for fault in run.record.faults if fault.check == lie.check)
    return next(fault for fault in faults if lie.rule in ("", fault.rule))


def _run(text: str, url: str = "") -> "subprocess.CompletedProcess[str]":
    account = environment(*ACCOUNT)
    judge = {"CALLR_SMS_CONTRACT": shlex.join(command("callr_sms_contract"))}
    other = {"CALLR_BASE_URL": url} if url else {}
    return subprocess.run(
        ["sh"],  # noqa: S607 - whichever shell there is
        input=text,
        env=account | judge | other,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("name", CHOSEN)
def test_a_script_fails_while_the_server_is_wrong_and_passes_when_it_is_right(
    name: str, fast: Settings
) -> None:
    (lie,) = (lie for lie in LIES if lie.name == name)
    with LyingProxy(fast.base_url, MUTANTS[name].make()).listening() as proxy:
        fault = _fault(lie, replace(fast, base_url=proxy.base_url))
        wrong = _run(fault.script)
    right = _run(fault.script, fast.base_url)
    assert wrong.returncode == 1, (wrong.stdout, wrong.stderr, fault.script)
    assert right.returncode == (2 if name in _NOT_SURE else 0), (right.stdout, right.stderr, fault.script)
    for secret in ("emulator:emulator", "ZW11bGF0b3I"):
        assert secret not in fault.script


def _script(*steps: Request, **changes: object) -> str:
    failure = Failure(
        "GET /sms", "verdict_on_the_wire", "Wrong status: 500, expected 200", "", steps, 500, ""
    )
    return script(replace(failure, **changes), BASE, "login", "password")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variable", "login"), [("CALLR_LOGIN", ""), ("CALLR_LOGIN", None), ("CALLR_PASSWORD", "x")]
)
def test_without_credentials_it_cannot_be_told(variable: str, login: str | None) -> None:
    variables = {"PATH": os.environ["PATH"]} | ({} if login is None else {"CALLR_LOGIN": login})
    text = _script(Request("GET", f"{BASE}/sms"))
    result = subprocess.run(
        ["sh"],  # noqa: S607 - whichever shell there is
        input=text,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = f"{variable}: '' is not a credential; expected it in the environment\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said)


def test_a_chain_takes_the_hash_that_comes() -> None:
    send = Request("POST", f"{BASE}/sms", {"content-type": "application/json"}, b'{"to": "+33639981234"}')
    text = _script(send, Request("GET", f"{BASE}/sms/8242D945?hash=8242D945"))
    assert '/sms/"$hash1"' in text or '/sms/\'"$hash1"' in text
    assert "hash1=$(property data" in text
    assert text.count("8242D945") <= 1  # of the query, which the rule hash-in-query ignores


def test_a_list_takes_the_date_that_comes() -> None:
    send = Request("GET", f"{BASE}/sms/send?to=%2B33639981234&body=x")
    listed = Request("GET", f"{BASE}/sms?type=OUT&from=2026-03-19+12%3A00%3A00&to=2026-03-19+12%3A00%3A01")
    text = _script(send, listed, results=("8242D945", ""), creations={"8242D945": "2026-03-19 12:00:00"})
    assert '$(later "$date1" +0)' in text
    assert '$(later "$date1" +1)' in text
    assert "2026-03-19" not in text


def test_what_stands_in_a_request_is_no_shell() -> None:
    touched = os.path.join(os.getcwd(), "touched")  # noqa: PTH109, PTH118 - a word for a shell
    bad = f"$(touch {touched})`touch {touched}`'\";touch {touched}\n#"
    steps = Request("POST", f"{BASE}/sms?x={bad}", {"content-type": bad}, bad.encode())
    failure = Failure(bad, "verdict_on_the_wire", bad, bad, (steps,), 500, "")
    text = script(failure, f"{BASE}/'$(touch {touched})", "login", "password")
    assert _run(text).returncode == 2  # nothing listens there
    assert not os.path.exists(touched)  # noqa: PTH110 - as above


def test_a_long_body_is_short_in_the_script_and_whole_on_the_wire(fast: Settings) -> None:
    body = b'{"to": "x", "body": "' + b"a" * 40000 + "ê".encode() * 400 + b'\\"100 %\\u00e9"}'
    with Proxy(fast.base_url).listening() as proxy:
        request = Request("POST", f"{proxy.base_url}/sms", {"content-type": "application/json"}, body)
        failure = Failure(
            "POST /sms", "verdict_on_the_wire", "Wrong status: 200, expected 400", "", (request,), 200, ""
        )
        text = script(failure, proxy.base_url, *ACCOUNT)
        assert _run(text).returncode in {0, 1}
    assert len(text) < 3000
    assert [asked.body for asked in proxy.asked] == [body]


def test_a_request_that_gets_no_answer_is_wrong() -> None:
    step = Request("GET", "http://127.0.0.1:1/sms")
    failure = Failure(
        "GET /sms", "every_request_is_answered", "The server did not respond", "", (step,), 0, ""
    )
    result = _run(script(failure, "http://127.0.0.1:1", "a", "b"))
    assert result.returncode == 1
