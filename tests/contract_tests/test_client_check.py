"""`callr-sms-contract client`: how often programs of any kind send what they mean to send once."""

import json
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks._stock import generate
from callr_sms_contract.client_check import BREAKS, header
from callr_sms_contract.client_check.program import Ended, run
from tests.contract_tests.senders import TEXT, TO
from tests.contract_tests.test_cli import environment
from tests.docs.pages import DOCS
from tests.preloaded import Forked, command

SENDERS = "tests.contract_tests.senders"
LATE = ("callr_sms_client._calls.log", "callr_sms_client._transport.default", "httpx")
"""What the clients import when they send for the first time, which is what each process does."""
AFTER = {each.name for each in BREAKS if each.is_after_the_send}


def _check(
    folder: Path, *arguments: str, **more: str
) -> tuple[int, "subprocess.CompletedProcess[str]", dict[str, Any]]:
    done = subprocess.run(  # noqa: S603 - our own program
        [*command("callr_sms_contract"), "client", "--json", "client.json", *arguments],
        cwd=folder,
        env=environment() | more,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    report = folder / "client.json"
    return done.returncode, done, json.loads(report.read_text("utf-8")) if report.exists() else {}


def _named(report: dict[str, Any], verdict: str) -> set[str]:
    return {run["break"] for run in report["runs"] if run["verdict"] == verdict}


def _sender(name: str) -> tuple[str, ...]:
    return "--", *command(f"{SENDERS}:main", *LATE), name


@pytest.mark.parametrize("name", ["ours", "vendor"])
def test_a_program_that_never_repeats_and_reports_every_error_is_right(name: str, tmp_path: Path) -> None:
    code, done, report = _check(tmp_path, "--jobs", "6", "--junit", "client.xml", *_sender(name))
    assert (code, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1].startswith("doubled sends: 0, lost without an error: 0; ")
    runs = {run["break"]: run for run in report["runs"]}
    assert list(runs) == ["no-break", *(each.name for each in BREAKS)]
    delivered = {each for each, run in runs.items() if run["delivered"]}
    assert delivered == AFTER | {"no-break"}
    assert {run["verdict"] for run in runs.values()} == {"right"}
    unbroken = {each for each, run in runs.items() if not run["broken"]}
    assert unbroken == {"no-break", "connection-refused"}
    assert runs["request-body-reset"]["code"] == 1
    suite = ET.parse(tmp_path / "client.xml").getroot()  # noqa: S314 - our own report
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == (str(len(runs)), "0", "0")
    written = "".join(each.read_text("utf-8") for each in tmp_path.iterdir()) + done.stdout
    assert not any(secret in written for secret in (TO[1:], TEXT))


def test_a_program_that_repeats_everything_is_found_out(tmp_path: Path) -> None:
    code, done, report = _check(tmp_path, "--jobs", "6", "--junit", "client.xml", *_sender("naive"))
    assert code == 1, done.stdout
    # The library takes a page, half of the JSON, and a head that ends early for a whole response.
    taken = {"page-200-after", "response-slow", "response-unframed-closed", "response-truncated"}
    assert _named(report, "doubled") == AFTER - taken - {"response-headers-closed"}
    before = {each.name for each in BREAKS} - AFTER
    assert _named(report, "lost") == before - {"redirect-307-before"}
    doubled, lost = report["doubled"], report["lost"]
    assert done.stdout.splitlines()[-1].startswith(
        f"doubled sends: {doubled}, lost without an error: {lost};"
    )
    suite = ET.parse(tmp_path / "client.xml").getroot()  # noqa: S314 - our own report
    assert suite.get("failures") == str(doubled + lost)


def test_code_that_returns_none_for_unexpected_statuses_loses_sms(tmp_path: Path) -> None:
    generate(tmp_path)
    names = ("request-end-closed", "status-500-before", "status-503-before", "redirect-302-page")
    chosen = (*names, "response-none-reset", "status-503-after", "response-silent")
    options = [word for name in chosen for word in ("--only", name)]
    code, done, report = _check(tmp_path, "--jobs", "2", *options, *_sender("stock"), STOCK=str(tmp_path))
    assert code == 1, done.stdout + done.stderr
    assert _named(report, "doubled") == set()
    assert _named(report, "lost") == {"status-503-before", "redirect-302-page"}
    assert _named(report, "right") == {"no-break", *chosen} - _named(report, "lost")


def test_a_send_without_a_body_is_not_broken_in_it(tmp_path: Path) -> None:
    bodies = [each.name for each in BREAKS if each.needs_a_body]
    chosen = (*bodies, "response-none-closed", "request-headers-reset")
    options = [word for name in chosen for word in ("--only", name)]
    code, done, report = _check(tmp_path, *options, *_sender("by_query"))
    assert code == 0, done.stdout + done.stderr
    assert _named(report, "impossible") == set(bodies)


def test_a_program_that_trusts_anybody_and_a_report_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    unwritable = ("--json", "file/client.json")
    line = CURL.replace("curl", "curl -k -H 'Expect: 100-continue' -H 'Transfer-Encoding: chunked'")
    code, done, _ = _check(tmp_path, *unwritable, "--only", "tls-untrusted", "--", "sh", "-c", line)
    assert code == 2
    assert "sent once to a server whose certificate nobody trusts\n" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("doubled sends: 0, lost without an error: 0;")
    assert done.stderr == (
        "callr-sms-contract: --json: file/client.json cannot be written (File exists); "
        "expected a writable file\n"
    )


CURL = (
    'curl -sf --max-time 5 -u "$CALLR_LOGIN:$CALLR_PASSWORD" "$CALLR_BASE_URL/sms" '
    """-H 'Content-Type: application/json' -d '{"to":"+33639981234","body":"Your code is 482913"}'"""
)
ONE_BREAK = ("--only", "response-none-reset")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("true", "the program made no request (exit 0); expected one to the URL in CALLR_BASE_URL"),
        (
            CURL.replace("$CALLR_BASE_URL", "https://api.callr.invalid/rest/v1.1"),
            "the program called api.callr.invalid (exit ",
        ),
        (f"{CURL}; {CURL}", "made 2 requests and 2 SMS were delivered (exit 0); expected exactly one"),
        (
            CURL.replace("LOGIN", "OTHER"),
            "made 1 requests and 0 SMS were delivered (exit 22); expected exactly",
        ),
        (f"{CURL}; exit 4", "ended with exit 4 although the SMS was sent; expected exit code 0"),
    ],
)
def test_a_program_that_cannot_be_tested_is_said_in_a_line(line: str, expected: str, tmp_path: Path) -> None:
    code, done, report = _check(tmp_path, *ONE_BREAK, "--", "sh", "-c", line)
    assert (code, report["is_complete"], report["runs"]) == (2, False, [])
    (error,) = done.stderr.splitlines()
    assert error.startswith("callr-sms-contract: ")
    assert expected in error
    assert "--show-output" in error


def test_a_run_without_a_response_of_the_emulator_is_not_judged(tmp_path: Path) -> None:
    line = CURL.replace("curl", "curl -H 'X-Emulator-Fault: reset'")
    code, done, report = _check(tmp_path, *ONE_BREAK, "--", "sh", "-c", line)
    assert (code, report["runs"]) == (2, [])
    last = done.stderr.splitlines()[-1]
    assert last == "callr-sms-contract: the emulator did not respond (ConnectionResetError)"


def test_a_background_send_is_waited_for_and_output_is_shown_on_request(tmp_path: Path) -> None:
    line = f"echo begun; ({CURL} >/dev/null || {CURL}) &"
    code, done, report = _check(tmp_path, *ONE_BREAK, "--show-output", "--", "sh", "-c", line)
    assert code == 1
    assert report["runs"][1]["delivered"] == 2
    assert done.stderr.startswith("begun\n")
    assert "begun" not in done.stdout


def test_a_program_that_sends_once_for_ever_or_never_ends_is_not_judged(tmp_path: Path) -> None:
    """The first remembers that it has sent; the second waits for a response for longer than it may."""
    line = f"test -e sent || {CURL} --max-time 50 && touch sent"
    code, done, report = _check(tmp_path, *ONE_BREAK, "--", "sh", "-c", line)
    assert (code, _named(report, "untouched")) == (2, {"response-none-reset"})
    assert "response-none-reset: the program made no request; expected one that does" in done.stderr
    silent = ("--only", "response-silent", "--time-limit", "3")
    code, done, report = _check(tmp_path, *silent, "--", "sh", "-c", CURL.replace("--max-time 5", ""))
    assert (code, _named(report, "unended")) == (2, {"response-silent"})
    assert report["runs"][1]["code"] is None
    assert "response-silent: the program did not end within 3 s; expected a timeout in" in done.stderr
    assert "not judged: 1" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("--", "no-such-program"),
            "COMMAND: 'no-such-program' cannot be started (No such file or directory)",
        ),
        (("--", "/"), "COMMAND: '/' cannot be started (Permission denied)"),
        ((), "COMMAND: it is missing; expected a program after --"),
        (("--jobs", "0", "--", "true"), "--jobs: 0 is out of range; expected 1 to 16"),
        (
            ("--time-limit", "nan", "--", "true"),
            "--time-limit: nan is not a time; expected a number of seconds",
        ),
        (("--only", "x", "--", "true"), "--only: 'x' is unknown; expected one of connection-refused, "),
    ],
)
def test_a_wrong_argument_is_named(arguments: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    code, done, _ = _check(tmp_path, *arguments)
    assert code == 2
    (error,) = done.stderr.splitlines()
    assert error.startswith(f"callr-sms-contract: {expected}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_report_and_no_process(number: int, tmp_path: Path) -> None:
    line = f"{CURL} >/dev/null; test -e first && echo $$ > hanging && sleep 60; touch first"
    arguments = ["client", "--json", str(tmp_path / "client.json"), *ONE_BREAK, "--", "sh", "-c"]
    arguments.append(f"cd {tmp_path} && {line}")
    with (tmp_path / "errors").open("w+") as errors:
        with Forked("callr_sms_contract", arguments, errors, environment()) as process:
            hanging = tmp_path / "hanging"
            while not (hanging.exists() and hanging.read_text()):
                time.sleep(0.01)
            process.send_signal(number)
            printed = process.stdout.read()
            assert process.wait(60) == 2
        errors.seek(0)
        assert errors.read() == "callr-sms-contract: interrupted\n"
    name = signal.Signals(number).name
    report = json.loads((tmp_path / "client.json").read_text("utf-8"))
    assert (report["stopped"], report["is_complete"]) == (f"interrupted by {name}", False)
    assert [run["break"] for run in report["runs"]] == ["no-break"]
    assert f"incomplete, interrupted by {name}: doubled sends: 0" in printed
    with pytest.raises(ProcessLookupError):
        os.kill(int(hanging.read_text()), 0)


def test_closed_output_is_no_fault_of_the_program(tmp_path: Path) -> None:
    program = shlex.join(command("callr_sms_contract"))
    line = f"{program} client -- true | true; echo $PIPESTATUS"
    done = subprocess.run(  # noqa: S603 - our own program
        ["bash", "-c", line],  # noqa: S607 - the bash of the user
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert (done.stdout, len(done.stderr.splitlines())) == ("2\n", 1)
    assert "standard output was closed" in done.stderr or "made no request" in done.stderr


def _ended(line: str, folder: Path, seconds: float = 60) -> Ended:
    settings = {"CALLR_PASSWORD": f"of {folder}", "FOLDER": str(folder)}
    return run(["sh", "-c", f"cd $FOLDER; {line}"], settings, seconds, Event(), shows_output=False)


def test_how_programs_end(tmp_path: Path) -> None:
    assert _ended("exit 3", tmp_path) == Ended(3)
    assert _ended("kill -SEGV $$", tmp_path).words == "SIGSEGV"
    assert _ended("kill -40 $$", tmp_path).words == "signal 40"
    flood = "head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2; cat"
    assert _ended(flood, tmp_path) == Ended(0)
    assert _ended("sleep 60", tmp_path, 0.2) == Ended(None)
    stubborn = "trap '' TERM; sleep 60 & wait; wait"
    assert _ended(stubborn, tmp_path, 0.2) == Ended(None)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds daemons in /proc, as on Linux")
def test_daemons_are_waited_for_and_ended(tmp_path: Path) -> None:
    """They have a session of their own, and no parent any more."""
    assert _ended("setsid sh -c 'sleep 0.3; echo > late' & exit 0", tmp_path) == Ended(0)
    assert (tmp_path / "late").exists()
    found = _ended("setsid sh -c 'echo $$ > daemon; exec sleep 60' & exit 0", tmp_path, 1)
    assert found == Ended(0, left_processes=True)
    daemon = Path("/proc", (tmp_path / "daemon").read_text().strip(), "cmdline")
    # What has ended is there without a command line until its parent looks, which is not this process.
    assert not daemon.exists() or not daemon.read_bytes()


def test_every_break_is_documented() -> None:
    page = (DOCS / "contract-tests" / "clients.md").read_text("utf-8")
    breaks = page.partition("## The breaks")[2]
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", breaks, re.MULTILINE)
    assert rows == [(each.name, each.words) for each in BREAKS]
    assert header() in page.splitlines()
