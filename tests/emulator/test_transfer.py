"""Whole accounts out of the emulator and into it."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config
from callr_sms_emulator._sms.scenarios import ENDINGS
from tests.emulator.conftest import NOON
from tests.emulator.databases import KINDS, database_of
from tests.emulator.support import (
    JSON_TYPE,
    TIMEOUT,
    Client,
    ManualClock,
    basic,
    export,
    serving_config,
    take_in,
)

CONFIG = Config(any_account=True, shortcodes=frozenset({"12345"}))
NOBODY = "http://127.0.0.1:1/"


@pytest.fixture(params=KINDS)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    database = database_of(request.param, request, tmp_path)
    with serving_config(CONFIG, ManualClock(NOON), database) as client:
        yield client


def fill(client: Client) -> None:
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
    fill(client)
    lines = export(client)
    assert {json.loads(each)["kind"] for each in lines.splitlines()} == {
        "account",
        "subscription",
        "sms",
        "event",
    }
    copy = Client(client.url, basic("copy:secret"))
    answer = take_in(copy, lines)
    events = sum(json.loads(each)["kind"] == "event" for each in lines.splitlines())
    assert (answer.status, answer.data) == (
        200,
        {"subscriptions": 2, "unsubscribed": 0, "sms": 5, "events": events},
    )
    assert export(copy) == lines
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


def _send_one_of_each(client: Client) -> None:
    """Have every outcome, both encodings, every sort of sender, every option, and an SMS that came in."""
    for ending in ENDINGS:
        client.send(to=f"+336399800{ending}", options={"webhook": {"endpoint": NOBODY}})
    for to in ("+33199001500", "+33199001503"):  # kept, though the answer is an error
        connection = HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
        body = json.dumps({"to": to, "body": "Hello"})
        connection.request("POST", "/rest/v1.1/sms", body, client.authorization | JSON_TYPE)
        assert connection.getresponse().status in {500, 503}
        connection.close()
    client.send(**{"from": "12345"}, body="a" * 39_015)
    client.send(**{"from": " a-_0"}, body="STOP %STOPNUM% €" * 9, options={"force_encoding": "GSM"})
    client.send(body="👍" * 8_415, options={"force_encoding": None, "nature": "ALERTING", "user_data": ""})
    client.send_query({"to": "+33612345678", "body": "\x00\x1f", "options.user_data": "é" * 4096})
    client.set("/sms/incoming", **{"from": "+33639981234"}, text="Bonjour")
    client.set("/sms/incoming", **{"from": "+1234567", "to": "+123456789012345"}, text="é")


@pytest.mark.parametrize("since", ["0s", "1s", "2500ms", "3s", "4s", "5s", "2h", "25h"])
@pytest.mark.parametrize(
    "timings", [{}, {"created": 0, "pending": 0, "sent": 0, "remote_queued": 0}], ids=str
)
def test_whatever_is_given_out_is_taken_in(client: Client, since: str, timings: dict[str, object]) -> None:
    client.set("/timings", **timings)
    client.set("/clock", freeze="2024-02-29 23:59:57")
    client.set("/webhooks", endpoint=NOBODY)
    _send_one_of_each(client)
    client.set("/clock", advance=since)
    lines = export(client)
    copy = Client(client.url, basic("copy:secret"))
    answer = take_in(copy, lines)
    assert (answer.status, answer.data["sms"]) == (200, len(ENDINGS) + 8), answer.body
    assert export(copy) == lines


def test_what_was_taken_in_goes_on(client: Client) -> None:
    fill(client)
    copy = Client(client.url, basic("copy:secret"))
    take_in(copy, export(client))
    for each in (client, copy):
        each.set("/clock", advance="25h")
    assert {each["status"] for each in copy.find()} == {"RECEIVED", "ERROR", "EXPIRED"}
    assert copy.find() == client.find()
    assert copy.get(copy.send())["text"] == "Hello"


def test_more_than_one_batch_is_taken_in(client: Client) -> None:
    client.set("/clock", freeze=True)
    sent = client.send(body="Hello")
    account, one = export(client).splitlines()
    texts = (f'"text":"{number}"'.encode() for number in range(1_203))
    many = [
        one.replace(sent.encode(), b"HASH%04d" % number).replace(b'"text":"Hello"', text)
        for number, text in enumerate(texts)
    ]
    lines = b"".join(line + b"\n" for line in [account, *many])
    copy = Client(client.url, basic("copy:secret"))
    assert take_in(copy, lines).data["sms"] == 1_203
    assert export(copy) == lines
    assert [each["text"] for each in copy.find()] == [str(number) for number in range(1_203)]


def test_account_that_has_something_takes_nothing_in(client: Client) -> None:
    client.send()
    answer = take_in(client, export(client))
    assert (answer.status, answer.message.split(":")[0]) == (400, "PROPERTY_VALUE_ERROR [account]")
    assert "/_emulator/reset" in answer.message
    assert len(client.find()) == 1


def test_import_needs_lines(client: Client) -> None:
    answer = client.control("POST", "/import", {})
    assert (answer.status, "application/x-ndjson" in answer.message) == (400, True)
