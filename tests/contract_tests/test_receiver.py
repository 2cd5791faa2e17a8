"""The suite as a sender: right receivers are not accused, and wrong ones are found out."""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.formats import is_phone_number
from callr_sms_contract.contract.schemas import Schemas
from callr_sms_contract.oracle.request_rules import RuleStatus
from callr_sms_contract.oracle.sms import Sms
from callr_sms_contract.oracle.sms_rules import SMS_RULES
from callr_sms_contract.receiver.judge import ANSWERED, RECEIVER_CHECKS, Target, _addresses, _is_one
from callr_sms_contract.receiver.pushes import TAKEN, Pushes
from callr_sms_contract.receiver.repro_script import script
from callr_sms_contract.results.record import Record, read_record
from callr_sms_contract.wire.listener import HANG_UP, Listener
from callr_sms_contract.wire.messages import Request
from tests.client.test_receivers import SECRET as README_SECRET
from tests.client.test_receivers import SERVE, receiver
from tests.contract_tests.test_cli import environment
from tests.preloaded import command

SECRET = "the secret of the receiver"
FICTION = {"+33639981234", "+447700900123"}
_KNOWN = {"PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED", "ERROR", "FAILED", "EXPIRED"}
_MEMBERS = {"event_id", "event_at", "hook_hash", "try", "type", "data"}


def _hold(folder: Path, url: str, *arguments: str, secret: str = SECRET) -> tuple[int, str, Record | None]:
    result = subprocess.run(  # noqa: S603 - our own program
        [*command("callr_sms_contract"), "receiver", url, "--json", "record.json", *arguments],
        cwd=folder,
        env=environment() | {"CALLR_WEBHOOK_SECRET": secret},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    path = folder / "record.json"
    record = read_record(path) if path.exists() else None
    return result.returncode, result.stdout + result.stderr, record


def _is_genuine(request: Request, algorithm: str = "sha256") -> bool:
    digest = hmac.new(SECRET.encode(), request.body, getattr(hashlib, algorithm)).digest()
    given = request.headers.get("x-callr-hmacsignature", "")
    return hmac.compare_digest(base64.b64encode(digest).decode(), given)


def _right(request: Request) -> int:
    return 204 if _is_genuine(request) else 401


@contextmanager
def _receiver(answer: Callable[[Request], int]) -> Iterator[Listener]:
    with Listener(answer).listening() as listener:
        yield listener


@pytest.fixture
def pushes(contract: Contract) -> Pushes:
    return Pushes(contract, SECRET, "SHA256")


def test_all_that_has_to_be_taken_is_what_the_contract_says(contract: Contract, pushes: Pushes) -> None:
    schemas = Schemas(contract)
    for case in pushes.cases():
        for step in case.steps:
            event = json.loads(step.body)
            pointer = f"{case.webhook.pointer}/requestBody/content/application~1json/schema"
            assert schemas.violations(pointer, event) == [], case.name
            rulings = [judge(Sms(event["data"])) for judge in SMS_RULES.values()]
            assert not [each for each in rulings if each and each.status is RuleStatus.BROKEN], case.name
            assert step.event_id == event["event_id"]


def test_no_number_is_anybodys(pushes: Pushes) -> None:
    for case in pushes.cases():
        for step in case.steps:
            data = json.loads(step.body)["data"]
            numbers = {data[name] for name in ("from", "to") if is_phone_number(data[name])}
            assert numbers <= FICTION, case.name


def test_every_check_has_cases_and_only_genuine_events_are_to_be_taken(pushes: Pushes) -> None:
    cases = list(pushes.cases())
    assert {case.check for case in cases} == set(RECEIVER_CHECKS) - {ANSWERED}
    for case in cases:
        step = case.steps[-1]
        request = Request("POST", "http://x", {k.lower(): v for k, v in step.headers.items()}, step.body)
        assert _is_genuine(request) == (case.wanted == TAKEN), case.name


@pytest.mark.parametrize("framework", SERVE)
def test_the_receivers_of_the_client_are_right(framework: str, tmp_path: Path) -> None:
    with receiver(framework, tmp_path) as (url, _):
        code, said, record = _hold(tmp_path, url, secret=README_SECRET)
    assert code == 0, said
    assert record is not None
    assert {row.check for row in record.checks} == set(RECEIVER_CHECKS)
    assert {row.operation for row in record.requests} == {"webhook sms-mo", "webhook sms-mt-status-update"}


@pytest.mark.parametrize("algorithm", ["MD5", "SHA256", "SHA512"])
def test_a_right_receiver_is_not_accused_whatever_the_algorithm(algorithm: str, tmp_path: Path) -> None:
    def answer(request: Request) -> int:
        return 200 if _is_genuine(request, algorithm.lower()) else 400

    with _receiver(answer) as listener:
        code, said, _ = _hold(tmp_path, f"{listener.url}/a?b=c", "--algorithm", algorithm)
    assert code == 0, said
    assert all(listener.pushes.get().request.url.endswith("/a?b=c") for _ in range(20))
    assert "b=c" not in said


def _seen_before() -> Callable[[Request], int]:
    known: set[str] = set()

    def answer(request: Request) -> int:
        own = str(json.loads(request.body)["event_id"])
        status = 409 if own in known else 200
        known.add(own)
        return status if _is_genuine(request) else 400

    return answer


def _only_forward() -> Callable[[Request], int]:
    furthest: dict[str, int] = {}

    def answer(request: Request) -> int:
        data = json.loads(request.body)["data"]
        length = len(data["status_history"])
        is_late = length < furthest.get(data["hash"], 0)
        furthest[data["hash"]] = max(length, furthest.get(data["hash"], 0))
        return _right(request) if not is_late else 500

    return answer


def _where(breaks: Callable[[Request], object], status: int) -> Callable[[], Callable[[Request], int]]:
    return lambda: lambda request: status if _is_genuine(request) and breaks(request) else _right(request)


def _event(request: Request) -> dict[str, object]:
    found: dict[str, object] = json.loads(request.body)
    return found


def _status(request: Request) -> object:
    data = _event(request)["data"]
    return data["status"] if isinstance(data, dict) else None


WRONG: dict[str, tuple[Callable[[], Callable[[Request], int]], set[str]]] = {
    "believes everybody": (lambda: lambda _: 200, {"forged_event_is_refused"}),
    "breaks over a forgery": (
        lambda: lambda request: 200 if _is_genuine(request) else 500,
        {"forged_event_is_refused"},
    ),
    "believes what is not signed": (
        lambda: lambda request: 200 if "x-callr-hmacsignature" not in request.headers else _right(request),
        {"forged_event_is_refused"},
    ),
    "refuses everybody": (
        lambda: lambda _: 400,
        set(RECEIVER_CHECKS) - {ANSWERED, "forged_event_is_refused"},
    ),
    "refuses a new status": (_where(lambda each: _status(each) not in _KNOWN, 400), {"unknown_is_taken"}),
    "refuses new members": (_where(lambda each: set(_event(each)) - _MEMBERS, 422), {"unknown_is_taken"}),
    "fails on a replay": (_seen_before, {"replay_is_taken"}),
    "fails on what comes late": (_only_forward, {"late_event_is_taken"}),
    "fails on a long text": (_where(lambda each: len(each.body) > 16_384, 413), {"large_event_is_taken"}),
    "redirects": (
        _where(lambda each: each.url.endswith("/hook"), 308),
        set(RECEIVER_CHECKS) - {ANSWERED, "forged_event_is_refused"},
    ),
    "hangs up over escapes": (_where(lambda each: b"\\u00ab" in each.body, HANG_UP), {ANSWERED}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_receiver_is_found_out(name: str, tmp_path: Path) -> None:
    make, checks = WRONG[name]
    with _receiver(make()) as listener:
        code, said, record = _hold(tmp_path, f"{listener.url}/hook")
    assert code == 1, said
    assert record is not None
    assert {fault.check for fault in record.faults} == checks
    failed = {row.check for row in record.checks if row.failed}
    assert failed == checks


def test_reports_and_scripts_hold_no_secret_and_scripts_tell_whether_it_is_still_so(tmp_path: Path) -> None:
    reports = ("--junit", "r.xml", "--markdown", "r.md", "--html", "r.html", "--repro", "scripts")
    answers: list[Callable[[Request], int]] = [lambda _: 200]

    def answer(request: Request) -> int:
        return answers[-1](request)

    with _receiver(answer) as listener:
        url = f"{listener.url}/hook"
        code, said, record = _hold(tmp_path, url, *reports)
        assert code == 1, said
        assert record is not None
        scripts = sorted((tmp_path / "scripts").iterdir())
        assert (len(scripts), len(record.causes), len(record.faults)) == (7, 7, 14)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert not [path for path in files if SECRET in path.read_text("utf-8")]
        assert SECRET not in said
        assert _exit_codes(scripts) == {1}
        answers.append(_right)
        assert _exit_codes(scripts) == {0}
        answers.append(lambda _: 200)
        lines = {fault.curl[-1] for fault in record.faults}
        assert {_status_of(line) for line in lines} == {"200"}
    suites = ET.parse(tmp_path / "r.xml").getroot()  # noqa: S314 - our own report
    assert int(suites.get("failures", 0)) == 2
    assert "forged" in (tmp_path / "r.html").read_text("utf-8")


def _script(pushes: Pushes, check: str, url: str) -> str:
    case = next(case for case in pushes.cases() if case.check == check)
    return script("It is wrong", case.steps, url, case.wanted)


def _ran(text: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh"],
        input=text,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("check", ["event_is_taken", "replay_is_taken"])
def test_a_script_that_lacks_what_it_needs_pushes_nothing_and_cannot_tell(check: str, pushes: Pushes) -> None:
    with _receiver(_right) as listener:
        found = _ran(_script(pushes, check, listener.url))
        secret = "CALLR_WEBHOOK_SECRET: '' is not a secret; expected it in the environment\n"
        assert (found.returncode, found.stdout, found.stderr) == (2, "", secret)
        found = _ran(_script(pushes, check, f"{listener.url}/?key=x"), CALLR_WEBHOOK_SECRET=SECRET)
        url = "CALLR_RECEIVER_URL: '' is not a URL; expected it in the environment\n"
        assert (found.returncode, found.stdout, found.stderr) == (2, "", url)
        assert listener.pushes.empty()


def test_a_script_signs_in_one_header_alone(pushes: Pushes) -> None:
    with _receiver(_right) as listener:
        text = _script(pushes, "event_is_taken", listener.url)
        assert _ran(text, CALLR_WEBHOOK_SECRET=SECRET).returncode == 0
        headers = dict(listener.pushes.get(timeout=60).request.headers)
    assert headers["content-type"] == "application/json"


def test_a_script_that_signs_nothing_needs_no_secret(contract: Contract) -> None:
    with _receiver(lambda _: 500) as listener:
        found = _ran(_script(Pushes(contract, "", "SHA256"), "event_is_taken", listener.url))
    assert (found.returncode, found.stdout) == (1, "wrong: 500, expected 2xx\n")


def test_a_script_that_cannot_sign_cannot_tell(pushes: Pushes) -> None:
    with _receiver(_right) as listener:
        text = "openssl() { return 1; }\n" + _script(pushes, "event_is_taken", listener.url)
        found = _ran(text, CALLR_WEBHOOK_SECRET=SECRET)
        assert (found.returncode, found.stdout) == (2, "")
        assert listener.pushes.empty()


@pytest.mark.parametrize("check", ["event_is_taken", "replay_is_taken"])
def test_a_script_tells_a_receiver_that_hangs_up_from_one_that_is_not_there(
    check: str, pushes: Pushes
) -> None:
    answers = iter([204] if check == "replay_is_taken" else [])
    with _receiver(lambda _: next(answers, HANG_UP)) as listener:
        text = _script(pushes, check, listener.url)
        found = _ran(text, CALLR_WEBHOOK_SECRET=SECRET)
        assert (found.returncode, found.stdout) == (1, "wrong: no response, expected 2xx\n")
    found = _ran(text, CALLR_WEBHOOK_SECRET=SECRET)
    assert (found.returncode, found.stdout) == (2, "")


def _exit_codes(scripts: list[Path]) -> set[int]:
    variables = {**os.environ, "CALLR_WEBHOOK_SECRET": SECRET}
    command = 'for each in "$@"; do sh "$each"; echo "exit $?"; done'
    result = subprocess.run(  # noqa: S603 - our own scripts
        ["/bin/sh", "-c", command, "sh", *map(str, scripts)],
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return {int(code) for code in re.findall(r"^exit (\d+)$", result.stdout, re.MULTILINE)}


def _status_of(line: str) -> str:
    result = subprocess.run(  # noqa: S603 - our own line
        ["/bin/sh", "-c", line.replace("curl -sS", "curl -sS -o /dev/null -w '%{http_code}'")],
        env={**os.environ, "CALLR_WEBHOOK_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.stdout


def test_without_a_secret_nothing_is_signed_and_nothing_forged(tmp_path: Path) -> None:
    with _receiver(lambda request: 400 if "x-callr-hmacsignature" in request.headers else 200) as listener:
        code, said, record = _hold(tmp_path, listener.url, secret="")
    assert code == 0, said
    assert "receiver: no forged events were pushed, because CALLR_WEBHOOK_SECRET is not set" in said
    assert record is not None
    assert "forged_event_is_refused" not in {row.check for row in record.checks}


@pytest.mark.parametrize(
    ("url", "arguments", "words", "is_reported"),
    [
        (
            "http://192.0.2.1/hook",
            (),
            "'192.0.2.1' is not this machine; expected a receiver on loopback, or --allow-remote",
            True,
        ),
        ("ftp://127.0.0.1/hook", (), "is not the URL of a receiver; expected http:// or https://", False),
        ("http://me:hidden-one@127.0.0.1/hook", (), "URL: it contains credentials", False),
        (
            "http://127.0.0.1:1/hook",
            ("--algorithm", "SHA1"),
            "--algorithm: 'SHA1' is unknown; expected one of MD5",
            False,
        ),
        (
            "http://127.0.0.1:1/hook",
            ("--timeout", "0"),
            "--timeout: 0 is not a timeout; expected a number of seconds, more than 0",
            False,
        ),
        ("http://nowhere.invalid/hook", (), "the host 'nowhere.invalid' has no address", True),
    ],
)
def test_what_is_wrong_is_said_in_a_line(  # wrong arguments leave no report
    url: str, arguments: tuple[str, ...], words: str, tmp_path: Path, *, is_reported: bool
) -> None:
    code, said, record = _hold(tmp_path, url, *arguments)
    assert code == 2
    assert words in said
    assert "hidden-one" not in said
    assert len(said.splitlines()) == 1
    assert (record is not None) == is_reported
    if record is not None:
        assert (record.is_complete, record.total, record.faults) == (False, 0, ())
        assert words in record.stopped


def test_another_machine_is_pushed_to_where_that_was_allowed_and_no_third_one() -> None:
    addresses = _addresses(Target("http://192.0.2.1/hook", may_be_remote=True))
    assert _is_one(("192.0.2.1", 80), addresses)
    assert _is_one(("127.0.0.1", 80), addresses)
    assert not _is_one(("192.0.2.2", 80), addresses)
    assert not _is_one(None, addresses)


def test_a_receiver_that_is_not_there_is_2_and_one_line(tmp_path: Path) -> None:
    with _receiver(_right) as listener:
        url = listener.url
    code, said, record = _hold(tmp_path, f"{url}/hook?key=hidden-one")
    assert code == 2, said
    expected = (
        rf"callr-sms-contract: URL: no connection to '{url}/hook'; expected a running receiver \(.*\)\n"
    )
    assert re.fullmatch(expected, said), said
    assert record is not None
    assert (record.is_complete, record.total, record.faults) == (False, 0, ())
    assert "hidden-one" not in record.stopped


def test_a_receiver_that_answers_nothing_is_a_failure(tmp_path: Path) -> None:
    with _receiver(lambda _: HANG_UP) as listener:
        code, said, record = _hold(tmp_path, listener.url)
    assert code == 1, said
    assert record is not None
    assert {fault.check for fault in record.faults} == {ANSWERED}
