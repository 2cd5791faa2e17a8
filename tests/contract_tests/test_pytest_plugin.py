"""The plugin for pytest, in the projects of strangers: files of tests that a pytest process runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

from schemathesis.checks import CHECKS, load_all_checks

from callr_sms_contract.contract import Contract
from callr_sms_contract.oracle import INSPECTIONS
from callr_sms_contract.phases.engine import REPLACED_CHECKS
from callr_sms_contract.phases.recorder import ANSWERED
from callr_sms_contract.phases.webhook_judge import EVENT_CHECKS
from callr_sms_contract_pytest._names import NAMES, OTHERS, PAIRS, THE_RUN
from callr_sms_emulator_pytest import CallrEmulator
from mutants import MUTANTS, LyingProxy
from tests.conftest import RunningEmulator
from tests.contract_tests.test_cli import environment
from tests.docs.pages import run_by
from tests.preloaded import command

UNUSED = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:anyio", "-p", "no:hypothesispytest")
QUICK = "--phase examples --operation sendSms --operation getSms --max-seconds 900 --webhooks off"
NOTING = """
import pathlib, sys

if "callr_sms_contract" in sys.orig_argv:
    with pathlib.Path(__file__).with_name("runs").open("a") as file:
        print("run", file=file)
"""
MINE = "def test_mine():\n    pass\n"


def _pytest(
    folder: Path, *arguments: str, emulator: RunningEmulator | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    account = (emulator.login, emulator.password) if emulator else ("me", "secret")
    clean = {name: value for name, value in environment(*account).items() if not name.startswith("PYTEST_")}
    return subprocess.run(  # noqa: S603 - our own command
        [*command("tests.preloaded_pytest"), *UNUSED, *arguments],
        cwd=folder,
        env=clean | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | more,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def _failed(printed: str) -> set[str]:
    return set(re.findall(r"^FAILED callr-contract::test_contract\[(.+?)\]", printed, re.MULTILINE))


def test_the_names_are_those_of_a_run() -> None:
    load_all_checks()
    checks = {*INSPECTIONS, *CHECKS.get_all_names(), ANSWERED} - REPLACED_CHECKS - {"held_to_the_contract"}
    checks.add("max_response_time")  # only a run with a limit has it
    operations = {each.label for each in Contract.load().operations}
    webhooks = {f"webhook {name}" for name in ("sms-mt-status-update",)}
    pairs = {(operation, check) for operation in operations for check in checks}
    assert set(PAIRS) == pairs | {(name, check) for name in webhooks for check in EVENT_CHECKS}
    assert len(NAMES) == len(set(NAMES)) == len(PAIRS) + 2


def test_a_wrong_server_fails_the_tests_of_its_fault_alone(emulator: RunningEmulator, tmp_path: Path) -> None:
    """Two workers share one run, also in a suite whose tests have other names."""
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_functions = check_*\n", encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(MINE.replace("test_", "check_"), encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(NOTING, encoding="utf-8")
    with LyingProxy(emulator.base_url, MUTANTS["gsm-each-154"].make()).listening() as proxy:
        done = _pytest(
            tmp_path,
            *("-n", "2", "--callr-contract", proxy.base_url, "--callr-contract-options", QUICK),
            emulator=emulator,
            PYTHONPATH=os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]]),
        )
    assert done.returncode == 1, done.stdout
    assert _failed(done.stdout) == {"GET /sms/{hash} account_model"}
    assert "rule parts-count (seed, support, 3gpp): parts is 2, the text of 307 characters" in done.stdout
    assert "curl -sS" in done.stdout
    assert re.search(r"1 failed, \d+ passed, \d+ skipped in", done.stdout)
    assert len((tmp_path / "runs").read_text("utf-8").splitlines()) == 1


def test_a_server_that_cannot_be_judged_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(MINE, encoding="utf-8")
    done = _pytest(tmp_path, "--callr-contract", "http://127.0.0.1:1/rest/v1.1")
    assert done.returncode == 1
    assert _failed(done.stdout) == {THE_RUN}
    assert "--base-url: no connection to 'http://127.0.0.1:1/rest/v1.1'; expected a running" in done.stdout
    assert f"1 failed, 1 passed, {len(NAMES) - 1} skipped" in done.stdout
    for options, expected in (
        ("--json x", "--callr-contract-options: '--json' is set by the plugin; expected other options of"),
        ("--profile none", "--profile: 'none' is unknown; expected one of quick, full"),
    ):
        done = _pytest(
            tmp_path,
            "-k",
            THE_RUN,
            "--callr-contract",
            "http://[::1]:1/",
            "--callr-contract-options",
            options,
        )
        assert f"\n{expected}" in done.stdout, done.stdout
    done = _pytest(tmp_path, "--callr-contract-options", "'open")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("ERROR: --callr-contract-options: it cannot be read (No closing quotation)")


BRIEF = "--max-seconds 3 --seed 1 --allow-incomplete"


def test_nothing_is_sent_to_a_live_server(emulator: RunningEmulator, tmp_path: Path) -> None:
    """To the process of the contract tests, no address is of this machine."""
    account = CallrEmulator(emulator.base_url, emulator.login, emulator.password)
    account.reset()
    (tmp_path / "sitecustomize.py").write_text(
        "import ipaddress\nipaddress.IPv4Address.is_loopback = False\n", encoding="utf-8"
    )
    asked: list[str] = []
    with LyingProxy(
        emulator.base_url, on_request=lambda each: asked.append(f"{each.method} {each.target}")
    ).listening() as proxy:
        path = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
        done = _pytest(
            tmp_path,
            *("--callr-contract", proxy.base_url, "--callr-contract-options", BRIEF),
            emulator=emulator,
            PYTHONPATH=path,
        )
    assert done.returncode == 0, done.stdout
    assert asked
    assert [each for each in asked if not each.startswith("GET ") or "send" in each] == []
    assert account.count() == 0
    assert re.search(r"\d+ passed, \d+ skipped", done.stdout)


EXAMPLES = run_by("tests/contract_tests/test_pytest_plugin.py")


def test_a_server_that_the_suite_starts(tmp_path: Path) -> None:
    """As the page shows it; the example starts the emulator, which a stranger replaces by a server."""
    conftest, tests = EXAMPLES
    (tmp_path / "conftest.py").write_text(conftest.text, encoding="utf-8")
    (tmp_path / "test_contract.py").write_text(tests.text, encoding="utf-8")
    quick = f"{QUICK} --profile quick"
    done = _pytest(tmp_path, "-v", "-k", "POST or the-run or other", "--callr-contract-options", quick)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_contract.py::test_contract[POST /sms verdict_on_the_wire] PASSED" in done.stdout
    assert f"test_contract.py::test_contract[{THE_RUN}] PASSED" in done.stdout
    assert f"test_contract.py::test_contract[{OTHERS}] PASSED" in done.stdout


def test_without_a_server_the_run_says_how_to_name_one(tmp_path: Path) -> None:
    (tmp_path / "test_contract.py").write_text(EXAMPLES[1].text, encoding="utf-8")
    done = _pytest(tmp_path, "-k", THE_RUN)
    assert "--callr-contract: no server is named; expected --callr-contract URL, or a fixture" in done.stdout


def test_a_suite_that_does_not_use_it_imports_nothing_of_it(tmp_path: Path) -> None:
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import callr_sms_contract_pytest.plugin\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    package = "callr_sms_contract_pytest"
    assert done.stdout.split() == [package, f"{package}._case", f"{package}._names", f"{package}.plugin"]
