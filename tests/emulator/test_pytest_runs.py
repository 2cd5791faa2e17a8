"""Test runs with the fixtures for pytest: when a server starts and ends, workers, and what a report shows."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from callr_sms_emulator_pytest import CallrEmulatorServer
from tests.docs.pages import DOCS, Block, run_by
from tests.emulator.support import clean_environment
from tests.preloaded import command

RUN_TIMEOUT = 300
SENDING = """
import base64, json, os, urllib.request

def send(account, to="+447700900123", body="Your code is 482 913", **more):
    credentials = base64.b64encode(f"{account.login}:{account.password}".encode()).decode()
    request = urllib.request.Request(
        account.base_url + "/sms",
        json.dumps({"to": to, "body": body} | more).encode(),
        {"Authorization": "Basic " + credentials, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]
"""
# Nothing of these is used in the runs, and importing them takes longer than all the rest.
UNUSED = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:anyio", "-p", "no:hypothesispytest")


def run(
    folder: Path, tests: str, *flags: str, conftest: str = "", is_fresh: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Let pytest run a file of tests, as somebody who has the package installed does.

    It is forked from one whose imports are done, unless it is to be a fresh interpreter.
    """
    program = (sys.executable, "-m", "pytest") if is_fresh else command("tests.preloaded_pytest")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "sending.py").write_text(SENDING, encoding="utf-8")
    (folder / "test_it.py").write_text(textwrap.dedent(tests), encoding="utf-8")
    environment = clean_environment(PYTHONPATH=str(folder), HOLD=str(folder))
    for name in [each for each in environment if each.startswith("PYTEST_")]:
        del environment[name]
    return subprocess.run(  # noqa: S603 - our own command
        [*program, *UNUSED, *flags],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT,
        check=False,
    )


def passed(done: "subprocess.CompletedProcess[str]", count: int) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} passed" in done.stdout


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("asked", [signal.SIGKILL, signal.SIGTERM])
def test_emulator_ends_with_a_run_that_is_killed(tmp_path: Path, asked: signal.Signals) -> None:
    """As a development environment or a CI service stops it."""
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it(callr_emulator):\n"
        "    print(callr_emulator.base_url, flush=True)\n    sys.__stdin__.read()\n",
        encoding="utf-8",
    )
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pytest", *UNUSED, "-s", "test_it.py"],
        cwd=tmp_path,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as pytest_run:
        assert pytest_run.stdout is not None
        port = next(found[1] for line in pytest_run.stdout if (found := re.search(r":(\d+)/rest", line)))
        with socket.create_connection(("127.0.0.1", int(port)), timeout=60) as held:
            pytest_run.send_signal(asked)
            with suppress(ConnectionResetError):  # if it was not accepted yet
                assert held.recv(1) == b""  # sooner than an idle connection is closed
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", int(port)))


def test_each_test_has_an_account_and_the_client_reads_it(tmp_path: Path) -> None:
    """By urllib, and by the typed client from the environment; what one test sent the other does not see."""
    tests = """
        from callr_sms_client import Callr
        from sending import send
        seen = set()

        def test_urllib(callr_emulator):
            seen.add(callr_emulator.login)
            assert [each.hash for each in callr_emulator.inbox.all()] == []
            sent = send(callr_emulator)
            assert callr_emulator.inbox.wait(timeout=60).sms.hash == sent

        def test_client(callr_emulator, monkeypatch):
            seen.add(callr_emulator.login)
            for name, value in callr_emulator.environment.items():
                monkeypatch.setenv(name, value)
            with Callr.from_env() as callr:
                sent = callr.sms.send(to="+447700900123", body="Hello")
            assert [each.hash for each in callr_emulator.inbox.all()] == [sent]

        def test_logins_differ():
            assert len(seen) == 2
    """
    passed(run(tmp_path, tests, is_fresh=True), 3)


def test_two_workers_send_at_once_and_see_their_own(tmp_path: Path) -> None:
    """Each waits until the other has sent, so that both accounts are in use at the same time."""
    tests = """
        import os, pathlib, pytest, time
        from sending import send

        @pytest.mark.parametrize("me", [0, 1])
        def test_own(callr_emulator, me):
            hold = pathlib.Path(os.environ["HOLD"])
            sent = send(callr_emulator, body=f"from {me}")
            (hold / f"sent-{me}").write_text(callr_emulator.login + " " + callr_emulator.base_url)
            other = hold / f"sent-{1 - me}"
            end = time.monotonic() + 120
            while not (other.exists() and other.read_text()):
                assert time.monotonic() < end
                time.sleep(0.02)
            assert other.read_text().split()[0] != callr_emulator.login
            assert other.read_text().split()[1] != callr_emulator.base_url
            assert [(each.hash, each.text) for each in callr_emulator.inbox.all()] == [(sent, f"from {me}")]
            assert os.environ["PYTEST_XDIST_WORKER"] in callr_emulator.login
    """
    passed(run(tmp_path, tests, "-n", "2"), 2)


FIND_PROCESS = """
import os, pathlib

def note(server):
    \"\"\"Write down which process serves: the child of this one that runs the emulator.\"\"\"
    for found in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = found.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            program = found.joinpath("cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"callr_sms_emulator" in program:
            pathlib.Path(os.environ["HOLD"], "process").write_text(found.name)
            return int(found.name)
    raise AssertionError("no emulator runs")
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc, as on Linux")
@pytest.mark.parametrize("end", ["passes", "fails", "is interrupted"])
def test_the_process_ends_with_the_run(tmp_path: Path, end: str) -> None:
    (tmp_path / "finding.py").write_text(FIND_PROCESS, encoding="utf-8")
    tests = f"""
        from finding import note

        def test_it(callr_emulator, callr_emulator_server):
            note(callr_emulator_server)
            if "{end}" == "fails":
                raise ValueError
            if "{end}" == "is interrupted":
                raise KeyboardInterrupt
    """
    done = run(tmp_path, tests)
    assert done.returncode == {"passes": 0, "fails": 1, "is interrupted": 2}[end], done.stdout
    assert not is_running(int((tmp_path / "process").read_text()))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc, as on Linux")
def test_an_emulator_that_dies_in_a_test_is_said_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "finding.py").write_text(FIND_PROCESS, encoding="utf-8")
    tests = f"""
        import os
        from finding import note

        def test_it(callr_emulator, callr_emulator_server):
            process = note(callr_emulator_server)
            os.kill(process, {int(signal.SIGKILL)})
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
            callr_emulator.count()
    """
    done = run(tmp_path, tests)
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "does not respond" in done.stdout.partition("- CALLR emulator -")[2]


def test_a_failure_tells_how_many_sms_there_are_and_nothing_of_them(tmp_path: Path) -> None:
    tests = """
        from sending import send

        def test_it(callr_emulator):
            send(callr_emulator)
            found = callr_emulator.inbox.wait(timeout=60)
            every = callr_emulator.inbox.all()
            assert found.sms.status == "no such status"
    """
    done = run(tmp_path, tests, "--showlocals")
    assert done.returncode == 1
    assert "SMS of the test's account: 1\n" in done.stdout.partition("- CALLR emulator -")[2]
    printed = done.stdout + done.stderr
    assert "447700900123" not in printed
    assert "482" not in printed.replace(str(tmp_path), "")


def test_flags_are_given_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    conftest = "import pytest\n@pytest.fixture(scope='session')\ndef callr_emulator_flags():\n    return {}\n"
    tests = """
        from sending import send

        def test_it(callr_emulator):
            send(callr_emulator, **{"from": "36999"})
            assert callr_emulator.inbox.wait(timeout=60).sms.from_ == "36999"
    """
    passed(run(tmp_path, tests, conftest=conftest.format('["--shortcode", "36999"]')), 1)
    done = run(tmp_path, tests, conftest=conftest.format('["--price", "much"]'))
    assert done.returncode == 1
    assert re.search(
        r"CallrEmulatorError: the emulator did not start, exit code 2: .*--price", done.stdout, re.DOTALL
    )


def test_settings_of_the_tester_and_the_working_directory_do_not_count(tmp_path: Path) -> None:
    """A `CALLR_…` variable means a real account or another emulator; `yaml.py` may lie next to the tests."""
    (tmp_path / "yaml.py").write_text("raise SystemExit('the wrong yaml')", encoding="utf-8")
    tests = """
        import os
        os.environ["CALLR_EMULATOR_HOST"] = "no such host"
        os.environ.pop("PYTHONPATH")

        def test_it(callr_emulator):
            assert callr_emulator.count() == 0
    """
    passed(run(tmp_path, tests), 1)


def test_nothing_starts_and_little_is_imported_unless_a_fixture_is_asked_for(tmp_path: Path) -> None:
    tests = """
        import sys

        def test_it():
            ours = {each for each in sys.modules if each.partition(".")[0] == "callr_sms_emulator"}
            assert "callr_sms_emulator_pytest.plugin" in sys.modules
            assert ours == set()
            late = {"uvicorn", "msgspec", "http.client", "callr_sms_emulator_pytest._process"}
            assert not sys.modules.keys() & late
    """
    passed(run(tmp_path, tests), 1)


@pytest.mark.parametrize("example", run_by("tests/emulator/test_pytest_runs.py"), ids=str)
def test_the_example_of_a_page_runs(example: Block, tmp_path: Path) -> None:
    count = example.text.count("def test_")
    assert count
    passed(run(tmp_path, example.text), count)


def test_every_public_part_is_documented() -> None:
    section = (DOCS / "emulator" / "pytest.md").read_text(encoding="utf-8")
    account = CallrEmulatorServer("http://127.0.0.1:1/rest/v1.1").new_account()
    for part in (account, account.inbox, account.clock, account.requests, account.webhooks):
        for name in dir(part):
            assert name.startswith("_") or f".{name}" in section, name


def test_a_failed_verification_is_reported_without_texts_and_numbers(tmp_path: Path) -> None:
    tests = """
        import pytest, urllib.error
        from sending import send

        def test_it(callr_emulator):
            send(callr_emulator)
            with pytest.raises(urllib.error.HTTPError):
                send(callr_emulator, to="nobody")
            callr_emulator.requests.verify(times=2, refused=False)
    """
    done = run(tmp_path, tests, "--showlocals")
    assert done.returncode == 1
    told = "SMS of the test's account: 1\nrefused: sendSms, for the rule recipient\n"
    assert told in done.stdout.partition("- CALLR emulator -")[2]
    assert (
        "AssertionError: VERIFICATION_FAILED [requests]: 1 request matches, expected exactly 2" in done.stdout
    )
    assert "_requests.py" not in done.stdout  # it fails where the test says it, not inside of us
    printed = done.stdout + done.stderr
    assert "447700900123" not in printed
    assert "482 913" not in printed
