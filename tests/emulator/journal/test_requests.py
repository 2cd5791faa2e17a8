"""What is in the journal, finding it, and whose it is: over HTTP."""

import http.client
import json
import shlex
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config
from tests.emulator.journal.conftest import ADMIN
from tests.emulator.journal.support import RPC_PATH, ask, exchange, listed, newest, of, rpc
from tests.emulator.support import EVER, JSON_TYPE, TIMEOUT, Client, ManualClock, running, serving_config

ALICE = "+447700900101"
BOB = "+447700900102"


def test_a_send_is_told_with_its_answer(client: Client) -> None:
    body = json.dumps({"to": ALICE, "body": "Hällo", "options": {"user_data": "42"}}).encode()
    sent = client.post_raw(body, JSON_TYPE | {"User-Agent": "shop/1.0", "Cookie": "session=1"}).data
    found = newest(client)
    assert found.pop("duration_ms") > 0
    assert shlex.split(found.pop("curl")) == [
        *("curl", "-u", "emulator:emulator", f"{client.url}/sms"),
        *("-H", "Content-Type: application/json", "--data-binary", body.decode()),
    ]
    assert json.loads(found.pop("response")) == {"status": "success", "data": sent}
    assert found.pop("headers") == {
        "host": urlsplit(client.url).netloc,
        "user-agent": "shop/1.0",
        "content-type": "application/json",
    }
    assert found == {
        "id": 1,
        "at": "2024-03-30 12:00:00.000",
        "door": "rest",
        "operation": "sendSms",
        "method": "POST",
        "path": "/rest/v1.1/sms",
        "query": "",
        "parameters": {"to": ALICE, "body": "Hällo", "options": {"user_data": "42"}},
        "body": body.decode(),
        "body_bytes": len(body),
        "status": 200,
        "refused": False,
        "code": None,
        "message": None,
        "rule": None,
        "parameter": None,
        "value": None,
        "expected": None,
        "nearest": None,
        "hash": sent,
        "fault": None,
    }


def test_a_refusal_is_told_with_its_rule(client: Client) -> None:
    message = client.refuse(to="0639981234")
    found = newest(client)
    names = (
        "status",
        "refused",
        "code",
        "message",
        "rule",
        "parameter",
        "value",
        "expected",
        "nearest",
        "hash",
    )
    assert {name: found[name] for name in names} == {
        "status": 400,
        "refused": True,
        "code": 400,
        "message": message,
        "rule": "recipient",
        "parameter": "to",
        "value": "0639981234",
        "expected": message.partition(": expected ")[2],
        "nearest": "+33639981234",
        "hash": None,
    }


def test_each_operation_by_its_name_and_what_it_was_about(client: Client) -> None:
    sent = client.send(to=ALICE)
    by_query = client.send_query({"to": BOB, "body": "100 %"}).data
    client.get(sent)
    client.find()
    by_rpc = rpc(client, "sms.send", "Shop", ALICE, "Hi", None)["result"]
    rpc(client, "sms.get", by_rpc)
    rpc(client, "sms.get_list", "OUT", *EVER.values())
    assert [(each["door"], each["operation"], each["hash"]) for each in listed(client)] == [
        ("json-rpc", "listSms", None),
        ("json-rpc", "getSms", by_rpc),
        ("json-rpc", "sendSms", by_rpc),
        ("rest", "listSms", None),
        ("rest", "getSms", sent),
        ("rest", "sendSmsByQuery", by_query),
        ("rest", "sendSms", sent),
    ]
    assert listed(client)[2]["parameters"] == {"from": "Shop", "to": ALICE, "body": "Hi", "options": None}
    assert listed(client)[5]["query"] == "to=%2B447700900102&body=100%20%25"


def test_each_criterion(client: Client, clock: ManualClock) -> None:
    client.send(to=ALICE, body="Bonjour", **{"from": "Shop"})
    clock.advance(60_000)
    second = client.send(to=BOB, body="Your code is 1234")
    client.refuse(to="nobody")
    client.send_query({"to": BOB, "body": "Goodbye"})
    client.get(second)
    rpc(client, "sms.send", "Shop", "nobody", "Hi", None)

    def ids(**criteria: object) -> list[int]:
        return [each["id"] for each in listed(client, **criteria)]

    assert ids(operation="sendSms") == [6, 3, 2, 1]
    assert ids(operation="getSms") == [5]
    assert ids(method="POST", status=200) == [6, 2, 1]
    assert ids(status=400) == [3]
    assert ids(refused="true") == [6, 3]
    assert ids(refused="false", operation="sendSms") == [2, 1]
    assert ids(rule="recipient") == [6, 3]
    assert ids(hash=second) == [5, 2]
    assert ids(to=BOB) == [4, 2]
    assert ids(to="nobody") == [6, 3]
    assert ids(from_="Shop") == [6, 1]
    assert ids(from_="") == [4, 3, 2]
    assert ids(text="CODE is") == [2]
    assert ids(pattern=r"\d{4}$") == [2]
    assert ids(since="2024-03-30 12:01:00") == [6, 5, 4, 3, 2]
    assert ids(to=ALICE, text="no such text") == []


def test_pages_give_each_once(client: Client) -> None:
    sent = [client.send(body=f"number {number}") for number in range(25)]
    client.find()
    found: list[str] = []
    cursor: dict[str, object] = {}
    while True:
        page = ask(client, "", operation="sendSms", limit=10, **cursor).data
        found += [each["hash"] for each in page["requests"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == sent[::-1]


def test_one_request_by_its_id(client: Client) -> None:
    sent = client.send()
    client.send()
    assert ask(client, "/1").data["hash"] == sent
    for unknown, status in (("3", 404), ("0", 400), ("x", 400), ("-1", 400), ("1 ", 400)):
        answer = ask(client, "/" + unknown.replace(" ", "%20"))
        assert answer.status == status
        assert "[id]" in answer.message


def test_forgetting(client: Client) -> None:
    client.send()
    assert client.control("DELETE", "/requests").data is None
    assert listed(client) == []
    client.send()
    assert [each["id"] for each in listed(client)] == [2]  # an id never stands for another request


def test_reset_forgets_and_begins_anew(client: Client) -> None:
    client.send()
    client.set("/reset")
    client.send()
    assert [each["id"] for each in listed(client)] == [1]


def test_what_the_control_api_is_asked_is_not_noted(client: Client) -> None:
    client.control("GET", "/sms/wait?timeout=0")
    client.control("GET", "/nothing")
    assert listed(client) == []
    assert listed(Client(client.url, ADMIN)) == []


@pytest.mark.parametrize(
    ("criteria", "name"),
    [
        ({"operation": "sendsms"}, "[operation]"),
        ({"status": "ok"}, "[status]"),
        ({"status": 99}, "[status]"),
        ({"refused": "yes"}, "[refused]"),
        ({"method": "post"}, "[method]"),
        ({"rule": "recipients"}, "[rule]"),
        ({"since": "2024-03-30T12:00:00Z"}, "[since]"),
        ({"pattern": "("}, "[pattern]"),
        ({"limit": 0}, "[limit]"),
        ({"limit": 1001}, "[limit]"),
        ({"cursor": "-1"}, "[cursor]"),
        ({"colour": "red"}, "[colour]"),
        ({"times": 1}, "[times]"),
    ],
)
def test_what_cannot_be_looked_for_is_named(client: Client, criteria: dict[str, object], name: str) -> None:
    answer = ask(client, "", **criteria)
    assert answer.status == 400
    assert name in answer.message


def test_a_pattern_that_is_too_large_is_refused(client: Client) -> None:
    client.send(body="a" * 5000 + "b")
    assert "[pattern]" in ask(client, pattern="(?:a{1000}){1000}").message


@pytest.mark.parametrize("depth", [60, 300, 480, 900, 100_000])
def test_a_body_that_is_nested_deeply_can_be_read(client: Client, depth: int) -> None:
    body = b'{"to": "+33612345678", "body": "x", "options": ' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)
    assert client.post_raw(body).status == 400
    assert client.control("GET", "/requests").status == 200


def test_nothing_of_another_account_is_seen(client: Client) -> None:
    client.send(to=ALICE)
    other = of(client, "other")
    assert ask(other).data == {"requests": [], "next": None, "forgotten": 0}
    assert ask(other, "/1").status == 404
    assert ask(other, "/verify", times=0).data["matched"] == 0
    other.control("DELETE", "/requests")
    other.set("/reset")
    assert len(listed(client)) == 1


def test_wrong_credentials_are_seen_with_the_admin_token_alone(client: Client) -> None:
    stranger, admin = of(client, "stranger"), Client(client.url, ADMIN)
    assert stranger.post({"to": ALICE, "body": "Hello"}).status == 401
    exchange(client, "GET", "/nothing", headers={"Authorization": "Bearer nonsense"})
    assert rpc(stranger, "sms.get", "8242D945")["error"]["code"] == 401
    assert listed(client) == []
    found = listed(admin)
    assert [(each["operation"], each["status"], each["rule"]) for each in found] == [
        ("getSms", 200, "credentials"),
        (None, 404, "endpoint"),
        ("sendSms", 401, "credentials"),
    ]
    assert found[2]["body"] is None  # what strangers write is not even read
    client.send()
    assert len(listed(admin)) == 3
    admin.set("/reset")
    assert (listed(admin), listed(client)) == ([], [])


def test_with_the_right_credentials_a_wrong_path_is_the_account_s(client: Client) -> None:
    """A base URL that is wrong is the first thing that a program has wrong."""
    for target in ("/sms", "/rest/v1/sms", "/rest/v1.1/nothing"):
        assert exchange(client, "GET", target)[0] == 404
    assert exchange(client, "POST", RPC_PATH, b"{", JSON_TYPE)[0] == 200
    assert [each["rule"] for each in listed(client)] == ["json", "endpoint", "endpoint", "endpoint"]


def test_an_account_that_was_removed_leaves_nothing(clock: ManualClock) -> None:
    config = Config(any_account=True, admin_token=ADMIN["Authorization"].removeprefix("Bearer "))
    with serving_config(config, clock) as client:
        one = of(client, "one")
        one.send()
        assert Client(client.url, ADMIN).control("DELETE", "/accounts/one").status == 200
        assert listed(one) == []


def test_an_answer_that_never_comes_is_noted_at_once_with_the_sms_that_was_kept(client: Client) -> None:
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
    body = json.dumps({"to": "+33199001504", "body": "Hello"})
    connection.request("POST", "/rest/v1.1/sms", body, client.authorization | JSON_TYPE)
    # Nothing tells from outside that the request is in, but that the SMS is there.
    waited = client.control("GET", f"/sms/wait?timeout={TIMEOUT}").data["sms"]
    found = newest(client)
    connection.close()
    assert (found["status"], found["refused"], found["rule"], found["hash"]) == (
        None,
        True,
        "outcome",
        waited["hash"],
    )


def test_an_sms_that_was_kept_although_it_was_refused_is_named(client: Client) -> None:
    for to, kept in (("+33199001400", False), ("+33199000500", False), ("+33199001500", True)):
        exchange(client, "POST", "/rest/v1.1/sms", json.dumps({"to": to, "body": "x"}).encode(), JSON_TYPE)
        assert (newest(client)["hash"] is not None) == (kept or to == "+33199001400")
    assert newest(client)["hash"] == client.control("GET", "/sms").data["sms"][0]["hash"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"to": "+336', '{"to": "+336'),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b'"\\ud83d"', '"\\ud83d"'),
        (b"[" * 100_000, "[" * 16_384 + "…"),
        (b"", ""),
    ],
)
def test_a_body_that_cannot_be_read_is_shown_all_the_same(client: Client, body: bytes, shown: str) -> None:
    assert client.post_raw(body).status == 400
    found = newest(client)
    assert (found["body"], found["body_bytes"], found["parameters"]) == (shown, len(body), None)


def test_half_of_a_surrogate_pair_is_shown(client: Client) -> None:
    assert client.post_raw(b'{"to": "\\ud83d", "body": "x"}').status == 400
    assert newest(client)["value"] == "\\ud83d"


def test_a_missing_content_type_is_told_with_the_body(client: Client) -> None:
    client.post_raw(b'{"to": "x"}', {})
    found = newest(client)
    assert (found["rule"], found["nearest"], found["body"]) == (
        "content-type",
        "application/json",
        '{"to": "x"}',
    )


def test_a_store_that_fails_takes_no_answer_away(tmp_path: Path) -> None:
    """Whose a request is cannot be found out then, neither for it nor for the journal."""
    database = tmp_path / "sms.sqlite3"
    with running(tmp_path / "log", "--database", str(database), "--admin-token", "an-admin-token") as process:
        connection = sqlite3.connect(database)
        connection.execute("DROP TABLE account")
        connection.close()
        status, body = exchange(process.client, "GET", "/rest/v1.1/sms/8242D945")
        assert (status, json.loads(body)["data"]["code"]) == (500, 500)
        (found,) = listed(Client(process.url, ADMIN))
        assert (found["operation"], found["status"], found["rule"]) == ("getSms", 500, "internal")


def test_headers_are_bounded_and_told_as_they_came_with_each_request(client: Client) -> None:
    body = json.dumps({"to": ALICE, "body": "x"}).encode()
    agents = ("one", "x" * 300, "two", "two")
    for agent in agents:
        client.post_raw(body, JSON_TYPE | {"User-Agent": agent})
    found = [each["headers"].get("user-agent") for each in listed(client)]
    assert found == ["two", "two", None, "one"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_a_send_that_cannot_be_read_matches_no_recipient(client: Client, body: bytes) -> None:
    assert client.post_raw(body).status == 400
    assert newest(client)["operation"] == "sendSms"
    assert listed(client, to="+33600000000") == []
