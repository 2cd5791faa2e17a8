"""`GET /sms/<hash>` and `GET /sms`."""

import http.client
import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import product
from urllib.parse import urlencode

import callr  # type: ignore[import-untyped] # the vendor's package has no types
import pytest

from callr_sms_emulator import Config, SqliteStore, StoredSms, create_app
from callr_sms_emulator._engine import sms_service
from callr_sms_emulator._http import ENVELOPE
from callr_sms_emulator._sms import ListPart, SmsList
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, basic, serving, serving_config
from tests.emulator.test_jsonrpc import PATH

FAULT = {"X-Emulator-Fault": "delay=1ms"}
RANGE = {"from": "2024-03-30 12:00:00", "to": "2024-03-30 12:00:00"}


@pytest.mark.parametrize(
    "sms_hash", ["ZZZZZZZZ", "abcdefgh", "SHORT", "NINECHARS", "0000000%C3%A9", "%zz", "%FF", "a%2Fb", "%00"]
)
def test_unknown_hash_is_not_found(client: Client, sms_hash: str) -> None:
    answer = client.request("GET", f"/sms/{sms_hash}")
    assert answer.status == 404
    assert answer.message.startswith("PROPERTY_VALUE_ERROR [id]: ")


def test_path_counts_whatever_the_query_says(client: Client) -> None:
    sms_hash = client.send()
    answer = client.request("GET", f"/sms/{sms_hash}?hash=WWXXYYZZ")
    assert answer.data["hash"] == sms_hash


def test_hash_may_be_escaped(client: Client) -> None:
    sms_hash = client.send()
    assert client.get(f"%{ord(sms_hash[0]):02x}{sms_hash[1:]}")["hash"] == sms_hash


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("id=1", "PROPERTY_UNKNOWN [id]: "),
        ("hash=1&hash=2", "PROPERTY_REPEATED [hash]: "),
        ("hash=%F", "REQUEST_FORMAT_ERROR [query string]: "),
    ],
)
def test_get_refuses_a_bad_query(client: Client, query: str, start: str) -> None:
    answer = client.request("GET", f"/sms/{client.send()}?{query}")
    assert (answer.status, answer.message.startswith(start)) == (400, True)


# --- the list -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"type": None}, "PROPERTY_MISSING [type]: "),
        ({"from": None}, "PROPERTY_MISSING [from]: "),
        ({"to": None}, "PROPERTY_MISSING [to]: "),
        ({"type": "out"}, 'PROPERTY_VALUE_ERROR [type]: "out": expected "IN" or "OUT"'),
        ({"type": ""}, 'PROPERTY_VALUE_ERROR [type]: "": '),
        ({"limit": "10"}, "PROPERTY_UNKNOWN [limit]: no such parameter: expected type, from, to"),
        (
            {"from": "2024-03-30 12:00:01"},
            'PROPERTY_VALUE_ERROR [from]: "2024-03-30 12:00:01" is later than to, "2024-03-30 12:00:00"',
        ),
    ],
)
def test_list_refuses_bad_parameters(client: Client, changes: dict[str, str | None], start: str) -> None:
    parameters = {k: v for k, v in ({"type": "OUT"} | RANGE | changes).items() if v is not None}
    answer = client.request("GET", "/sms?" + urlencode(parameters))
    assert (answer.status, answer.message.startswith(start)) == (400, True), answer.message


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "0000-00-00 00:00:00",
        "2024-03-30T12:00:00Z",
        "2024-03-30T12:00:00",
        "2024-03-30 12:00:00Z",
        "2024-03-30 12:00:00+00:00",
        "2024-03-30 12:00:00.000",
        "2024-03-30 12:00",
        "2024-03-30",
        "2024-3-30 12:00:00",
        "2024-02-30 12:00:00",
        "2023-02-29 12:00:00",
        "2024-13-01 12:00:00",
        "2024-00-10 12:00:00",
        "2024-03-30 24:00:00",
        "2024-03-30 12:60:00",
        "2024-03-30 23:59:60",
        "2024-03-30 12:00:00\n",
        " 2024-03-30 12:00:00",
        "٢٠٢٤-03-30 12:00:00",
        "1711800000",
    ],
)
def test_list_refuses_what_is_not_a_datetime(client: Client, name: str, value: str) -> None:
    answer = client.request("GET", "/sms?" + urlencode({"type": "OUT"} | RANGE | {name: value}))
    assert answer.status == 400
    assert answer.message.startswith(f"PROPERTY_VALUE_ERROR [{name}]: ")
    assert "is not a datetime: expected YYYY-MM-DD HH:MM:SS" in answer.message


@pytest.mark.parametrize("moment", ["0001-01-01 00:00:00", "2024-02-29 23:59:59", "9999-12-31 23:59:59"])
def test_list_accepts_every_datetime_of_the_calendar(client: Client, moment: str) -> None:
    assert client.find(**{"from": moment, "to": moment}) == []


def test_incoming_list_is_empty(client: Client) -> None:
    client.send()
    assert client.find(type="IN") == []


def test_both_ends_of_the_range_are_included(client: Client, clock: ManualClock) -> None:
    clock.advance(10_000)
    client.send(body="before")
    clock.advance(999)
    client.send(body="first")
    clock.advance(1)
    client.send(body="second")
    clock.advance(1_000)
    client.send(body="after")
    found = client.find(**{"from": "2024-03-30 12:00:10", "to": "2024-03-30 12:00:11"})
    assert {each["text"] for each in found} == {"before", "first", "second"}
    found = client.find(**{"from": "2024-03-30 12:00:11", "to": "2024-03-30 12:00:11"})
    assert [each["text"] for each in found] == ["second"]


def test_oldest_comes_first_and_the_hash_breaks_ties(client: Client, clock: ManualClock) -> None:
    for _ in range(5):
        client.send()
        client.send()
        clock.advance(1_000)
    found = [(each["date_creation"], each["hash"]) for each in client.find()]
    assert len(found) >= 10
    assert found == sorted(found)


def test_listed_sms_equals_the_one_read_alone(client: Client) -> None:
    sms_hash = client.send(body="the same", options={"user_data": "é"})
    (listed,) = [each for each in client.find() if each["hash"] == sms_hash]
    assert listed == client.get(sms_hash)


def test_a_list_is_what_each_is_alone_however_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, in both APIs, and with a fault: as a whole, or in parts, which are sent as chunks."""
    clock = ManualClock(NOON)
    with serving_config(Config(), clock) as client:
        sdk = callr.Api("emulator", "emulator")
        sdk.set_api_url(client.url.removesuffix(client.base_path) + PATH)
        sent: dict[str, list[str]] = {"OUT": [], "IN": []}
        for number in range(5):
            sent["OUT"].append(client.send(body=f'É, "{number}"', options={"user_data": "\x00"}))
            answer = client.control("POST", "/sms/incoming", {"from": "+33639981234", "text": "Hi"})
            sent["IN"].append(answer.data["hash"])
            clock.advance(1000)
        wanted = [("OUT", 0, 4), ("IN", 0, 5), ("OUT", 1, 3), ("IN", 2, 2), ("OUT", 5, 9)]
        for most, (direction, first, last) in product((1, 3, 1000), wanted):
            monkeypatch.setattr(sms_service, "_MOST_LISTED", most)
            hashes = sent[direction][first : last + 1]
            alone = [client.request("GET", f"/sms/{each}").body[len(ENVELOPE[0]) : -1] for each in hashes]
            whole = b"[%b]" % b",".join(alone)
            bounds = [f"2024-03-30 12:00:0{second}" for second in (first, last)]
            path = "/sms?" + urlencode({"type": direction, "from": bounds[0], "to": bounds[1]})
            answer = client.request("GET", path)
            assert answer.body == whole.join(ENVELOPE)
            assert ("Transfer-Encoding" in answer.headers) == (len(hashes) >= most)
            assert client.request("GET", path, headers=FAULT).body == answer.body
            assert sdk.call("sms.get_list", direction, *bounds) == json.loads(whole)


def test_a_list_that_cannot_be_read_to_its_end_has_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read_list = SqliteStore.read_list

    async def fail(self: SqliteStore, wanted: SmsList, show: Callable[[StoredSms], bytes]) -> ListPart:
        if wanted.after[1]:
            raise sqlite3.OperationalError("disk I/O error")
        return await read_list(self, wanted, show)

    monkeypatch.setattr(sms_service, "_MOST_LISTED", 1)
    monkeypatch.setattr(SqliteStore, "read_list", fail)
    with serving_config(Config(), ManualClock(NOON)) as client:
        client.send()
        with pytest.raises(http.client.IncompleteRead):
            client.find()
        assert client.request("GET", "/sms/AAAAAAAA").status == 404, "the server goes on"
    assert "a response was cut off" in caplog.text
    assert "Traceback" not in caplog.text


# --- accounts -------------------------------------------------------------------------------------------


@pytest.fixture
def two_accounts(clock: ManualClock) -> Iterator[tuple[Client, Client]]:
    store = SqliteStore(":memory:")
    try:
        config = Config(accounts={"one": "first", "two": "a:b é"})
        with serving(create_app(config, store=store, clock=clock)) as url:
            yield Client(url, basic("one:first")), Client(url, basic("two:a:b é"))
    finally:
        store.close()


def test_account_sees_only_its_own_sms(two_accounts: tuple[Client, Client]) -> None:
    one, two = two_accounts
    sms_hash = one.send()
    assert two.find() == []
    assert two.request("GET", f"/sms/{sms_hash}").status == 404
    assert one.find() == [one.get(sms_hash)]
