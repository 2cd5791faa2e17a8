"""SMS that come in: who may write to whom, and what is kept."""

from collections.abc import Iterator

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, serving_config

SOMEBODY = "+33639981234"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving_config(Config(number="+33639980007"), ManualClock(NOON)) as client:
        yield client


def _refused(client: Client, sms: dict[str, object], status: int = 400) -> str:
    answer = client.control("POST", "/sms/incoming", sms)
    assert answer.status == status, answer.body
    return answer.message


def test_incoming_sms_is_received_from_the_start(client: Client) -> None:
    sms = client.set("/sms/incoming", **{"from": SOMEBODY}, text="Ça va ? 👍")
    assert sms == {
        "type": "IN",
        "hash": sms["hash"],
        "from": SOMEBODY,
        "to": "+33639980007",
        "text": "Ça va ? 👍",
        "options": None,
        "encoding": "UNICODE",
        "user_data": "",
        "b_customer_mode": "POSTPAID",
        "b_customer_debit": "0.00",
        "network": "42509",
        "parts": 1,
        "nature": "MARKETING",
        "date_creation": "2024-03-30 12:00:00",
        "status": "RECEIVED",
        "date_update": "2024-03-30 12:00:00",
        "status_error": "",
        "date_sent": "0000-00-00 00:00:00",
        "date_received": "2024-03-30 12:00:00",
        "status_history": [],
    }
    assert client.get(sms["hash"]) == sms
    assert sms in client.find(type="IN")
    assert sms not in client.find(type="OUT")


def test_reply_comes_from_the_recipient(client: Client) -> None:
    sent = client.send(to=SOMEBODY)
    for given in ({}, {"from": SOMEBODY}):
        sms = client.set("/sms/incoming", reply_to=sent, text="Yes", to="+33639980008", **given)
        assert (sms["from"], sms["to"]) == (SOMEBODY, "+33639980008")


@pytest.mark.parametrize("number", ["+33639980007", "36105", "361", "36105678"])
def test_who_answers_from_the_number_of_the_account_gets_the_reply(number: str) -> None:
    with serving_config(Config(number=number), ManualClock(NOON)) as client:
        came = client.set("/sms/incoming", **{"from": SOMEBODY}, text="Are you open?")
        assert came["to"] == number
        answer = client.send(**{"from": came["to"]}, to=came["from"])
        assert client.get(answer)["from"] == number
        reply = client.set("/sms/incoming", reply_to=answer, text="Thanks", to=number)
        assert (reply["from"], reply["to"]) == (SOMEBODY, number)
        by_query = client.send_query({"from": number, "to": SOMEBODY, "body": "Hello"})
        assert by_query.status == 200
        assert client.refuse(**{"from": "+33639980008"}).startswith("PROPERTY_VALUE_ERROR [from]")
        assert client.refuse(**{"from": "36106"}).startswith("PROPERTY_VALUE_ERROR [from]")


def test_reply_to_a_custom_sender_is_refused_with_the_reason(client: Client) -> None:
    sent = client.send(**{"from": "Shop"})
    assert _refused(client, {"reply_to": sent, "text": "Yes"}) == (
        f'PROPERTY_VALUE_ERROR [reply_to]: "{sent}" was sent as "Shop", which takes no replies: '
        "expected an SMS that was sent with an empty from, or with the number of the account"
    )


def test_reply_to_an_incoming_sms_or_by_somebody_else_is_refused(client: Client) -> None:
    came = client.set("/sms/incoming", **{"from": SOMEBODY}, text="Hello")["hash"]
    assert "is an incoming SMS" in _refused(client, {"reply_to": came, "text": "Yes"})
    message = _refused(client, {"reply_to": client.send(to=SOMEBODY), "text": "Yes", "from": "+33639981235"})
    assert message.startswith("PROPERTY_VALUE_ERROR [from]: not the recipient of")


def test_reply_to_nothing_is_not_found(client: Client) -> None:
    message = _refused(client, {"reply_to": "NOTHING1", "text": "Yes"}, 404)
    assert message.startswith('PROPERTY_VALUE_ERROR [reply_to]: "NOTHING1" is not the hash of an SMS')


@pytest.mark.parametrize(
    ("sms", "message"),
    [
        ({"text": "x"}, "PROPERTY_MISSING [from]: left out"),
        ({"from": SOMEBODY}, "PROPERTY_MISSING [text]: left out"),
        ({"from": SOMEBODY, "text": ""}, 'PROPERTY_VALUE_ERROR [text]: "": expected a string of 1 to 39015'),
        ({"from": SOMEBODY, "text": 1}, "PROPERTY_VALUE_ERROR [text]: 1: expected a string of 1 to 39015"),
        ({"from": SOMEBODY, "text": "\ud83d"}, "PROPERTY_VALUE_ERROR [text]: half of a surrogate pair"),
        ({"reply_to": "\ud83d", "text": "x"}, "PROPERTY_VALUE_ERROR [reply_to]: half of a surrogate pair"),
        (
            {"from": SOMEBODY, "text": "x" * 40_000},
            'PROPERTY_VALUE_ERROR [text]: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… (40000 characters)',
        ),
        (
            {"from": "Shop", "text": "x"},
            'PROPERTY_VALUE_ERROR [from]: "Shop": expected E.164 with the plus, 7 to 15',
        ),
        (
            {"from": SOMEBODY, "to": "36", "text": "x"},
            'PROPERTY_VALUE_ERROR [to]: "36": expected E.164 with the plus',
        ),
        ({"from": SOMEBODY, "text": "x", "body": "x"}, "PROPERTY_UNKNOWN [body]: no such parameter"),
    ],
)
def test_wrong_sms_is_refused(client: Client, sms: dict[str, object], message: str) -> None:
    before = len(client.find(type="IN"))
    assert _refused(client, sms)[: len(message)] == message
    assert len(client.find(type="IN")) == before


def test_array_is_refused_with_what_is_expected_here(client: Client) -> None:
    outside = Client(client.url.removesuffix("/rest/v1.1"))
    answer = outside.request("POST", "/_emulator/sms/incoming", b"[]", {"Content-Type": "application/json"})
    assert answer.message == (
        "REQUEST_FORMAT_ERROR [request body]: an array is not an object: expected a JSON object"
    )


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": "a", "text": "b"}', b"\xff"])
def test_what_is_no_json_object_is_refused(client: Client, body: bytes) -> None:
    outside = Client(client.url.removesuffix("/rest/v1.1"))
    answer = outside.request("POST", "/_emulator/sms/incoming", body, {"Content-Type": "application/json"})
    assert answer.status == 400
