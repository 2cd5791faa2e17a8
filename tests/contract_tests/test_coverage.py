"""What of the contract the traffic reached, and what it never can."""

import json
from typing import Any

import pytest

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.schema_points import APPLIES
from callr_sms_contract.oracle.responses import Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.results.coverage import UNREACHABLE, Coverage, reason_of
from callr_sms_contract.wire.messages import Request, Response
from tests.contract_tests.test_answers import AUTHORIZED, BASE, JSON


@pytest.fixture
def coverage(contract: Contract) -> Coverage:
    return Coverage(contract, "/rest/v1.1")


def _take(
    coverage: Coverage, judge: Judge, request: Request, status: int, document: object
) -> set[tuple[str, str]]:
    before = dict(coverage.counts)
    exchange = Inspector(judge).exchange(request, Response(status, JSON, json.dumps(document).encode()))
    coverage.take(exchange)
    return {part for part, count in coverage.counts.items() if count > before[part]}


def _post(document: object) -> Request:
    return Request("POST", f"{BASE}/sms", {**AUTHORIZED, **JSON}, json.dumps(document).encode())


ERROR = {"status": "error", "data": {"code": 400, "message": "x"}}


def test_a_send_reaches_its_keywords_on_the_side_where_its_values_are(
    coverage: Coverage, judge: Judge
) -> None:
    document = {"to": "+1", "body": "x", "options": {"nature": "ALERTING", "priority": 1}}
    found = _take(coverage, judge, _post(document), 400, ERROR)
    assert found >= {
        ("operation", "sendSms"),
        ("status", "sendSms 400"),
        ("kept", "sendSms body required to"),
        ("kept", "sendSms body additionalProperties"),
        ("broken", "sendSms body.to pattern"),
        ("broken", "sendSms body.to minLength"),
        ("kept", "sendSms body.to maxLength"),
        ("kept", "sendSms body.options.nature enum"),
        ("broken", "sendSms body.options additionalProperties"),
        ("kept", "sendSms body.options type"),
        ("answer", "sendSms 400 .data.code minimum"),
    }
    assert not {part for part in found if part[1].startswith("sendSms body.from")}


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({"to": 1, "body": "x"}, ("broken", "sendSms body.to type")),
        ({"to": None, "body": "x"}, ("broken", "sendSms body.to type")),
        ({"body": "x"}, ("broken", "sendSms body required to")),
        ([], ("broken", "sendSms body type")),
        ({"to": "+33639981234", "body": "\ud83d"}, ("broken", "sendSms body.body format")),
        ({"to": "+33639981234", "body": ""}, ("broken", "sendSms body.body minLength")),
    ],
)
def test_what_breaks_a_keyword(
    document: object, part: tuple[str, str], coverage: Coverage, judge: Judge
) -> None:
    assert part in _take(coverage, judge, _post(document), 400, ERROR)


def test_what_does_not_apply_reaches_nothing(coverage: Coverage, judge: Judge) -> None:
    found = _take(coverage, judge, _post({"to": 1, "body": "x"}), 400, ERROR)
    assert not {name for _, name in found} & {"sendSms body.to pattern", "sendSms body.to maxLength"}


def test_an_example_counts_when_it_is_sent_as_it_is(
    coverage: Coverage, judge: Judge, contract: Contract
) -> None:
    document: dict[str, Any] = contract.document["components"]["examples"]["SendTracked"]["value"]
    assert ("example", "sendSms body tracked") in _take(coverage, judge, _post(document), 400, ERROR)
    found = _take(coverage, judge, _post({**document, "from": "SMS"}), 400, ERROR)
    assert not {part for part in found if part[0] == "example"}


def test_a_query_reaches_its_parameters_given_and_left_out(coverage: Coverage, judge: Judge) -> None:
    request = Request("GET", f"{BASE}/sms/send?to=%2B33639981234&options.flash_message=yes", AUTHORIZED)
    found = _take(coverage, judge, request, 400, ERROR)
    assert found >= {
        ("parameter", "sendSmsByQuery to given"),
        ("parameter", "sendSmsByQuery body left out"),
        ("broken", "sendSmsByQuery query options.flash_message type"),
        ("kept", "sendSmsByQuery query to pattern"),
    }


def test_a_wrong_method_reaches_the_405_of_its_path(coverage: Coverage, judge: Judge) -> None:
    found = _take(coverage, judge, Request("PATCH", f"{BASE}/sms", AUTHORIZED), 405, ERROR)
    assert {part for part in found if part[0] == "status"} == {
        ("status", "listSms 405"),
        ("status", "sendSms 405"),
    }


def test_a_live_run_is_not_expected_to_send_nor_to_break_anything(contract: Contract) -> None:
    live = Coverage(contract, "/rest/v1.1", is_live=True).counts
    assert {name.split(" ")[0] for _, name in live} == {"listSms", "getSms"}
    assert not {kind for kind, _ in live} & {"broken", "example"}


def test_every_reason_why_something_cannot_be_reached_is_needed(contract: Contract) -> None:
    counts = Coverage(contract, "/rest/v1.1").counts
    assert not [part for part in counts if reason_of(part)]
    for reason in UNREACHABLE:
        others = tuple(each for each in UNREACHABLE if each != reason)
        more = Coverage(contract, "/rest/v1.1", unreachable=others).counts.keys() - counts.keys()
        assert more, reason


def test_every_keyword_of_the_contract_is_counted_or_says_nothing_of_values(contract: Contract) -> None:
    """A new one would be passed over in silence."""
    words = {"title", "description", "examples", "default", "$ref"}
    structure = {"properties", "items"}
    assert _keywords(contract) <= APPLIES.keys() | words | structure


def _keywords(contract: Contract) -> set[str]:
    found: set[str] = set()

    def visit(schema: dict[str, Any]) -> None:
        found.update(word for word in schema if not word.startswith("x-"))
        for below in (
            *schema.get("properties", {}).values(),
            *([schema["items"]] if "items" in schema else []),
        ):
            visit(below)

    for schema in contract.document["components"]["schemas"].values():
        visit(schema)
    return found
