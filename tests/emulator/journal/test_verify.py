"""Was this sent so often? Over HTTP: the count, the status, what was nearest and in what it differs."""

from typing import Any

import pytest

from tests.emulator.journal.support import ask, rpc
from tests.emulator.support import Answer, Client

ALICE = "+447700900101"
BOB = "+447700900102"


def _verify(client: Client, **criteria: object) -> Answer:
    return ask(client, "/verify", **criteria)


def _differs(client: Client, **criteria: object) -> list[dict[str, Any]]:
    """Verify what does not hold; give in what the nearest request differs."""
    answer = _verify(client, **criteria)
    assert answer.status == 409, answer.body
    found: list[dict[str, Any]] = answer.data["nearest"][0]["differs"]
    return found


def test_once_is_what_is_expected_where_nothing_is_said(client: Client) -> None:
    assert _verify(client, to=ALICE).status == 409
    sent = client.send(to=ALICE)
    answer = _verify(client, to=ALICE)
    assert answer.status == 200
    assert answer.data == {
        "holds": True,
        "matched": 1,
        "refused": 0,
        "expected": "exactly 1",
        "requests": [
            {
                "id": 1,
                "at": "2024-03-30 12:00:00.000",
                "operation": "sendSms",
                "method": "POST",
                "status": 200,
                "rule": None,
                "hash": sent,
            }
        ],
        "nearest": [],
        "forgotten": 0,
    }
    client.send(to=ALICE)
    assert _verify(client, to=ALICE).status == 409


def test_a_plus_that_was_not_escaped_is_a_plus(client: Client) -> None:
    sent = client.send(to=ALICE)
    client.send(to=BOB)
    found = client.control("GET", f"/requests?to={ALICE}").data["requests"]
    assert [each["hash"] for each in found] == [sent]
    assert client.control("GET", f"/requests/verify?to={ALICE}&times=1").status == 200
    assert client.control("GET", f"/requests/verify?from={ALICE}&times=0").status == 200


@pytest.mark.parametrize(
    ("bounds", "holds", "expected"),
    [
        ({"times": 3}, True, "exactly 3"),
        ({"times": 2}, False, "exactly 2"),
        ({"times": 0}, False, "exactly 0"),
        ({"at_least": 3}, True, "at least 3"),
        ({"at_least": 4}, False, "at least 4"),
        ({"at_most": 3}, True, "at most 3"),
        ({"at_most": 2}, False, "at most 2"),
        ({"at_least": 1, "at_most": 3}, True, "at least 1 and at most 3"),
        ({"times": 3, "at_least": 1}, True, "exactly 3"),
        ({"at_least": 4, "at_most": 2}, False, "at least 4 and at most 2"),
        ({"times": 1, "at_most": 0}, False, "at least 1 and at most 0"),
    ],
)
def test_bounds(client: Client, bounds: dict[str, object], holds: bool, expected: str) -> None:  # noqa: FBT001 - as pytest calls it
    for _ in range(3):
        client.send()
    answer = _verify(client, **bounds)
    assert (answer.status == 200, answer.data["holds"], answer.data["expected"]) == (holds, holds, expected)
    assert answer.data["matched"] == 3


@pytest.mark.parametrize(
    ("criteria", "name"),
    [
        ({"times": -1}, "[times]"),
        ({"times": "once"}, "[times]"),
        ({"at_least": "1.5"}, "[at_least]"),
        ({"at_most": ""}, "[at_most]"),
        ({"limit": 1}, "[limit]"),
        ({"operation": "send"}, "[operation]"),
        ({"pattern": "("}, "[pattern]"),
    ],
)
def test_what_cannot_be_verified_is_named(client: Client, criteria: dict[str, object], name: str) -> None:
    answer = _verify(client, **criteria)
    assert answer.status == 400
    assert name in answer.message


def test_refused_requests_count_unless_they_are_left_out(client: Client) -> None:
    client.send(to=ALICE)
    client.refuse(to=ALICE, **{"from": "???"})
    rpc(client, "sms.send", "???", ALICE, "Hello", None)
    assert _verify(client, to=ALICE, times=3).data["refused"] == 2
    assert _verify(client, to=ALICE, refused="false").status == 200
    assert _verify(client, to=ALICE, refused="true", rule="sender", times=2).status == 200


def test_nothing_was_asked(client: Client) -> None:
    assert _verify(client, times=0).status == 200
    message = _verify(client).message
    assert message == (
        "VERIFICATION_FAILED [requests]: 0 requests match, expected exactly 1; there are no other requests"
    )


def test_too_many_are_named(client: Client) -> None:
    sent = [client.send() for _ in range(2)]
    answer = _verify(client, text="hello")
    assert answer.data["code"] == 409
    assert answer.message == (
        "VERIFICATION_FAILED [requests]: 2 requests match, expected exactly 1; "
        f"request 2 (sendSms, answered 200, {sent[1]}), request 1 (sendSms, answered 200, {sent[0]})"
    )
    assert [each["hash"] for each in answer.data["requests"]] == sent[::-1]
    assert answer.data["nearest"] == []


def test_the_nearest_is_named_and_in_what_it_differs(client: Client) -> None:
    client.send(to=BOB, body="Goodbye")
    near = client.send(to=ALICE, body="Your code is 1234")
    client.find()
    answer = _verify(client, to=ALICE, text="your code is 1235", operation="sendSms")
    assert answer.message == (
        "VERIFICATION_FAILED [requests]: 0 requests match, expected exactly 1; the nearest is "
        f"request 2 (sendSms, answered 200, {near}), which differs in text (from character 17 of 17 on)"
    )
    assert answer.data["nearest"][0]["differs"] == [
        {
            "parameter": "text",
            "wanted": "your code is 1235",
            "found": "Your code is 1234",
            "how": "from character 17 of 17 on",
        }
    ]
    assert [each["id"] for each in answer.data["nearest"]] == [2, 1, 3]


def test_no_text_and_no_number_is_in_the_message(client: Client) -> None:
    """It ends in the report of a test run."""
    client.send(to=ALICE, body="Your code is 1234")
    client.refuse(to="0639981234", body="private")
    client.request("GET", "/sms/private-path")
    message = _verify(client, to=BOB, text="my text", from_="Me", hash="private-hash", times=9).message
    for private in ("1234", ALICE, BOB, "0639981234", "private", "my text", "Me"):
        assert private not in message


@pytest.mark.parametrize(
    ("criteria", "how"),
    [
        ({"to": "447700900101"}, "only in the plus sign or spaces"),
        ({"to": "+44 7700 900101"}, "only in the plus sign or spaces"),
        ({"to": BOB}, "from character 13 on"),
        ({"to": "0"}, "from the start"),
        ({"from_": "SHOP"}, "only in case"),
        ({"text": "your  code"}, "only in spaces"),
        ({"text": "Your coat"}, "from character 8 of 9 on"),
        ({"text": "\u00e9"}, "from the start"),
        ({"pattern": "[a-z]{9}"}, "different"),
        ({"status": 400}, "different"),
        ({"refused": "true"}, "different"),
        ({"operation": "getSms"}, "different"),
        ({"method": "PUT"}, "different"),
        ({"rule": "sender"}, "missing"),
        ({"since": "2030-01-01 00:00:00"}, "different"),
        ({"hash": "x"}, "from the start"),
    ],
)
def test_how_it_differs(client: Client, criteria: dict[str, object], how: str) -> None:
    client.send(to=ALICE, body="Your code is 1234", **{"from": "Shop"})
    (differs,) = _differs(client, **criteria)
    assert differs["how"] == how
    assert differs["parameter"] == next(iter(criteria)).rstrip("_")
    assert differs["wanted"] == str(next(iter(criteria.values())))


def test_what_is_no_send_differs_in_all_of_the_sms(client: Client) -> None:
    client.find()
    differs = _differs(client, to=ALICE, from_="", text="x", pattern="y")
    assert {each["parameter"] for each in differs} == {"to", "from", "text", "pattern"}
    assert {each["how"] for each in differs} == {"missing"}


def test_the_nearest_of_many(client: Client) -> None:
    client.send(to="+447700900108")
    for number in range(50):
        client.send(to=f"+4915112345{number:02}")
    answer = _verify(client, to="+447700900107")
    assert answer.data["nearest"][0]["id"] == 1
    assert len(answer.data["nearest"]) == 3
