"""The fixtures for pytest, in test runs of their own: files of tests that a pytest process runs."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from callr_sms_emulator_pytest import CallrEmulator, CallrEmulatorError, CallrEmulatorServer
from tests.docs.pages import DOCS, Block, run_by
from tests.emulator.support import JSON_TYPE, Client, basic, clean_environment
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


def client_of(account: CallrEmulator) -> Client:
    return Client(account.base_url, basic(f"{account.login}:{account.password}"))


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_code_is_waited_for(callr_emulator: CallrEmulator) -> None:
    sent = client_of(callr_emulator).send(to="+447700900123", body="Your code is 482 913")
    found = callr_emulator.inbox.wait(to="+447700900123", pattern=r"\d{3} \d{3}", timeout=60)
    assert (found.sms.hash, found.sms.text, found.code) == (sent, "Your code is 482 913", "482913")
    assert (found.sms.type, found.sms.parts, found.sms.b_customer_debit) == ("OUT", 1, "7.80")


def test_what_did_not_come_is_an_error_in_the_words_of_the_emulator(callr_emulator: CallrEmulator) -> None:
    sent = client_of(callr_emulator).send()
    with pytest.raises(CallrEmulatorError, match=rf"^404: WAIT_TIMEOUT .*nearest is {sent}.*text") as caught:
        callr_emulator.inbox.wait(text="no such text", timeout=0)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["three", "two", "one"]),
        ({"words": "TWO"}, ["two"]),
        ({"text": "E", "limit": 1}, ["three"]),
        ({"to": "+447700900001"}, ["one"]),
        ({"from_": "Shop"}, ["two"]),
        ({"pattern": "^t"}, ["three", "two"]),
        ({"type": "IN"}, []),
        ({"status": "FAILED"}, []),
        ({"since": "2100-01-01 00:00:00"}, []),
    ],
)
def test_sms_are_searched(
    callr_emulator: CallrEmulator, criteria: dict[str, object], expected: list[str]
) -> None:
    client = client_of(callr_emulator)
    client.send(to="+447700900001", body="one")
    client.send(to="+447700900002", body="two", **{"from": "Shop"})
    client.send(to="+447700900003", body="three")
    assert [each.text for each in callr_emulator.inbox.search(**criteria)] == expected  # type: ignore[arg-type] # mixed on purpose


def test_all_are_more_than_a_page(callr_emulator: CallrEmulator) -> None:
    account = '{"kind":"account","format":1,"state":{"seed":"00112233445566778899aabbccddeeff"}}'
    client = client_of(callr_emulator)
    first = client.send(body="Hello")
    control = Client(callr_emulator.base_url.removesuffix("/rest/v1.1"), client.authorization)
    lines = control_export(callr_emulator)
    sms = next(line for line in lines if '"kind":"sms"' in line)
    callr_emulator.reset()
    many = [account, *(sms.replace(first, f"HASH{number:04}") for number in range(1001))]
    body = "".join(f"{line}\n" for line in many).encode()
    taken = control.request("POST", "/_emulator/import", body, {"Content-Type": "application/x-ndjson"})
    assert taken.data["sms"] == 1001
    assert len(callr_emulator.inbox.all()) == callr_emulator.count() == 1001


def control_export(account: CallrEmulator) -> list[str]:
    import urllib.request  # noqa: PLC0415 - of this test alone

    request = urllib.request.Request(  # noqa: S310 - our own http URL
        account.base_url.replace("/rest/v1.1", "/_emulator/export"),
        headers=basic(f"{account.login}:{account.password}"),
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        text: str = answer.read().decode()
    return text.splitlines()


def test_somebody_writes_and_somebody_replies(callr_emulator: CallrEmulator) -> None:
    sent = client_of(callr_emulator).send(to="+447700900123", **{"from": ""})
    wrote = callr_emulator.inbox.receive(from_="+447700900124", text="Are you open today?")
    replied = callr_emulator.inbox.receive(reply_to=callr_emulator.inbox.wait(type="OUT"), text="Yes")
    assert (wrote.type, wrote.from_, wrote.text) == ("IN", "+447700900124", "Are you open today?")
    assert replied.from_ == "+447700900123"
    assert callr_emulator.inbox.search(type="IN", after=sent) == [replied, wrote]
    with pytest.raises(CallrEmulatorError, match=r"\[from\]"):
        callr_emulator.inbox.receive(text="From nobody")


def test_the_clock_stands_moves_and_runs(callr_emulator: CallrEmulator) -> None:
    clock = callr_emulator.clock
    assert f"{clock.freeze('2024-03-30 12:00:00'):%F %T %Z}" == "2024-03-30 12:00:00 UTC"
    client_of(callr_emulator).send()
    assert clock.advance(90) == clock.now()
    assert f"{clock.advance('24h'):%F %T}" == "2024-03-31 12:01:30"
    assert [each.status for each in callr_emulator.inbox.all()] == ["RECEIVED"]
    frozen = clock.freeze(clock.now())
    assert clock.advance(frozen - frozen) == frozen
    assert clock.thaw() >= frozen
    early = frozen.replace(year=999, microsecond=0)
    assert clock.freeze(early) == early
    clock.rate(100)
    assert clock.reset().year != 2024
    with pytest.raises(CallrEmulatorError, match=r"^400: PROPERTY_VALUE_ERROR \[advance\]"):
        clock.advance("a while")


def test_requests_are_listed_got_and_forgotten(callr_emulator: CallrEmulator) -> None:
    client, requests = client_of(callr_emulator), callr_emulator.requests
    sent = client.send(to="+447700900101", body="one", **{"from": "Shop"})
    client.refuse(to="0639981234")
    client.get(sent)
    assert [each.operation for each in requests.list()] == ["getSms", "sendSms", "sendSms"]
    (refused,) = requests.list(refused=True, rule="recipient", status=400, method="POST")
    assert (refused.value, refused.nearest, refused.id) == ("0639981234", "+33639981234", 2)
    assert requests.get(2) == refused
    for criteria in ({"to": "+447700900101"}, {"from_": "Shop"}, {"text": "ONE"}, {"pattern": "^o"}):
        assert [each.hash for each in requests.list(**criteria)] == [sent]  # type: ignore[arg-type] # mixed on purpose
    assert [each.id for each in requests.list(hash=sent)] == [3, 1]
    assert [each.id for each in requests.list(operation="sendSms", refused=False, limit=1)] == [1]
    assert requests.list(since="2100-01-01 00:00:00") == []
    assert "0639981234" not in repr(refused)
    requests.clear()
    assert requests.list() == []
    with pytest.raises(CallrEmulatorError, match=r"^404: .*\[id\]"):
        requests.get(2)


def test_what_was_sent_so_often_is_verified(callr_emulator: CallrEmulator) -> None:
    client, verify = client_of(callr_emulator), callr_emulator.requests.verify
    assert verify(times=0) == 0
    sent = client.send(to="+447700900101", body="Your code is 1234")
    assert verify(to="+447700900101", text="code") == 1
    with pytest.raises(AssertionError) as caught:
        verify(times=1, to="+447700900102", text="code")
    assert str(caught.value) == (
        "VERIFICATION_FAILED [requests]: 0 requests match, expected exactly 1; the nearest is request 1 "
        f"(sendSms, answered 200, {sent}), which differs in to (from character 13 on)"
    )
    client.send(to="+447700900101", body="Your code is 1234")
    assert verify(at_least=1, at_most=2, operation="sendSms", refused=False) == 2
    with pytest.raises(AssertionError, match="2 requests match, expected exactly 1; request 2 "):
        verify(to="+447700900101")
    with pytest.raises(CallrEmulatorError, match=r"^400: .*\[pattern\]"):
        verify(pattern="(")


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


def test_webhooks_are_subscribed_seen_resent_and_removed(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    hooks = callr_emulator.webhooks
    # Nobody takes it: the API of the emulator answers a POST there with a 404.
    nowhere = callr_emulator_server.base_url.replace("/rest/v1.1", "/nowhere")
    made = hooks.subscribe(nowhere, events=["sms.mt.status_update"], hmac_secret="sesame")
    assert (made.endpoint, made.events, made.signed) == (nowhere, ["sms.mt.status_update"], True)
    assert hooks.list() == [made]
    callr_emulator.clock.freeze()
    sent = client_of(callr_emulator).send()
    callr_emulator.clock.advance("7d")
    told = hooks.deliveries(sent)
    assert told
    assert {(each.state, each.tries, each.sms_hash) for each in told} == {("given_up", 10, sent)}
    assert hooks.resend(told[-1]).state == "waiting"
    hooks.remove(made)
    assert hooks.list() == []
    with pytest.raises(CallrEmulatorError, match=r"^404: "):
        hooks.remove(made)


def test_faults_are_added_counted_and_removed(callr_emulator: CallrEmulator) -> None:
    faults, client = callr_emulator.faults, client_of(callr_emulator)
    assert faults.list() == []
    fault = faults.add(
        operation=("sendSms", "sendSmsByQuery"),
        to="+4477*",
        status=404,
        message="hit",
        headers={"X-A": "b"},
        times=1,
    )
    assert (fault.matched, fault.fired, fault.left) == (0, 0, 1)
    refused = client.post({"to": "+447700900123", "body": "Hello"})
    assert (refused.status, refused.message, refused.headers["X-A"]) == (404, "hit", "b")
    assert refused.headers["X-Emulator-Fault"] == str(fault.id)
    assert (faults.get(fault).fired, faults.get(fault.id).left) == (1, 0)
    second = faults.add(header=("X-Run", "blue"), delay=timedelta(milliseconds=1), when="after")
    assert [each.id for each in faults.list()] == [fault.id, second.id]
    assert second.rule == {"header": {"name": "X-Run", "value": "blue"}, "delay": 0.001, "when": "after"}
    assert faults.remove(second) == second
    faults.clear()
    assert faults.list() == []
    with pytest.raises(CallrEmulatorError, match=r"^404: .*\[id\]"):
        faults.get(second)
    with pytest.raises(CallrEmulatorError, match=r"^400: .*\[status\]"):
        faults.add(status=99)


def test_a_fault_lasts_as_long_as_its_block(callr_emulator: CallrEmulator) -> None:
    client = client_of(callr_emulator)
    with callr_emulator.faults.adding(operation="sendSms", status=404, header="X-Run") as fault:
        client.send()
        assert client.post_raw(b"{}", {"X-Run": "blue", **JSON_TYPE}).status == 404
        assert callr_emulator.faults.get(fault).fired == 1
    assert callr_emulator.faults.list() == []
    with callr_emulator.faults.adding(silence=True):
        callr_emulator.reset()
    client.send()


def test_faults_of_a_test_are_of_no_other(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    callr_emulator.faults.add(reset=True)
    client_of(callr_emulator_server.new_account()).send()


def test_events_meet_faults(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    nowhere = callr_emulator_server.base_url.replace("/rest/v1.1", "/nowhere")
    callr_emulator.webhooks.subscribe(nowhere)
    callr_emulator.clock.freeze()
    client_of(callr_emulator).send()
    sms = callr_emulator.inbox.wait().sms
    fault = callr_emulator.faults.add(
        webhook="lose", event=["sms.mt.status_update"], sms=sms, sms_status="SENT"
    )
    callr_emulator.clock.advance("4s")
    assert {each.data["status"]: each.state for each in callr_emulator.webhooks.deliveries(sms)}[
        "PENDING"
    ] == "waiting"
    callr_emulator.clock.advance("2d")
    lost = callr_emulator.webhooks.deliveries(sms)[1]
    assert (lost.state, lost.attempts[0]["fault"]) == ("lost", {"id": fault.id, "webhook": "lose"})


def test_nothing_private_is_in_a_repr(callr_emulator: CallrEmulator) -> None:
    client_of(callr_emulator).send(to="+447700900123", body="Your code is 482 913")
    found = callr_emulator.inbox.wait()
    hook = callr_emulator.webhooks.subscribe("http://127.0.0.1:9/callr", hmac_secret="sesame")
    shown = repr([callr_emulator, callr_emulator._control, found, hook])  # noqa: SLF001 - what --showlocals may show
    assert found.sms.hash in shown
    for secret in (callr_emulator.password, "447700900123", "482", "sesame"):
        assert secret not in shown


def test_accounts_of_one_server_do_not_see_each_other(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    second = callr_emulator_server.new_account()
    client_of(second).send()
    assert (callr_emulator.count(), second.count()) == (0, 1)
    assert callr_emulator.login != second.login


def test_an_emulator_that_is_gone_is_a_clear_error() -> None:
    gone = CallrEmulatorServer("http://127.0.0.1:1/rest/v1.1").new_account()
    with pytest.raises(CallrEmulatorError, match=r"emulator at http://127\.0\.0\.1:1/.* does not respond"):
        gone.count()


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


@pytest.mark.parametrize("example", run_by("tests/emulator/test_pytest_plugin.py"), ids=str)
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
