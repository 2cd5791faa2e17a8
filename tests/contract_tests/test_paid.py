"""Paid sends: only when a person names a number, only so many, and the guard reads each before it leaves."""

import json
from dataclasses import replace
from typing import Any

import pytest

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.guard.allowed_requests import LONGEST_TEXT, Allowance, Reads
from callr_sms_contract.phases.paid_sends import MESSAGES
from callr_sms_contract.settings import SettingError
from tests.conftest import RunningEmulator
from tests.contract_tests import guarded_script
from tests.contract_tests.lying_proxy import Proxy

NUMBER, OTHER = "+33639981234", "+33639985678"
BASE = "/rest/v1.1"


def _post(message: object, *, headers: str = "", length: int | None = None, path: str = "/sms") -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    size = len(body) if length is None else length
    head = f"POST {BASE}{path} HTTP/1.1\r\nhost: live\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {size}\r\n{headers}\r\n".encode() + body


def _reads(most: int = 5) -> Reads:
    return Reads("live", BASE, Allowance(frozenset({NUMBER}), most))


def test_a_send_to_a_number_that_was_named_passes_and_no_more_than_so_many() -> None:
    reads = _reads(most=2)
    message = {"to": NUMBER, "body": "x"}
    assert [reads.objection(_post(message)) for _ in range(3)] == [None, None, "more than 2 paid sends"]
    assert reads.paid is not None
    assert reads.paid.spent == 2


def test_without_a_number_nothing_passes() -> None:
    assert Reads("live", BASE).objection(_post({"to": NUMBER, "body": "x"})) is not None


WRONG: dict[str, bytes] = {
    "another number": _post({"to": OTHER, "body": "x"}),
    "no number": _post({"body": "x"}),
    "a number in a list": _post({"to": [NUMBER], "body": "x"}),
    "two numbers": _post(f'{{"to": "{NUMBER}", "to": "{OTHER}", "body": "x"}}'.encode()),
    "a number that is named twice": _post(f'{{"to": "{NUMBER}", "to": "{NUMBER}", "body": "x"}}'.encode()),
    "a text that is too long": _post({"to": NUMBER, "body": "x" * (LONGEST_TEXT + 1)}),
    "a text of pairs that is too long": _post({"to": NUMBER, "body": "😀" * (LONGEST_TEXT // 2 + 1)}),
    "no text": _post({"to": NUMBER}),
    "a member that no send has": _post({"to": NUMBER, "body": "x", "cc": OTHER}),
    "two messages": _post([{"to": NUMBER, "body": "x"}] * 2),
    "something behind it": _post({"to": NUMBER, "body": "x"}) + b"x",
    "another request behind it": _post({"to": NUMBER, "body": "x"}) + _post({"to": OTHER, "body": "x"}),
    "a longer length": _post({"to": NUMBER, "body": "x"}, length=99),
    "a shorter length": _post({"to": NUMBER, "body": "x"}, length=9),
    "chunks": _post({"to": NUMBER, "body": "x"}, headers="transfer-encoding: chunked\r\n"),
    "another method": _post({"to": NUMBER, "body": "x"}, headers="x-http-method-override: PUT\r\n"),
    "a query": _post({"to": NUMBER, "body": "x"}, path=f"/sms?to={OTHER}"),
    "another path": _post({"to": NUMBER, "body": "x"}, path="/sms/send"),
    "a form": _post({"to": NUMBER, "body": "x"}).replace(b"application/json", b"text/plain"),
    "a send by query": f"GET {BASE}/sms/send?to={NUMBER}&body=x HTTP/1.1\r\nhost: live\r\n\r\n".encode(),
    "half of it": _post({"to": NUMBER, "body": "x"})[:-5],
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_what_is_not_exactly_an_allowed_send_does_not_pass_and_counts_nothing(data: bytes) -> None:
    reads = _reads()
    assert reads.objection(data) is not None
    assert reads.paid is not None
    assert reads.paid.spent == 0


def test_our_own_messages_pass() -> None:
    for _, message in MESSAGES:
        assert _reads().objection(_post({"to": NUMBER, **message})) is None


@pytest.mark.parametrize("number", ["33639981234", "+0639981234", "+123456", "+33 639981234", "", "all"])
def test_a_number_is_validated(number: str) -> None:
    with pytest.raises(SettingError, match=r"^--allow-send-to: .* expected one like \+33639981234"):
        Settings("http://127.0.0.1/", "a", "b", recipients=frozenset({number}))


@pytest.mark.parametrize("most", [0, -1, 101])
def test_the_most_sends_are_validated(most: int) -> None:
    with pytest.raises(SettingError, match=r"^--max-sends: .* expected 1 to 100"):
        Settings("http://127.0.0.1/", "a", "b", max_sends=most)


_LIVE = """
import dataclasses, json, sys
from callr_sms_contract import Settings, run_suite
changes = json.loads(sys.argv[2])
changes["recipients"] = frozenset(changes["recipients"])
settings = Settings(sys.argv[1], "emulator", "emulator", live_rate=1000, phases=("examples",), **changes)
outcome = run_suite(settings, is_local=lambda _: False)
record = dataclasses.asdict(outcome.record)
print(json.dumps([outcome.is_live, outcome.holds, list(outcome.record.spent), record]))
"""


def test_a_live_run_sends_what_was_allowed_and_tells_what_it_spent(emulator: RunningEmulator) -> None:
    with Proxy(emulator.base_url).listening() as live:
        changes = {"recipients": [NUMBER, OTHER], "max_sends": 3}
        result = guarded_script.run(_LIVE, live.base_url, json.dumps(changes))
    assert (result.returncode, result.stderr) == (0, "")
    is_live, holds, spent, record = json.loads(result.stdout)
    assert (is_live, holds) == (True, True)
    assert spent == ["paid sends: 3 of at most 3, 3 accepted, to 2 numbers, 23.40 debited"]
    sends = [asked for asked in live.asked if asked.method != "GET" or "send" in asked.path]
    assert [(asked.method, asked.path, asked.json()["to"]) for asked in sends] == [
        ("POST", f"{BASE}/sms", NUMBER),
        ("POST", f"{BASE}/sms", OTHER),
        ("POST", f"{BASE}/sms", NUMBER),
    ]
    assert NUMBER[1:] not in result.stdout
    assert {row["phase"]: row["count"] for row in record["requests"] if row["operation"] == "POST /sms"} == {
        "paid": 3
    }


def test_nobody_is_sent_anything_unless_named(emulator: RunningEmulator) -> None:
    with Proxy(emulator.base_url).listening() as live:
        result = guarded_script.run(_LIVE, live.base_url, json.dumps({"recipients": []}))
    assert (result.returncode, result.stderr) == (0, "")
    assert live.asked
    assert {asked.method for asked in live.asked} == {"GET"}
    assert not any("send" in asked.path for asked in live.asked)


def test_a_send_without_an_answer_is_not_repeated(settings: Settings) -> None:
    lost: list[Any] = []

    def lose(asked: Any) -> Any:  # noqa: ANN401 - what passes through the proxy
        if asked.method == "POST":
            lost.append(asked)
            raise ConnectionAbortedError
        return asked

    with Proxy(settings.base_url, lose).listening() as proxy:
        changed = replace(
            settings,
            base_url=proxy.base_url,
            phases=("examples",),
            operations=("listSms",),
            recipients=frozenset({NUMBER}),
            max_sends=2,
        )
        outcome = run_suite(changed)
    assert len(lost) == 2
    assert outcome.record.spent == ("paid sends: 2 of at most 2, 0 accepted, to 1 number",)
