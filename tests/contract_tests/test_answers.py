"""What an answer may be."""

import base64
import copy
import json
from typing import Any

import pytest

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.formats import FORMATS
from callr_sms_contract.oracle.responses import INSPECTIONS, Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.wire.messages import Request, Response

BASE = "http://127.0.0.1:1/rest/v1.1"
AUTHORIZED = {"authorization": f"Basic {base64.b64encode(b'me:secret').decode()}"}
READ = Request("GET", f"{BASE}/sms/8242D945", AUTHORIZED)
JSON = {"content-type": "application/json"}


def _error(status: str, code: object) -> dict[str, Any]:
    return {"status": status, "data": {"code": code, "message": "WRONG"}}


@pytest.fixture
def sms(contract: Contract) -> dict[str, Any]:
    example = contract.document["components"]["examples"]["SmsReceived"]["value"]
    found: dict[str, Any] = copy.deepcopy(example)
    return found


def _complaints(judge: Judge, request: Request, answer: Response) -> set[str]:
    inspector = Inspector(judge)
    exchange = inspector.exchange(request, answer)
    return {name for name, inspect in INSPECTIONS.items() if list(inspect(inspector, exchange))}


def _read(judge: Judge, document: object, status: int = 200) -> set[str]:
    return _complaints(judge, READ, Response(status, JSON, json.dumps(document).encode()))


def test_the_example_of_the_contract_passes(judge: Judge, sms: dict[str, Any]) -> None:
    assert _read(judge, sms) == set()


@pytest.mark.parametrize("kind", ["Application/JSON", "application/json; a=b", "application/json ;a=b"])
def test_json_is_json_with_any_parameters(kind: str, judge: Judge, sms: dict[str, Any]) -> None:
    body = json.dumps(sms).encode()
    assert _complaints(judge, READ, Response(200, {"content-type": kind}, body)) == set()


WRONG_BY_FORMAT_ALONE = {
    "date_creation": "2023-02-29 00:00:00",
    "date_sent": "2024-03-19 24:00:00",
    "text": "a\ud83d",
    "options": {"webhook": {"endpoint": "https://a.example/a b"}},
}


@pytest.mark.parametrize("member", WRONG_BY_FORMAT_ALONE)
def test_formats_are_asserted_in_answers(member: str, judge: Judge, sms: dict[str, Any]) -> None:
    """Values that their patterns and lengths allow: only the format knows better."""
    sms["data"][member] = WRONG_BY_FORMAT_ALONE[member]
    # Some of them contradict the rest of the SMS as well, which the model sees.
    assert _read(judge, sms) - {"account_model"} == {"answer_schema_with_formats"}


def test_the_history_has_milliseconds_of_a_real_day(judge: Judge, sms: dict[str, Any]) -> None:
    sms["data"]["status_history"][0]["updated_at"] = "2024-02-30 02:41:24.912"
    assert _read(judge, sms) == {"answer_schema_with_formats"}


def test_every_format_of_the_contract_is_known(contract: Contract) -> None:
    known_to_the_validator = {"uri", "date-time"}
    about_numbers = {"int32"}
    assert _formats(contract.document) == FORMATS.keys() | known_to_the_validator | about_numbers


def _formats(node: object) -> set[str]:
    if isinstance(node, dict):
        inner = {each for value in node.values() for each in _formats(value)}
        return inner | ({node["format"]} if isinstance(node.get("format"), str) else set())
    return {each for value in node for each in _formats(value)} if isinstance(node, list) else set()


def test_new_members_and_statuses_are_allowed(judge: Judge, sms: dict[str, Any]) -> None:
    sms["data"] |= {"status": "ON_ITS_WAY", "carrier": "x"}
    sms["data"]["status_history"][-1] |= {"new_status": "ON_ITS_WAY", "reason": "x"}
    sms["data"]["date_received"] = "0000-00-00 00:00:00"
    assert _read(judge, sms | {"version": 2}) == set()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], {"answer_envelope", "answer_schema_with_formats"}),
        (_error("error", 404), set()),
        (_error("error", 400), {"answer_envelope"}),
        (_error("error", "404"), {"answer_envelope", "answer_schema_with_formats"}),
        (_error("success", 404), {"answer_envelope", "answer_schema_with_formats"}),
    ],
)
def test_the_envelope_of_an_error(document: object, expected: set[str], judge: Judge) -> None:
    assert _read(judge, document, 404) == expected


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"status": NaN}', b"\xff", b'"x"'])
def test_a_body_that_is_no_envelope(body: bytes, judge: Judge) -> None:
    assert "answer_envelope" in _complaints(judge, READ, Response(404, JSON, body))


def test_a_coding_that_no_request_accepts_is_named(judge: Judge) -> None:
    inspector = Inspector(judge)
    response = Response(200, {**JSON, "content-encoding": "br"}, b"\x0b\x80{}\x03")
    (found,) = inspector.envelope(inspector.exchange(READ, response))
    assert found.message.endswith("its coding 'br' is not one that the request accepts")


def test_a_member_that_is_given_twice_is_no_answer(judge: Judge, sms: dict[str, Any]) -> None:
    body = json.dumps(sms).encode()
    inspector = Inspector(judge)
    twice = inspector.exchange(READ, Response(200, JSON, body.replace(b'"parts"', b'"parts": 9, "parts"')))
    assert [found.message for found in inspector.envelope(twice)] == [
        f"it begins with {body[:80].decode()!r}, and an object in it has two properties of one name"
    ]
    assert _read(judge, sms) == set()


@pytest.mark.parametrize(
    ("path", "allow", "is_right"),
    [
        ("/sms", "GET, POST", True),
        ("/sms", "POST,GET", True),
        ("/sms", "GET", False),
        ("/sms/send", "GET", True),
        ("/sms/send", "GET, POST", False),
        ("/sms/8242D945", "GET", True),
        ("/sms/8242D945", "get", False),
    ],
)
def test_allow_lists_the_methods_of_the_path(path: str, allow: str, judge: Judge, *, is_right: bool) -> None:
    body = json.dumps({"status": "error", "data": {"code": 405, "message": "WRONG"}}).encode()
    request = Request("PATCH", f"{BASE}{path}", AUTHORIZED)
    found = _complaints(judge, request, Response(405, {**JSON, "allow": allow}, body))
    assert found == (set() if is_right else {"answer_headers"})


_SENT_TO_NOBODY = Request(
    "POST",
    f"{BASE}/sms",
    {**AUTHORIZED, **JSON},
    b'{"to": "nobody", "body": "x", "options": {"nature": "x"}}',
)


@pytest.mark.parametrize(
    ("message", "keys"),
    [
        ("PROPERTY_VALUE_ERROR [to]: nobody", []),
        ("PROPERTY_VALUE_ERROR [options.nature]: x", []),
        ("PROPERTY_VALUE_ERROR [options]: x", []),
        ("REFUSED", ["unnamed"]),
        ("PROPERTY_VALUE_ERROR [body]: x", ["named"]),
        ("PROPERTY_VALUE_ERROR [what[ever]]: x", []),
        ("to is no number", ["code-word", "unnamed"]),
        ("Wrong [body]", ["code-word"]),
    ],
)
def test_a_message_opens_with_a_code_word_and_names_what_is_wrong(
    message: str, keys: list[str], judge: Judge
) -> None:
    body = json.dumps({"status": "error", "data": {"code": 400, "message": message}}).encode()
    inspector = Inspector(judge)
    exchange = inspector.exchange(_SENT_TO_NOBODY, Response(400, JSON, body))
    assert [complaint.key for complaint in inspector.envelope(exchange)] == keys


def test_a_hash_that_was_sent_is_found(judge: Judge) -> None:
    inspector = Inspector(judge)
    send = Request("POST", f"{BASE}/sms", {**AUTHORIZED, **JSON}, b'{"to": "+33639981234", "body": "x"}')
    inspector.exchange(send, Response(200, JSON, b'{"status": "success", "data": "8242D945"}'))
    lost = inspector.exchange(
        READ, Response(404, JSON, b'{"status": "error", "data": {"code": 404, "message": "WRONG"}}')
    )
    found = list(inspector.model(lost))
    assert [complaint.rule for complaint in found] == ["sent-is-found"]
    assert [step.method for step in found[0].before] == ["POST"]


def _listed(inspector: Inspector, data: list[Any]) -> list[str]:
    query = "?type=OUT&from=0001-01-01%2000:00:00&to=9999-12-31%2023:59:59"
    body = json.dumps({"status": "success", "data": data}).encode()
    exchange = inspector.exchange(Request("GET", f"{BASE}/sms{query}", AUTHORIZED), Response(200, JSON, body))
    return [complaint.message for complaint in inspector.schema(exchange)]


def test_sms_of_a_long_list_are_validated_again_once_they_changed(
    judge: Judge, sms: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Python calls the values equal: 1 and true."""
    inspector = Inspector(judge)
    one = {**sms["data"], "parts": 1}
    many = [{**one, "hash": f"{number:08}"} for number in range(1000)]
    assert _listed(inspector, many) == []
    seen: list[int] = []
    is_valid = judge.schemas.is_valid

    def counting(pointer: str, value: Any) -> bool:  # noqa: ANN401 - JSON
        seen.append(len(value["data"]))
        return is_valid(pointer, value)

    monkeypatch.setattr(judge.schemas, "is_valid", counting)
    new = {**one, "hash": "ZZZZZZZZ"}
    assert _listed(inspector, [*many, new]) == []
    (wrong,) = _listed(inspector, [*many[:500], {**many[500], "parts": True}, *many[501:]])
    assert wrong.startswith("data.500.parts: ")
    assert seen == [1, 1]


@pytest.mark.parametrize("says", [{"maxItems": 999}, {"minItems": 1001}, {"uniqueItems": True}])
def test_what_a_contract_says_of_a_list_as_a_whole_is_validated(
    says: dict[str, Any], contract: Contract, sms: dict[str, Any]
) -> None:
    document = copy.deepcopy(contract.document)
    document["components"]["schemas"]["SmsListEnvelope"]["properties"]["data"].update(says)
    judge = Judge(Contract(document), "http://127.0.0.1:1/rest/v1.1", "me", "secret")
    many = [{**sms["data"], "hash": f"{number:08}"} for number in range(1000)]
    inspector = Inspector(judge)
    assert _listed(inspector, [*many[:-1], many[0]]) or _listed(inspector, many)
