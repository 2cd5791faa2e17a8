"""One cause is one failure, with its places, and says why in the words of the contract."""

import dataclasses
import json
from collections.abc import Callable

import pytest

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.contract.document import without_repetition
from callr_sms_contract.reports import summary
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.results import Fault, causes_of, merged
from callr_sms_contract.results.record import Record
from tests.contract_tests.lying_proxy import Proxy, Request, Response
from tests.contract_tests.records import BAD, FAULT, GOOD

Lie = Callable[[Response, Request], Response]


def _record(settings: Settings, lie: Lie, **changes: object) -> Record:
    chosen: dict[str, object] = {"phases": ("examples",), "webhooks": "off"}
    with Proxy(settings.base_url, lie=lie).listening() as proxy:
        options: dict[str, object] = {"base_url": proxy.base_url, **chosen, **changes}
        return run_suite(dataclasses.replace(settings, **options)).record  # type: ignore[arg-type]


def _without_type(told: Response, _: Request) -> Response:
    return Response(
        told.status, tuple(each for each in told.headers if each[0].lower() != "content-type"), told.body
    )


def _as_422(told: Response, _: Request) -> Response:
    if told.status != 400:
        return told
    return Response(422, told.headers, told.body.replace(b'"code":400', b'"code":422'))


def _bare(told: Response, _: Request) -> Response:
    if told.status != 200 or not told.body:
        return told
    headers = tuple(each for each in told.headers if each[0].lower() != "content-length")
    return Response(200, headers, json.dumps(json.loads(told.body)["data"]).encode())


def test_a_missing_content_type_is_one_failure_with_all_its_places(settings: Settings) -> None:
    record = _record(settings, _without_type)
    assert len(record.faults) > 5
    (cause,) = record.causes
    assert cause.main.title == "The response is not sent as JSON"
    assert len(cause.operations) == 5
    assert {"answer_headers", "content_type_conformance"} <= set(cause.checks)
    text = summary(record)
    assert "the contract is broken in 1 way:" in text
    assert "   also at GET /sms" in text
    assert "also found by content_type_conformance" in text
    # Every case of JUnit that failed is still one that failed.
    assert junit(record).count("<failure ") == len({(each.operation, each.check) for each in record.faults})


@pytest.mark.parametrize(
    ("lie", "title"), [(_as_422, "Wrong status: 422"), (_bare, "The response is not a JSON")]
)
def test_what_only_follows_is_folded(lie: Lie, title: str, settings: Settings) -> None:
    record = _record(settings, lie, operations=("getSms", "listSms"))
    (cause,) = record.causes
    assert cause.main.title.startswith(title)
    assert len(cause.checks) > 1


def test_a_failure_that_came_once_is_counted_once(settings: Settings) -> None:
    lied: list[Request] = []

    def lie(told: Response, asked: Request) -> Response:
        if told.status != 400 or lied or not asked.header("x-schemathesis-testcaseid"):
            return told
        lied.append(asked)
        return _as_422(told, asked)

    record = _record(settings, lie, operations=("listSms",))
    (cause,) = record.causes
    assert [fault.count for fault in record.faults] == [1] * len(record.faults)
    assert f"[{cause.main.check}, 1 time]" in summary(record)


def test_two_causes_are_two_failures(settings: Settings) -> None:
    def both(told: Response, asked: Request) -> Response:
        return _without_type(_as_422(told, asked), asked)

    record = _record(settings, both, operations=("listSms",))
    titles = {cause.main.title.partition(",")[0] for cause in record.causes}
    assert titles == {"Wrong status: 422", "The response is not sent as JSON"}


def test_a_message_that_blames_another_parameter_says_what_is_wrong_with_the_right_one(
    settings: Settings,
) -> None:
    def blame(told: Response, _: Request) -> Response:
        return Response(told.status, told.headers, told.body.replace(b"[to]", b"[from]"))

    record = _record(settings, blame, operations=("sendSms",))
    (cause,) = [each for each in record.causes if each.main.title.endswith("names another parameter")]
    first, *rest = cause.main.message.splitlines()
    assert first.startswith("the message names [from], wrong is to: to: ")
    assert (
        "the contract about to: The recipient: a phone number in E.164 with the plus, 7 to 15 digits of "
        "which the first is not 0, such as `+33612345678`."
    ) in rest


@pytest.mark.parametrize(
    ("said", "sentence", "expected"),
    [
        ("", "The text.", "The text."),
        ("What the SMS is for: `A`.", "What an SMS is for.", "What the SMS is for: `A`."),
        ("The text, 1 to 9.", "In Unicode.", "The text, 1 to 9. In Unicode."),
        (
            "Where: an `a` or `b` URL to it, say.",
            "An `a` or `b` URL to it at night.",
            "Where: an `a` or `b` URL to it at night, say.",
        ),
    ],
)
def test_what_the_contract_says_twice_is_said_once(said: str, sentence: str, expected: str) -> None:
    assert without_repetition(said, sentence) == expected


def test_a_wrong_status_cites_the_rule(settings: Settings) -> None:
    def accept(told: Response, _: Request) -> Response:
        return told if b"[from]" not in told.body else Response(409, told.headers, told.body)

    record = _record(settings, accept, operations=("listSms",))
    words = "the contract: A `from` that is later than `to` is refused with 400."
    assert words in "".join(fault.message for fault in record.faults)


# --- folding ---------------------------------------------------------------------------------------------


def _fault(operation: str, check: str, follows: str = "", count: int = 1) -> Fault:
    return dataclasses.replace(
        FAULT, operation=operation, check=check, cause="c", title="t", follows=follows, count=count, rule=""
    )


def test_what_was_ever_found_alone_is_a_cause() -> None:
    first, second = _fault("a", "one"), _fault("a", "two", follows="one/t/c")
    assert [cause.faults for cause in causes_of([first, second])] == [(first, second)]
    alone = _fault("b", "two")
    assert [cause.main.check for cause in causes_of([first, second, alone])] == ["one", "two"]


def test_chains_and_circles_come_to_an_end() -> None:
    chain = [_fault("a", "one"), _fault("a", "two", "one/t/c"), _fault("a", "three", "two/t/c")]
    assert len(causes_of(chain)) == 1
    circle = [_fault("a", "one", "two/t/c"), _fault("a", "two", "one/t/c")]
    assert sum(len(cause.faults) for cause in causes_of(circle)) == 2
    assert len(causes_of([_fault("a", "one", "lost/t/c")])) == 1


def test_counts_are_those_of_the_cause_itself() -> None:
    faults = [_fault("a", "one", count=3), _fault("b", "one", count=4), _fault("b", "two", "one/t/c", 9)]
    (cause,) = causes_of(faults)
    assert (cause.count, cause.operations, cause.checks) == (7, ("a", "b"), ("one", "two"))


def test_a_shard_that_found_it_alone_decides() -> None:
    first, second = _fault("a", "one"), _fault("a", "two", follows="one/t/c")
    one = dataclasses.replace(GOOD, faults=(first, second))
    other = dataclasses.replace(BAD, faults=(dataclasses.replace(second, follows=""),))
    assert len(one.causes) == 1
    assert len(merged([one, other]).causes) == 2
