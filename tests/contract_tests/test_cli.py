"""The command line as people and CI meet it."""

import base64
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from callr_sms_contract import PROFILES, Settings, events
from callr_sms_contract.cli.commands import main
from callr_sms_contract.emulator import start_emulator
from callr_sms_contract.oracle.event_rules import EVENT_RULES
from callr_sms_contract.oracle.request_rules import ACCOUNT_RULES, REQUEST_RULES
from callr_sms_contract.reports import conclusion
from callr_sms_contract.reports.totals import rule_totals
from callr_sms_contract.results import Record, Tally, read_record
from callr_sms_contract.results.privacy import without_credentials
from callr_sms_contract.run import Run
from callr_sms_contract.wire.curl_command import curl
from callr_sms_contract.wire.messages import Request
from tests.conftest import RunningEmulator
from tests.contract_tests.live_host import live_host
from tests.contract_tests.lying_proxy import Proxy, Response
from tests.contract_tests.lying_proxy import Request as Asked
from tests.preloaded import Forked, command

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
    assert not _is_listening(_base_url(result.stdout))
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
    def repeat(_: Response, asked: Asked) -> Response:
        return Response(
            500,
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
    assert result.returncode == 1
    shown = result.stdout + result.stderr
    assert "[hidden]" in shown
    for secret in ("hidden-login", "hidden-word", "aGlkZGVuLWxvZ2luOmhpZGRlbi13b3Jk"):
        assert secret not in shown


def test_a_secret_is_hidden_as_a_whole_and_never_told_by_a_blot() -> None:
    settings = Settings("http://127.0.0.1:1/", "somebody", "wrong")
    assert without_credentials("wrongly said", settings) == "wrongly said"
    assert without_credentials('{"password": "wrong"}', settings) == "[hidden]"


@pytest.mark.parametrize("secret", ["a", "ab", "abc", "1", "é", "$", "a.b"])
def test_a_short_secret_is_hidden_too(secret: str) -> None:
    settings = Settings("http://127.0.0.1:1/", "somebody", secret)
    assert without_credentials(f'{{"password": "{secret}"}}', settings) == "[hidden]"
    assert without_credentials(f"you are {secret}", settings) == "[hidden]"
    assert without_credentials("zzz 999", settings) == "zzz 999"


def test_a_curl_line_holds_no_half_of_the_credentials() -> None:
    token = base64.b64encode(b"somebody:other").decode()
    request = Request("GET", "http://127.0.0.1:1/sms", {"authorization": f"Basic {token}"})
    line = curl(request, "somebody", "wrong")
    assert '-u "$CALLR_LOGIN:not-the-one"' in line
    assert token not in line


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


REPORTS = ("junit", "markdown", "html", "json", "drift")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_all_reports_and_stops_the_emulator(
    number: signal.Signals, tmp_path: Path
) -> None:
    files = [word for name in REPORTS for word in (f"--{name}", f"report.{name}")]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PYTHON, "--profile", "full", *files],
        cwd=tmp_path,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        url = _base_url(process.stdout.readline())
        for line in process.stdout:
            if line.startswith("examples: "):
                break
        process.send_signal(number)
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert errors == "callr-sms-contract: interrupted\n"
    assert not _is_listening(url)
    wanted = f"incomplete, interrupted by {number.name}: nothing wrong was found so far"
    assert output.splitlines()[-1].startswith(wanted)
    # Nothing else: a thread that still draws values would leave a folder of Hypothesis.
    assert {path.name for path in tmp_path.iterdir()} == {f"report.{name}" for name in REPORTS}
    for name in REPORTS:
        text = (tmp_path / f"report.{name}").read_text("utf-8")
        assert f"interrupted by {number.name}" in text, name
    record = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert not record["is_complete"]
    assert sum(row["count"] for row in record["requests"]) > 100


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_the_imports_is_2_and_one_line(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "hypothesis.py").write_text("print('importing', flush=True)\nimport time\ntime.sleep(60)\n")
    with subprocess.Popen(  # noqa: S603 - our own program
        PYTHON,
        env=environment() | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        assert process.communicate(timeout=60) == ("", "callr-sms-contract: interrupted\n")
    assert process.returncode == 2


def test_a_signal_while_the_emulator_starts_writes_reports_too(tmp_path: Path) -> None:
    arguments = ["--junit", str(tmp_path / "report.xml")]
    with (
        (tmp_path / "errors").open("w") as errors,
        Forked("callr_sms_contract", arguments, errors, environment()) as process,
    ):
        while not _children(process.pid):
            time.sleep(0.005)
        process.terminate()
        assert process.wait(60) == 2
    assert "incomplete: interrupted by SIGTERM" in (tmp_path / "report.xml").read_text("utf-8")


def _children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")


def test_what_a_signal_interrupts_is_in_the_report(settings: Settings) -> None:
    """Also what schemathesis has found, but reports only at the end of its scenario."""

    def lie(told: Response, _: Asked) -> Response:
        return Response(418, told.headers, told.body) if told.status == 200 else told

    found: list[Record] = []

    def interrupt(event: events.Event, tally: Tally) -> None:
        if isinstance(event, events.ExchangeRecorded) and event.exchange.response.status == 418:
            wrong.append(event)
        if len(wrong) == 2 and not known:
            known.append(len(tally.failures))
            found.append(run.outcome("interrupted by SIGTERM").record)

    wrong: list[events.Event] = []
    known: list[int] = []
    with Proxy(settings.base_url, lie=lie).listening() as proxy:
        chosen = replace(settings, base_url=proxy.base_url, phases=("fuzzing",), operations=("listSms",))
        run = Run(chosen, on_event=interrupt)
        run.execute()
    (record,) = found
    assert known == [0]
    assert record.faults
    assert not record.holds
    assert conclusion(record).startswith("incomplete, interrupted by SIGTERM: the contract is broken in ")


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


def test_the_emulator_is_stopped_when_the_block_fails() -> None:
    url = ""
    with pytest.raises(KeyError), ExitStack() as takedown:  # noqa: PT012 - the block fails on purpose
        url = start_emulator(takedown)
        assert _is_listening(url)
        raise KeyError
    assert not _is_listening(url)


@pytest.mark.parametrize("body", [b'{"to": "it\'s"}', "100 % é\n".encode(), b"\x00\xff\\'"])
def test_the_curl_line_sends_the_same_bytes(body: bytes, emulator: RunningEmulator) -> None:
    with Proxy(emulator.base_url).listening() as proxy:
        request = Request("POST", f"{proxy.base_url}/sms?a=%27", {"content-type": "application/json"}, body)
        line = curl(request, "a", "b")
        subprocess.run(line, shell=True, check=True, capture_output=True, env=environment("a", "b"))  # noqa: S602 - a line for a shell
    assert [(asked.method, asked.target, asked.body) for asked in proxy.asked] == [
        ("POST", "/rest/v1.1/sms?a=%27", body)
    ]


def test_the_curl_line_sends_chunks_where_chunks_were_sent(emulator: RunningEmulator) -> None:
    headers = {"content-type": "application/json", "transfer-encoding": "chunked"}
    with Proxy(emulator.base_url).listening() as proxy:
        line = curl(Request("POST", f"{proxy.base_url}/sms", headers, b"{}"), "a", "b")
        subprocess.run(line, shell=True, check=True, capture_output=True, env=environment("a", "b"))  # noqa: S602 - a line for a shell
    (asked,) = proxy.asked
    assert asked.body == b"{}"
    assert ("transfer-encoding", "chunked") in [(name.lower(), value) for name, value in asked.headers]


def _base_url(output: str) -> str:
    found = re.search(r"http://\S+/rest/v1\.1", output)
    assert found is not None, output
    return found[0]


def _is_listening(base_url: str) -> bool:
    url = urllib.parse.urlsplit(base_url)
    with socket.socket() as client:
        return client.connect_ex((str(url.hostname), int(url.port or 0))) == 0
