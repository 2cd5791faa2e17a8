"""What is given twice to the emulator, who asks, and the largest body."""

from __future__ import annotations

import pytest

from callr_sms_emulator import Config
from tests.emulator.bounds.raw_requests import JSON, KNOWN, SEND, SMS, speak
from tests.emulator.support import Client, ManualClock, serving_config

LARGEST = 1024 * 1024


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "missing"),
        (["application/json", "application/json"], '"application/json, application/json" is not JSON'),
        (["application/json", "text/plain"], '"application/json, text/plain" is not JSON'),
        (["text/plain", "application/json"], '"text/plain, application/json" is not JSON'),
        (["application/json, application/json"], '"application/json, application/json" is not JSON'),
        (["application/jsonx"], '"application/jsonx" is not JSON'),
        (["xapplication/json"], '"xapplication/json" is not JSON'),
        (["application"], '"application" is not JSON'),
    ],
)
def test_a_type_of_a_body_is_named_once(client: Client, values: list[str], said: str) -> None:
    headers = [("Content-Type", value) for value in values]
    answer = speak(client, "POST", SMS, KNOWN, *headers, body=SEND)
    assert answer.status == 400
    assert answer.message == f"REQUEST_FORMAT_ERROR [Content-Type]: {said}: expected application/json"
    assert client.find() == []


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "APPLICATION/JSON",
        " Application/Json ; charset=latin-1",
        "application/json;",
        "application/json\t;x",
    ],
)
def test_a_type_of_a_body_is_read_as_http_says(client: Client, value: str) -> None:
    assert speak(client, "POST", SMS, KNOWN, ("content-type", value), body=SEND).status == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"to": "+33612345678", "body": "x", "to": "+33612345678"}', "to"),
        (b'{"to": "+33612345678", "body": "x", "body": "y"}', "body"),
        (b'{"to": "+33612345678", "body": "x", "from": "", "from": ""}', "from"),
        (b'{"to": "+33612345678", "body": "x", "options": {}, "options": {}}', "options"),
        (
            b'{"to": "+33612345678", "body": "x", "options": {"user_data": "1", "user_data": "2"}}',
            "user_data",
        ),
    ],
)
def test_a_member_of_a_send_stands_once(client: Client, body: bytes, named: str) -> None:
    answer = client.post_raw(body)
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_REPEATED [{named}]: the same key twice in one JSON object: expected it once"
    )
    assert client.find() == []


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/clock", b'{"rate": 2, "rate": 2}', "rate"),
        ("/timings", b'{"created": 0, "sent": 0, "created": 0}', "created"),
        ("/webhooks", b'{"endpoint": "http://a", "endpoint": "http://b"}', "endpoint"),
        ("/sms/incoming", b'{"from": "+33639981234", "text": "a", "text": "b"}', "text"),
        ("/faults", b'{"status": 500, "status": 503}', "status"),
    ],
)
def test_a_member_of_a_request_to_the_control_api_stands_once(
    client: Client, path: str, body: bytes, named: str
) -> None:
    answer = speak(client, "POST", f"/_emulator{path}", KNOWN, JSON, body=body)
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_REPEATED [{named}]: the same key twice in one JSON object: expected it once"
    )


@pytest.mark.parametrize(
    ("target", "named"),
    [
        (f"{SMS}?type=OUT&type=OUT&from=2024-03-30%2000:00:00&to=2024-03-30%2000:00:00", "type"),
        (f"{SMS}?type=OUT&from=2024-03-30%2000:00:00&from=2024-03-30%2000:00:00&to=x", "from"),
        (f"{SMS}/ABCD1234?x=1&x=1", "x"),
        (f"{SMS}/send?to=%2B33612345678&body=x&body=x", "body"),
        ("/_emulator/clock?x=1&x=2", "x"),
        ("/_emulator/sms?to=%2B33612345678&to=%2B33612345678", "to"),
        ("/_emulator/webhooks/deliveries?limit=1&limit=1", "limit"),
        ("/_emulator/requests?limit=1&limit=1", "limit"),
    ],
)
def test_a_parameter_stands_once(client: Client, target: str, named: str) -> None:
    answer = speak(client, "GET", target, KNOWN)
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_REPEATED [{named}]: more than once in the query string: expected it once"
    )


def test_credentials_stand_once(client: Client) -> None:
    for target in (SMS, "/_emulator/clock"):
        assert speak(client, "GET", target, KNOWN, KNOWN).status == 401
    token = ("Authorization", "Bearer t0ken")
    assert speak(client, "GET", "/_emulator/accounts", token, token).status == 401
    assert speak(client, "GET", "/_emulator/accounts", token, KNOWN).status == 401


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("Bearer t0ken", 200),
        ("bearer t0ken", 200),
        (" BEARER   t0ken ", 200),
        ("Bearer T0KEN", 401),
        ("Bearer t0ken x", 401),
        ("Bearer t0ke", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("t0ken", 401),
        ("Basic t0ken", 401),
        (KNOWN[1], 401),
    ],
)
def test_the_token_of_the_administrator(client: Client, value: str, status: int) -> None:
    assert speak(client, "GET", "/_emulator/accounts", ("Authorization", value)).status == status


@pytest.mark.parametrize("value", ["Bearer t0ken", "Bearer", "Bearer "])
def test_without_a_token_nobody_is_the_administrator(clock: ManualClock, value: str) -> None:
    with serving_config(Config(), clock) as client:
        assert speak(client, "GET", "/_emulator/accounts", ("Authorization", value)).status == 401


@pytest.mark.parametrize(("length", "status"), [(LARGEST, 200), (LARGEST + 1, 400)])
def test_the_largest_body(client: Client, length: int, status: int) -> None:
    answer = client.post_raw(SEND.ljust(length))
    assert answer.status == status
    if status == 400:
        assert answer.message == (
            "REQUEST_FORMAT_ERROR [request body]: too large: expected at most 1048576 bytes"
        )
    assert len(client.find()) == (status == 200)
