"""What traffic says of the contract: each choice is proven, refuted or unknown, and evidence is no value."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.request_rules import RuleStatus
from callr_sms_contract.oracle.responses import Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.results.drift import DriftObserver
from callr_sms_contract.results.record import Drift
from callr_sms_contract.results.shapes import shape
from callr_sms_contract.results.tally import Tally
from callr_sms_contract.wire.messages import Request, Response

BASE = "http://127.0.0.1:1/rest/v1.1"
ACCOUNT = {"authorization": "Basic bWU6c2VjcmV0"}
JSON = {"content-type": "application/json"}
WINDOW = "type=OUT&from=2026-03-19+00%3A00%3A00&to=2026-03-19+23%3A59%3A59"


class Watching:
    """An observer with the few words that a test needs."""

    def __init__(self, contract: Contract, judge: Judge) -> None:
        self._observer = DriftObserver(contract, "/rest/v1.1")
        self._inspector = Inspector(judge)
        self.tally = Tally()

    def see(
        self,
        target: str,
        status: int,
        document: object,
        *,
        method: str = "GET",
        body: object = None,
        **headers: str,
    ) -> None:
        raw = json.dumps(body).encode() if body is not None else b""
        sent = ACCOUNT | (JSON if raw else {})
        told = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        exchange = self._inspector.exchange(
            Request(method, BASE + target, sent, raw), Response(status, told, json.dumps(document).encode())
        )
        self._observer.take(exchange)

    def rows(self) -> dict[str, Drift]:
        return {row.place: row for row in self._observer.rows(self.tally)}


@pytest.fixture
def watching(contract: Contract, judge: Judge) -> Watching:
    return Watching(contract, judge)


def _error(code: int) -> dict[str, object]:
    return {"status": "error", "data": {"code": code, "message": "X"}}


@pytest.fixture(scope="module")
def sms() -> dict[str, Any]:
    examples = Contract.load().document["components"]["examples"]
    found: dict[str, Any] = examples["SmsReceived"]["value"]["data"]
    return found


def _choices(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "choice" in node.get("x-provenance", ()):
            yield node
        for child in node.values():
            yield from _choices(child)
    elif isinstance(node, list):
        for child in node:
            yield from _choices(child)


def test_without_traffic_every_choice_is_unknown(watching: Watching, contract: Contract) -> None:
    rows = [row for row in watching.rows().values() if "choice" in row.provenance.split(", ")]
    assert {row.verdict for row in rows} == {"unknown"}
    rules = [
        f"{operation.label} rule {rule['name']}"
        for operation in contract.operations
        for rule in operation.definition["x-callr-rules"]
        if "choice" in rule["x-provenance"]
    ]
    assert {row.place for row in rows} >= set(rules)
    assert {"header Cache-Control", "header Allow", "SMS.status_history", "GET /sms/{hash} answers 404"} <= {
        row.place for row in rows
    }


def test_every_choice_about_an_answer_has_a_row(watching: Watching, contract: Contract) -> None:
    """What stands in an answer can be seen; requests and webhooks are not all seen member by member."""
    says = {row.says for row in watching.rows().values()}
    answers = {"SMS", "StatusChange", "SMS.OptionsAsSent.Webhook", "Error"}
    for name in answers:
        members = contract.document["components"]["schemas"][name]["properties"].values()
        for member in members:
            for choice in _choices(member):
                text = " ".join(choice.get("description", "").split())[:160]
                nested = "type" in choice and choice.get("type") == "null"
                assert nested or text in says, (name, text)


def test_an_answer_confirms_its_members(watching: Watching, sms: dict[str, Any]) -> None:
    watching.see(f"/sms/{sms['hash']}", 200, {"status": "success", "data": sms})
    rows = watching.rows()
    assert rows["SMS.status_history"].verdict == "proven"
    assert rows["SMS.status_history"].provenance == "capture, choice"
    assert rows["Status = RECEIVED"].verdict == "proven"
    assert rows["Status = EXPIRED"].verdict == "unknown"
    assert not [row for row in rows.values() if row.verdict == "refuted"]


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "another type": ({"parts": "1"}, "SMS.parts", "string like '9', against type"),
    "a number too high": ({"parts": 256}, "SMS.parts", "number of 3 characters, against maximum"),
    "another date": (
        {"date_sent": "2026-03-19T12:00:00Z"},
        "SMS.date_sent",
        "a moment like 9999-99-99T99:99:99Z, against format, maxLength, pattern",
    ),
    "a new word": ({"status": "QUEUED"}, "Status = (another)", "the value 'QUEUED'"),
    "a hash of small letters": ({"hash": "8242d945"}, "SMS.hash", "string like '9999a999', against"),
    "a new member": ({"country": "+33639981234"}, "SMS.country", "an unknown property: string of 12"),
    "a number with letters": ({"to": "+33private"}, "SMS.to", "string of 10 characters, against pattern"),
    "a text that is none": ({"text": ["private"]}, "SMS.text", "array of 1, against type"),
}


@pytest.mark.parametrize(("change", "place", "evidence"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_an_answer_contradicts(
    change: dict[str, Any], place: str, evidence: str, watching: Watching, sms: dict[str, Any]
) -> None:
    watching.see(f"/sms/{sms['hash']}", 200, {"status": "success", "data": {**sms, **change}})
    row = watching.rows()[place]
    assert row.verdict == "refuted"
    assert row.evidence.startswith(evidence)
    assert "private" not in str(watching.rows())
    assert "33639981234" not in str(watching.rows())


def test_a_member_that_is_missing_contradicts(watching: Watching, sms: dict[str, Any]) -> None:
    shorter = {name: value for name, value in sms.items() if name != "nature"}
    watching.see("/sms?" + WINDOW, 200, {"status": "success", "data": [sms, shorter]})
    row = watching.rows()["SMS.nature"]
    assert (row.confirmed, row.contradicted, row.evidence) == (1, 1, "it is missing")


def test_statuses_headers_and_rules_of_requests(watching: Watching) -> None:
    wrong = WINDOW.replace("from=2026", "from=2027")
    watching.see(f"/sms?{wrong}", 400, _error(400))
    watching.see(f"/sms?{WINDOW}&limit=1", 200, {"status": "success", "data": []})
    watching.see("/sms/abc", 400, _error(400))
    watching.see("/sms", 405, _error(405), method="DELETE", allow="GET POST")
    send = {"to": "+33639981234", "body": "x"}
    watching.see("/sms/send?to=%2B33639981234&body=x", 200, {"status": "success", "data": "8242D945"})
    watching.see("/sms", 200, {"status": "success", "data": "8242D946"}, method="POST", body=send)
    rows = watching.rows()
    assert rows["GET /sms rule list-window-order"].verdict == "proven"
    assert rows["GET /sms rule parameters-known"].verdict == "refuted"
    assert rows["GET /sms/{hash} answers 404"].evidence == "400 came"
    assert rows["header Allow"].verdict == "refuted"
    assert rows["header Cache-Control"].evidence == "it is missing"
    assert rows["GET /sms/send parameter to"].verdict == "proven"


def test_rules_of_answers_are_as_the_model_counted_them(watching: Watching) -> None:
    watching.tally.count_rule("GET /sms", "list-order", RuleStatus.KEPT)
    watching.tally.count_rule("GET /sms", "list-type", RuleStatus.BROKEN)
    rows = watching.rows()
    assert rows["GET /sms rule list-order"].verdict == "proven"
    assert rows["GET /sms rule list-type"].verdict == "refuted"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", "secret", "string of 6 characters"),
        ("user_data", "", "string of 0 characters"),
        ("options", {"a": "secret"}, "object of 1"),
        ("status", "a secret sentence", "string of 17 characters"),
        ("status", "RECEIVED", "the value 'RECEIVED'"),
        ("hash", "8242D945", "string like '9999A999'"),
        ("hash", "é+33 6", "string like '?+99 9'"),
        ("network", "9" * 40, "string of 40 characters"),
        ("date_sent", "2026-03-19 12:00:00", "a datetime like 9999-99-99 99:99:99"),
        ("date_sent", "2026-03-19T12:00+01:00", "a moment like 9999-99-99T99:99+99:99"),
        ("date_sent", None, "null"),
        ("b", True, "true"),
        ("parts", 12, "number of 2 characters"),
    ],
)
def test_the_shape_of_a_value_is_not_the_value(name: str, value: object, expected: str) -> None:
    assert shape(name, value) == expected
