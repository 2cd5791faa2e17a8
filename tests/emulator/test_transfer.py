"""Whole accounts out of the emulator and into it."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import Answer, Client, ManualClock, basic, serving_config

CONFIG = Config(any_account=True)
LINES = {"Content-Type": "application/x-ndjson"}
NOBODY = "http://127.0.0.1:1/"


@pytest.fixture(params=["memory", "file"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    database = ":memory:" if request.param == "memory" else tmp_path / "sms.sqlite3"
    with serving_config(CONFIG, ManualClock(NOON), database) as client:
        yield client


def _export(client: Client) -> bytes:
    """Ask by hand, for the answer is no envelope."""
    parts = urlsplit(client.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.request("GET", "/_emulator/export", headers=client.authorization)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert (response.status, response.headers["Content-Type"]) == (200, "application/x-ndjson")
    return body


def _import(client: Client, lines: bytes) -> Answer:
    outside = Client(client.url.removesuffix("/rest/v1.1"), client.authorization)
    return outside.request("POST", "/_emulator/import", lines, LINES)


def _fill(client: Client) -> None:
    """Give an account something of everything."""
    client.set("/clock", freeze="2024-03-30 12:00:00")
    client.set("/timings", sent=1234)
    client.set("/webhooks", endpoint=NOBODY, hmac_secret="sesame", hmac_algo="MD5")
    client.set("/webhooks", endpoint=NOBODY, events=["sms.mo"])
    client.send(body='Ça va ?\n"👍" \\ \u2028', options={"user_data": "42", "flash_message": True})
    client.send(**{"from": "Shop"}, options={"webhook": {"endpoint": NOBODY, "hmac_secret": "open"}})
    client.send(to="+33639980010")
    client.send(to="+33639980030", options={})
    client.set("/clock", advance="2s")
    client.set("/sms/incoming", **{"from": "+33639981234"}, text="Hello")
    client.set("/clock", advance="1m")


def test_round_trip_gives_the_same_bytes(client: Client) -> None:
    _fill(client)
    lines = _export(client)
    assert {json.loads(each)["kind"] for each in lines.splitlines()} == {
        "account",
        "subscription",
        "sms",
        "event",
    }
    copy = Client(client.url, basic("copy:secret"))
    answer = _import(copy, lines)
    assert (answer.status, answer.data["sms"], answer.data["subscriptions"]) == (200, 5, 2)
    assert _export(copy) == lines
    for direction in ("OUT", "IN"):
        assert copy.find(type=direction) == client.find(type=direction)
    assert _story(copy) == _story(client)
    assert copy.control("GET", "/timings").data == client.control("GET", "/timings").data


def _story(client: Client) -> object:
    """Give the deliveries without their own numbers, which belong to the whole database."""
    page = client.control("GET", "/webhooks/deliveries?limit=500").data
    return sorted(
        (each | {"id": 0} for each in page["deliveries"]),
        key=lambda each: (each["event_id"], str(each["hook_hash"])),
    )


def test_what_was_taken_in_goes_on(client: Client) -> None:
    _fill(client)
    copy = Client(client.url, basic("copy:secret"))
    _import(copy, _export(client))
    for each in (client, copy):
        each.set("/clock", advance="25h")
    assert {each["status"] for each in copy.find()} == {"RECEIVED", "ERROR", "EXPIRED"}
    assert copy.find() == client.find()
    assert copy.get(copy.send())["text"] == "Hello"


def test_more_than_one_batch_is_taken_in(client: Client) -> None:
    client.set("/clock", freeze=True)
    for number in range(1_203):
        client.send(body=str(number))
    lines = _export(client)
    copy = Client(client.url, basic("copy:secret"))
    assert _import(copy, lines).data["sms"] == 1_203
    assert _export(copy) == lines


def test_account_that_has_something_takes_nothing_in(client: Client) -> None:
    client.send()
    answer = _import(client, _export(client))
    assert (answer.status, answer.message.split(":")[0]) == (400, "PROPERTY_VALUE_ERROR [account]")
    assert "/_emulator/reset" in answer.message
    assert len(client.find()) == 1


STATE = {"kind": "account", "format": 1, "state": {"seed": "00" * 16}}
SMS: dict[str, object] = {
    "type": "OUT",
    "hash": "AAAAAAAA",
    "from": "",
    "to": "+33639981234",
    "text": "x",
    "options": None,
    "encoding": "GSM",
    "user_data": "",
    "b_customer_mode": "POSTPAID",
    "b_customer_debit": "7.80",
    "network": "",
    "parts": 1,
    "nature": "MARKETING",
    "date_creation": "2024-03-30 12:00:00",
    "status": "CREATED",
    "date_update": "2024-03-30 12:00:00",
    "status_error": "",
    "date_sent": "0000-00-00 00:00:00",
    "date_received": "0000-00-00 00:00:00",
    "status_history": [],
}
KEPT = {"kind": "sms", "created": 1, "due": None, "outcome": None, "sms": SMS}
EVENT = {
    "kind": "event",
    "sms": "BBBBBBBB",
    "type": "sms.mo",
    "event_id": "0" * 36,
    "sequence": 1,
    "at": 1,
    "progress": {"status": "RECEIVED", "date_update": "2024-03-30 12:00:00"},
    "deliveries": [],
}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "REQUEST_FORMAT_ERROR [request body]"),
        ([KEPT], "REQUEST_FORMAT_ERROR [line 1]: the order is wrong"),
        ([STATE, STATE], "REQUEST_FORMAT_ERROR [line 2]: the order is wrong"),
        ([STATE | {"format": 2}], "REQUEST_FORMAT_ERROR [line 1]: Invalid enum value 2 - at `$.format`"),
        ([STATE | {"state": {}}], "REQUEST_FORMAT_ERROR [line 1]: Object missing required field `seed`"),
        (
            [STATE, KEPT | {"outcome": "lost"}],
            'REQUEST_FORMAT_ERROR [line 2]: PROPERTY_VALUE_ERROR [outcome]: "lost"',
        ),
        ([STATE, KEPT | {"created": "now"}], "REQUEST_FORMAT_ERROR [line 2]: Expected `int`, got `str`"),
        (
            [STATE, KEPT | {"sms": SMS | {"hash": 1}}],
            "REQUEST_FORMAT_ERROR [line 2]: Expected `str`, got `int`",
        ),
        ([STATE, KEPT, {"kind": "letter"}], "REQUEST_FORMAT_ERROR [line 3]: Invalid value 'letter'"),
        ([STATE, KEPT, KEPT], 'REQUEST_FORMAT_ERROR [hash]: "AAAAAAAA" stands twice'),
        ([STATE, KEPT, EVENT], 'REQUEST_FORMAT_ERROR [sms]: "BBBBBBBB" is no SMS before its event'),
        ([STATE, KEPT, []], "REQUEST_FORMAT_ERROR [line 3]: Expected `object`, got `array`"),
    ],
)
def test_broken_import_is_refused_and_leaves_nothing(
    client: Client, lines: list[object], message: str
) -> None:
    answer = _import(client, b"".join(json.dumps(each).encode() + b"\n" for each in lines))
    assert (answer.status, answer.message[: len(message)]) == (400, message)
    assert client.find() == []
    assert client.get(client.send())["text"] == "Hello"


def test_import_needs_lines(client: Client) -> None:
    answer = client.control("POST", "/import", {})
    assert (answer.status, "application/x-ndjson" in answer.message) == (400, True)


def test_secret_of_a_broken_line_is_not_repeated(client: Client) -> None:
    target = {"endpoint": NOBODY, "hmac_secret": ["hunter2"]}
    hook = {"kind": "subscription", "hash": "AAAAAAAA", "types": ["sms.mo"], "target": target, "created": 1}
    answer = _import(client, json.dumps(STATE).encode() + b"\n" + json.dumps(hook).encode())
    assert (answer.status, "hunter2" in answer.message) == (400, False)
