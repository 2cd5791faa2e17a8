"""The command line as people and CI meet it."""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import urllib.parse
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

import pytest

from callr_sms_contract import PROFILES
from callr_sms_contract.cli.commands import main
from callr_sms_contract.oracle.event_rules import EVENT_RULES
from callr_sms_contract.oracle.request_rules import ACCOUNT_RULES, REQUEST_RULES
from callr_sms_contract.reports.totals import rule_totals
from callr_sms_contract.results import read_record
from callr_sms_contract.run import Run
from tests.conftest import RunningEmulator
from tests.contract_tests.live_host import live_host
from tests.contract_tests.lying_proxy import Proxy, Response
from tests.contract_tests.lying_proxy import Request as Asked
from tests.preloaded import command

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--phase", "examples", "--operation", "listSms")


def environment(login: str = "", password: str = "") -> dict[str, str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CALLR_", "CONTRACT_"))
    }
    path = os.pathsep.join([str(ROOT), *filter(None, [clean.get("PYTHONPATH")])])
    return clean | {"PYTHONPATH": path, "CALLR_LOGIN": login, "CALLR_PASSWORD": password}


PYTHON = (sys.executable, "-m", "callr_sms_contract")


def _run(
    folder: Path, *arguments: str, login: str = "", password: str = "", program: tuple[str, ...] = PYTHON
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own program
        [*program, *arguments],
        cwd=folder,
        env=environment(login, password),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_without_a_server_the_emulator_is_tested_and_nothing_is_left(tmp_path: Path) -> None:
    """One whole run also shows that it reaches all of the contract that a run can reach."""
    wanted = ("--seed", "7", "--shortcodes", "36111, 12345", "--max-seconds", "900")
    result = _run(tmp_path, *wanted, "--webhooks-seconds", "15", "--json", "record.json")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "seed 7" in result.stdout.splitlines()[0]
    assert "the contract holds" in result.stdout.splitlines()[-1]
    for phase in PROFILES["quick"].shares:
        assert re.search(
            rf"^{phase}: \d+ requests, no failures so far, [0-9.]+ s$", result.stdout, re.MULTILINE
        )
    assert len(result.stdout.splitlines()) <= 25
    assert "not reached" not in result.stdout
    (record,) = tmp_path.iterdir()
    assert not is_listening(base_url_in(result.stdout))
    rules = rule_totals(read_record(record))
    assert {rule.name for rule in rules} == REQUEST_RULES.keys() | ACCOUNT_RULES | EVENT_RULES.keys()
    assert all(rule.kept for rule in rules), rules
    assert {rule.name for rule in rules if rule.broken} == REQUEST_RULES.keys(), rules
    coverage = json.loads(record.read_text("utf-8"))["coverage"]
    assert [row for row in coverage if not row["count"]] == []
    assert sum(1 for row in coverage if row["kind"] == "broken") > 50


def test_the_version_is_the_distributions(tmp_path: Path) -> None:
    result = _run(tmp_path, "--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"callr-sms-contract {version('callr-sms-contract')}\n"


def test_a_broken_contract_is_1_and_a_failure_can_be_pasted(
    emulator: RunningEmulator, tmp_path: Path
) -> None:
    def lie(told: Response, _: Asked) -> Response:
        return Response(418, told.headers, told.body) if told.status == 400 else told

    with Proxy(emulator.base_url, lie=lie).listening() as proxy:
        result = _run(
            tmp_path,
            "--base-url",
            proxy.base_url,
            *QUICK,
            login=emulator.login,
            password=emulator.password,
            program=command("callr_sms_contract"),
        )
        assert result.returncode == 1, result.stdout + result.stderr
        line = next(line for line in result.stdout.splitlines() if line.strip().startswith("curl "))
        assert '-u "$CALLR_LOGIN:$CALLR_PASSWORD"' in line
        again = subprocess.run(  # noqa: S602 - a line for a shell
            f"{line} -o {os.devnull} -w '%{{http_code}}'",
            shell=True,
            text=True,
            capture_output=True,
            check=True,
            env=environment(emulator.login, emulator.password),
        )
    assert again.stdout == "418"
    assert "the contract is broken" in result.stdout.splitlines()[-1]


def test_credentials_are_nowhere_in_the_output(emulator: RunningEmulator, tmp_path: Path) -> None:
    statuses = cycle((418, 500))  # one alone would be the end of the run

    def repeat(_: Response, asked: Asked) -> Response:
        return Response(
            next(statuses),
            (("content-type", "text/plain"),),
            f"{asked.header('authorization')} hidden-login hidden-word".encode(),
        )

    with Proxy(emulator.base_url, lie=repeat).listening() as proxy:
        result = _run(
            tmp_path,
            "--base-url",
            proxy.base_url,
            *QUICK,
            login="hidden-login",
            password="hidden-word",
            program=command("callr_sms_contract"),
        )
    assert result.returncode == 1, result.stdout + result.stderr
    shown = result.stdout + result.stderr
    assert "[hidden]" in shown
    for secret in ("hidden-login", "hidden-word", "aGlkZGVuLWxvZ2luOmhpZGRlbi13b3Jk"):
        assert secret not in shown


def test_refused_credentials_are_2_and_one_line(emulator: RunningEmulator, tmp_path: Path) -> None:
    program = command("callr_sms_contract")
    wrong = ("--base-url", emulator.base_url, *QUICK, "--junit", "report.xml")
    result = _run(tmp_path, *wrong, login=emulator.login, password="wrong", program=program)
    assert (result.returncode, result.stderr) == (
        2,
        (
            "callr-sms-contract: CALLR_LOGIN, CALLR_PASSWORD: rejected by the server (401); "
            "expected those of an API account\n"
        ),
    )
    assert "[hidden]" not in result.stdout
    assert "incomplete: CALLR_LOGIN, CALLR_PASSWORD: rejected" in (tmp_path / "report.xml").read_text("utf-8")


def test_a_fault_of_our_own_is_2_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipient = "+33639981234"

    def fail(_: Run) -> None:
        raise LookupError(recipient)

    monkeypatch.setattr(Run, "execute", fail)
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    report = tmp_path / "report.xml"
    arguments = ["program", "--base-url", "http://127.0.0.1:1/rest/v1.1", "--junit", str(report)]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.endswith(
        "callr-sms-contract: a fault of the contract tests ended them (LookupError); please report it\n"
    )
    assert "raise LookupError(recipient)" in error
    assert recipient not in error
    text = report.read_text("utf-8")
    assert "incomplete: LookupError" in text
    assert recipient not in text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CONTRACT_BASE_URL", "127.0.0.1", "--base-url: '127.0.0.1' is not the URL of a server"),
        ("CONTRACT_SHORTCODES", "SMS", "--shortcodes: 'SMS' is not a shortcode"),
        ("CONTRACT_PROFILE", "slow", "--profile: 'slow' is unknown"),
    ],
)
def test_the_environment_gives_defaults(
    name: str,
    value: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    monkeypatch.setenv(name, value)
    assert expected in _refusal(monkeypatch, capsys)
    monkeypatch.setenv(name, "")
    assert "--seed" in _refusal(monkeypatch, capsys, "--seed", "x", "--base-url", "http://127.0.0.1:1/")


WRONG_ARGUMENTS = [
    (["--seed", "x"], r"--seed: 'x' is not a seed; expected a whole number.*"),
    (["--profile", "slow"], r"--profile: 'slow' is unknown; expected one of quick, full"),
    (["--phase", "x"], r"--phase: 'x' is unknown; expected one of examples, .*"),
    (["--operation", "x"], r"--operation: 'x' is unknown; expected one of .*sendSms.*"),
    (["--shortcodes", "SMS"], r"--shortcodes: 'SMS' is not a shortcode; expected 1 to 11 digits"),
    (["--nothing"], r"No such option: --nothing.*; see callr-sms-contract --help"),
    (["--max-sends", "x"], r"Invalid value for '--max-sends': 'x' is .*; see callr-sms-contract --help"),
    (["run"], r"No such command 'run'; see callr-sms-contract --help"),
    (["merge"], r"Missing argument 'FILE...'; see callr-sms-contract merge --help"),
    (["receiver"], r"Missing argument 'URL'; see callr-sms-contract receiver --help"),
    (["judge", "."], r"Missing option '--base-url'; see callr-sms-contract judge --help"),
    (
        ["merge", "/no/where"],
        r"/no/where cannot be read \(No such file or directory\); expected a file that .*",
    ),
    (["har", "/no/where"], r"/no/where cannot be read \(No such file or directory\); expected a HAR file .*"),
    (["--base-url", "127.0.0.1"], r"--base-url: '127.0.0.1' is not the URL of a server; expected http://.*"),
    (["--base-url", "http://[x/"], r"--base-url: 'http://\[x/' is not a URL; expected .*"),
    (["--base-url", "http://a:b@127.0.0.1/"], r"--base-url: the URL contains credentials; expected .*"),
    (
        ["--base-url", "http://127.0.0.1:1/rest"],
        r"--base-url: no connection to 'http://127.0.0.1:1/rest'; .*",
    ),
    (["--base-url", "http://nowhere.invalid/"], r"--base-url: the host 'nowhere.invalid' has no address; .*"),
]


def _refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["callr-sms-contract", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "expected"), WRONG_ARGUMENTS)
def test_what_cannot_run_is_2_and_one_line(
    arguments: list[str], expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    line = _refusal(monkeypatch, capsys, *arguments)
    assert re.fullmatch(f"callr-sms-contract: {expected}\n", line), line


def test_credentials_have_to_be_in_theenvironment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CALLR_LOGIN", raising=False)
    line = _refusal(monkeypatch, capsys, "--base-url", "http://127.0.0.1:1/")
    assert line == "callr-sms-contract: CALLR_LOGIN: '' is not a credential; expected it in the environment\n"


def test_no_line_of_the_list_of_commands_is_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["callr-sms-contract", "--help"])
    with pytest.raises(SystemExit):
        main()
    commands = capsys.readouterr().out.partition("\nCommands:\n")[2]
    assert "  receiver  " in commands
    assert "..." not in commands


def test_tls_that_cannot_be_had_is_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], emulator: RunningEmulator
) -> None:
    base_url = emulator.base_url.replace("http://", "https://")
    monkeypatch.setenv("CALLR_LOGIN", emulator.login)
    monkeypatch.setenv("CALLR_PASSWORD", emulator.password)
    line = _refusal(monkeypatch, capsys, "--base-url", base_url)
    assert line.startswith(
        f"callr-sms-contract: --base-url: TLS with '{base_url}' failed; expected a server that speaks TLS "
        "on this port, or http:// in place of https:// ("
    )
    assert line.count("\n") == 1


def test_a_certificate_that_nobody_trusts_is_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).with_name("localhost.pem"))
    with live_host(context) as host:
        line = _refusal(monkeypatch, capsys, "--base-url", host.url.replace("http:", "https:"))
    assert " failed; expected a trusted certificate, or REQUESTS_CA_BUNDLE set to the file of" in line
    assert line.count("\n") == 1


def base_url_in(output: str) -> str:
    found = re.search(r"http://\S+/rest/v1\.1", output)
    assert found is not None, output
    return found[0]


def is_listening(base_url: str) -> bool:
    url = urllib.parse.urlsplit(base_url)
    with socket.socket() as client:
        return client.connect_ex((str(url.hostname), int(url.port or 0))) == 0
