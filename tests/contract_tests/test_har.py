"""Recorded traffic is judged as a run is, and nothing personal of it is shown."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callr_sms_client import Callr, SmsOptions
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.results.record import Record, to_json
from callr_sms_contract.traffic.har import HarError, read_har
from callr_sms_contract.traffic.judge import judge_har
from tests.conftest import RunningEmulator
from tests.contract_tests.har import Recorder
from tests.contract_tests.lying_proxy import Proxy, Request, Response
from tests.contract_tests.test_cli import environment
from tests.preloaded import command

TEXT, NUMBER = "Very private text 4711", "+33639981234"
BASE_PATH = "/rest/v1.1"


def _record(
    emulator: RunningEmulator, lie: Callable[[Response, Request], Response] | None = None
) -> Recorder:
    """A client at work: it sends twice, reads, lists, and asks for what is not there."""
    recorder = Recorder()

    def record(told: Response, asked: Request) -> Response:
        return recorder(lie(told, asked) if lie else told, asked)

    with (
        Proxy(emulator.base_url, lie=record).listening() as proxy,
        Callr(emulator.login, emulator.password, base_url=proxy.base_url, max_retries=0) as callr,
    ):
        found = callr.sms.send(to=NUMBER, body=TEXT, options=SmsOptions(user_data="private data"))
        callr.sms.send_by_query(to=NUMBER, body=TEXT)
        _quietly(lambda: callr.sms.get(found))
        _quietly(lambda: callr.sms.get("ZZZZZZZZ"))
        _quietly(lambda: callr.sms.send(to=NUMBER, body=TEXT, from_="123"))
    return recorder


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - the answers matter here, whatever the client makes of them
        return


def _judged(path: Path, contract: Contract) -> Record:
    return judge_har(read_har(path, BASE_PATH), contract, frozenset())


def _hides_everything(record: Record) -> None:
    text = to_json(record)
    for secret in (TEXT, "private", NUMBER[1:], "emulator:emulator", "ZW11bGF0b3I"):
        assert secret not in text


@pytest.mark.parametrize("stripped", [False, True])
def test_right_traffic_is_not_accused(
    stripped: bool,  # noqa: FBT001 - a parameter of the test
    emulator: RunningEmulator,
    contract: Contract,
    tmp_path: Path,
) -> None:
    record = _judged(_record(emulator).write(tmp_path / "x.har", stripped=stripped), contract)
    assert record.holds, record.faults
    assert record.total == 5
    assert {row.phase for row in record.requests} == {"recorded"}
    assert record.is_live
    _hides_everything(record)


def test_each_wrong_answer_is_found_and_nothing_personal_shown(
    emulator: RunningEmulator, contract: Contract, tmp_path: Path
) -> None:
    def lie(told: Response, asked: Request) -> Response:
        if asked.path.endswith("/sms/ZZZZZZZZ"):
            return Response(410, told.headers, told.body)
        if told.status == 400:
            return Response(200, told.headers, b'{"status":"success","data":"AAAAAAAA"}')
        if asked.method == "GET" and TEXT.encode() in told.body:
            return Response(200, told.headers, told.body.replace(b"private", b"changed"))
        return told

    record = _judged(_record(emulator, lie).write(tmp_path / "x.har"), contract)
    found = {(fault.check, fault.rule) for fault in record.faults}
    assert ("account_model", "sent-comes-back") in found
    assert ("verdict_on_the_wire", "sender-shortcode") in found
    assert any("410" in fault.title for fault in record.faults)
    assert not any(fault.script for fault in record.faults if fault.operation != "GET /sms/{hash}")
    _hides_everything(record)


def test_the_drift_of_recorded_traffic_is_told(
    emulator: RunningEmulator, contract: Contract, tmp_path: Path
) -> None:
    def lie(told: Response, _: Request) -> Response:
        body = told.body.replace(b'"parts":', b'"campaign":"' + NUMBER.encode() + b'","parts":')
        return Response(told.status, told.headers, body.replace(b'"network":"42509"', b'"network":"ABC"'))

    record = _judged(_record(emulator, lie).write(tmp_path / "x.har"), contract)
    drift = {row.place: row for row in record.drift}
    assert (drift["SMS.network"].verdict, drift["SMS.network"].provenance) == ("refuted", "capture")
    assert drift["SMS.network"].evidence == "string like 'AAA', against pattern"
    assert drift["SMS.campaign"].verdict == "refuted"
    assert drift["SMS.user_data"].verdict == "proven"
    assert drift["GET /sms rule list-order"].verdict == "unknown"
    assert drift["GET /sms/{hash} answers 404"].verdict == "unknown"  # 200 would be right too
    assert drift["POST /sms rule sender-shortcode"].verdict == "proven"
    _hides_everything(record)


def test_what_is_of_others_is_counted_and_left_alone(emulator: RunningEmulator, tmp_path: Path) -> None:
    recorder = _record(emulator)
    other: dict[str, Any] = json.loads(json.dumps(recorder.entries[0]))
    other["request"]["url"] = "https://elsewhere.example/?next=/rest/v1.1/sms"
    recorder.entries.insert(0, other)
    traffic = read_har(recorder.write(tmp_path / "x.har"), BASE_PATH)
    assert (traffic.base_url, len(traffic.entries), traffic.others) == (
        "https://api.example/rest/v1.1",
        5,
        1,
    )
    assert (traffic.login, traffic.password) == (emulator.login, emulator.password)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", r"not a HAR file \(JSONDecodeError"),
        ("{}", r"not a HAR file \(KeyError"),
        ('{"log": {"entries": []}}', "it has no request to /rest/v1.1"),
        ('{"log": {"entries": [1]}}', r"not a HAR file \(TypeError"),
    ],
)
def test_another_file_is_refused_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HarError, match=reason) as raised:
        read_har(path, BASE_PATH)
    assert str(path) in str(raised.value)


def test_the_command_writes_reports(emulator: RunningEmulator, tmp_path: Path) -> None:
    _record(emulator).write(tmp_path / "x.har")
    arguments = ["har", "x.har", "--drift", "drift.md", "--junit", "all.xml"]
    result = subprocess.run(  # noqa: S603 - our own program
        [*command("callr_sms_contract"), *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("5 exchanges of the API, 0 of others\nthe contract holds: 5 requests")
    assert result.stdout.endswith(", reads and sends were called\n")
    assert "Not proven before this run" in (tmp_path / "drift.md").read_text("utf-8")
