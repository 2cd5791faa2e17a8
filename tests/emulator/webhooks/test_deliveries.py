"""Webhooks from end to end: SMS are sent over HTTP, receivers are called over HTTP."""

import socket
from itertools import groupby, pairwise
from typing import Any

import pytest

from callr_sms_client import webhooks
from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._webhooks import dispatcher
from tests.emulator.support import Client, serving
from tests.emulator.webhooks.account import DAY, Account
from tests.emulator.webhooks.receivers import (
    Behaviour,
    Received,
    Receiver,
    answer,
    never_end,
    receiving,
    reset,
    say,
)

PATH = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]


def statuses(events: list[dict[str, Any]]) -> list[str]:
    return [each["data"]["status"] for each in events]


def by_sms(received: list[Received]) -> dict[str, list[dict[str, Any]]]:
    events = sorted((each.event for each in received), key=lambda event: str(event["data"]["hash"]))
    return {key: list(each) for key, each in groupby(events, key=lambda event: str(event["data"]["hash"]))}


def test_the_webhook_of_an_sms_is_told_of_every_change_in_order(account: Account, receiver: Receiver) -> None:
    sms_hash = account.sms.send(options={"webhook": {"endpoint": receiver.url}})
    account.advance("10s")
    assert statuses(receiver.events) == PATH
    for received, event in zip(receiver.received, receiver.events, strict=True):
        assert received.line == "POST /hook HTTP/1.1"
        assert received.headers["content-type"] == "application/json"
        assert received.headers["user-agent"].startswith("CALLR/API ")
        assert received.headers["x-callr-eventid"] == event["event_id"]
        assert "x-callr-hmacsignature" not in received.headers
        assert event["type"] == "sms.mt.status_update"
        assert event["hook_hash"] is None
        assert event["try"] == 0
        assert event["data"]["hash"] == sms_hash
    assert len({event["event_id"] for event in receiver.events}) == 4
    assert [event["event_at"] for event in receiver.events] == [
        f"2026-03-30T12:00:0{second}.000Z" for second in (1, 3, 4, 5)
    ]
    assert receiver.events[-1]["data"] == account.sms.get(sms_hash)


def test_a_subscription_is_told_of_all_sms_from_then_on(account: Account, receiver: Receiver) -> None:
    account.sms.send()
    account.advance("10s")
    hook = account.subscribe(receiver.url)
    sent = {account.sms.send() for _ in range(20)}
    account.advance("10s")
    told = by_sms(receiver.received)
    assert told.keys() == sent
    assert all(statuses(each) == PATH for each in told.values())
    assert {event["hook_hash"] for event in receiver.events} == {hook}


def test_both_kinds_of_hook_are_told(account: Account, receiver: Receiver) -> None:
    with receiving() as other:
        account.subscribe(receiver.url)
        account.sms.send(options={"webhook": {"endpoint": other.url}})
        account.advance("10s")
        assert statuses(receiver.events) == statuses(other.events) == PATH
        ids = [[event["event_id"] for event in each.events] for each in (receiver, other)]
        assert ids[0] == ids[1]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA256", "SHA512"])
@pytest.mark.parametrize("kind", ["subscription", "sms"])
def test_events_are_signed_over_the_exact_bytes(
    account: Account, receiver: Receiver, kind: str, algorithm: str
) -> None:
    settings = {"hmac_secret": "clé", "hmac_algo": algorithm}
    if kind == "subscription":
        account.subscribe(receiver.url, **settings)
        account.sms.send(body="é😀")
    else:
        account.sms.send(body="é😀", options={"webhook": {"endpoint": receiver.url, **settings}})
    account.advance("10s")
    assert len(receiver.received) == 4
    assert all(each.is_signed("clé", algorithm.lower()) for each in receiver.received)


FAILURES: dict[str, tuple[Behaviour, int | None, str]] = {
    "answers 500": (answer(500), 500, ""),
    "answers 404": (answer(404), 404, ""),
    "redirects": (answer(302, b"", "Location: http://127.0.0.1:1/"), 302, ""),
    "resets": (reset, None, "the connection was reset"),
    "closes": (say(b""), None, "the receiver closed the connection too early"),
    "speaks garbage": (say(b"hello\r\n\r\n"), None, "the response is not HTTP/1.1"),
    "is silent": (lambda connection: connection.recv(1) != b"", None, "no complete response within 1 s"),
}


@pytest.mark.parametrize("trouble", FAILURES)
def test_a_receiver_that_fails_is_told_again_until_it_takes_the_event(
    account: Account, receiver: Receiver, trouble: str
) -> None:
    receiver.behave, status, error = FAILURES[trouble]
    account.subscribe(receiver.url, hmac_secret="secret")
    sms_hash = account.sms.send()
    account.advance("6s")
    assert [event["try"] for event in receiver.events] == [0]
    receiver.behave = answer(200)
    account.advance("3s")
    assert len(receiver.received) == 1, "the next try is 9 to 11 s after the first"
    account.advance("20s")
    assert statuses(receiver.events) == ["PENDING", *PATH]
    assert [event["try"] for event in receiver.events] == [0, 1, 0, 0, 0]
    first, second = receiver.events[:2]
    assert first["event_id"] == second["event_id"]
    assert first["event_at"] == second["event_at"]
    assert all(each.is_signed("secret") for each in receiver.received)
    (delivery, *others) = account.deliveries(sms=sms_hash)
    assert (delivery["state"], delivery["tries"], delivery["due"]) == ("delivered", 2, None)
    assert [(each["status"], each["error"]) for each in delivery["attempts"]] == [(status, error), (200, "")]
    assert [each["state"] for each in others] == ["delivered"] * 3


@pytest.mark.parametrize("behave", [never_end, say(b"HTTP/1.1 204 Cut\r\nContent-Length: 9\r\n\r\nx")])
def test_a_receiver_that_lies_behind_the_head_has_taken_the_event(
    account: Account, receiver: Receiver, behave: Behaviour
) -> None:
    receiver.behave = behave
    account.sms.send(options={"webhook": {"endpoint": receiver.url}})
    account.advance("10s")
    assert statuses(receiver.events) == PATH
    assert all(each["state"] == "delivered" for each in account.deliveries())
    assert all(each["attempts"][0]["error"] for each in account.deliveries())


def test_a_receiver_that_was_down_for_hours_gets_every_event_in_order(
    account: Account, receiver: Receiver
) -> None:
    receiver.stop()
    account.subscribe(receiver.url)
    sent = {account.sms.send() for _ in range(25)}
    account.advance("2h")
    assert not receiver.received
    receiver.start()
    account.advance("10h")
    told = by_sms(receiver.received)
    assert told.keys() == sent
    assert all(statuses(each) == PATH for each in told.values())
    assert all(each[0]["try"] > 3 for each in told.values())
    (first, *_) = account.deliveries()
    assert "no connection" in first["attempts"][0]["error"]
    assert first["attempts"][0]["request_headers"] == {}


def test_a_receiver_that_stays_down_is_given_up_after_ten_tries(account: Account, receiver: Receiver) -> None:
    receiver.stop()
    account.sms.send(options={"webhook": {"endpoint": receiver.url}})
    account.advance(DAY)
    (first, *others) = account.deliveries()
    assert (first["state"], first["tries"]) == ("waiting", 9)
    assert [(each["state"], each["tries"]) for each in others] == [("waiting", 0)] * 3
    account.advance("8h")
    (first, second, *_) = account.deliveries()
    assert (first["state"], first["tries"], len(first["attempts"])) == ("given_up", 10, 10)
    assert (second["state"], second["tries"] > 0) == ("waiting", True), "the next event has its turn"
    account.advance("200h")
    assert [(each["state"], each["tries"]) for each in account.deliveries()] == [("given_up", 10)] * 4


def test_a_day_passes_in_its_order(account: Account, receiver: Receiver) -> None:
    """Tries of two SMS a minute apart interleave as they would have in real time."""
    receiver.behave = answer(500)
    account.sms.send(body="first", options={"webhook": {"endpoint": receiver.url}})
    account.advance("1m")
    account.sms.send(body="second", options={"webhook": {"endpoint": receiver.url}})
    before = len(receiver.received)
    account.advance(DAY)
    attempts = sorted(
        (attempt["at"], delivery["data"]["text"], attempt["try"])
        for delivery in account.deliveries()
        for attempt in delivery["attempts"]
    )
    seen = [(event["data"]["text"], event["try"]) for event in receiver.events]
    assert seen == [(text, number) for _, text, number in attempts]
    assert len(seen) > before + 10


def test_receivers_with_much_to_be_told_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are fewer connections than receivers, none waits until another one has got everything."""
    monkeypatch.setattr(dispatcher, "_CONNECTIONS", 1)
    order: list[int] = []

    def take(number: int) -> Behaviour:
        accept = answer(200)

        def behave(connection: socket.socket) -> bool:
            order.append(number)
            return accept(connection)

        return behave

    store, count = SqliteStore(":memory:"), 150
    try:
        with (
            serving(create_app(Config(any_account=True), store=store)) as url,
            receiving(take(0)) as one,
            receiving(take(1)) as other,
        ):
            account = Account.of(Client(url), "turns")
            account.freeze()
            for receiver in (one, other):
                for _ in range(count):
                    account.sms.send(options={"webhook": {"endpoint": receiver.url}})
            account.advance(DAY)
            assert [len(each.received) for each in (one, other)] == [count * len(PATH)] * 2
            assert all(statuses(each) == PATH for each in by_sms(one.received + other.received).values())
    finally:
        store.close()
    turns = sum(before != after for before, after in pairwise(order))
    assert turns > count / 4, "each may make as many requests at a time as one receiver gets"


def test_in_real_time_events_arrive_by_themselves(server: str, receiver: Receiver) -> None:
    account = Account.of(Client(server), "real time")
    account.get("POST", "/clock", {"rate": 50})
    receiver.behave = answer(503)
    sent = {account.sms.send(options={"webhook": {"endpoint": receiver.url}}) for _ in range(3)}
    receiver.wait_for(lambda received: len(received) >= 6)
    receiver.behave = answer(200)
    received = receiver.wait_for(
        lambda received: sum(each.event["data"]["status"] == "RECEIVED" for each in received) >= 3
    )
    told = by_sms(received)
    assert told.keys() == sent
    for each in told.values():
        assert list(dict.fromkeys(statuses(each))) == PATH
        assert [event["try"] for event in each][:2] == [0, 1]


def test_an_sms_that_comes_in_is_told_at_once_to_those_who_want_it(
    account: Account, receiver: Receiver
) -> None:
    with receiving() as other:
        hook = account.subscribe(receiver.url, events=["sms.mo"], hmac_secret="secret")
        account.subscribe(other.url, events=["sms.mt.status_update"])
        sms = account.get("POST", "/sms/incoming", {"from": "+33612345678", "text": "STOP"})
        (received,) = receiver.wait_for(len)
        account.advance("24h")
        assert not other.received
    assert received.is_signed("secret")
    assert received.event | {"event_id": ""} == {
        "event_id": "",
        "event_at": "2026-03-30T12:00:00.000Z",
        "hook_hash": hook,
        "try": 0,
        "type": "sms.mo",
        "data": sms,
    }
    assert len(receiver.received) == 1


@pytest.mark.parametrize("algorithm", ["MD5", "SHA256", "SHA512"])
def test_the_client_takes_every_event_for_genuine(
    account: Account, receiver: Receiver, algorithm: webhooks.Algorithm
) -> None:
    account.subscribe(receiver.url, hmac_secret="secret", hmac_algo=algorithm)
    sms_hash = account.sms.send(body="é😀", options={"user_data": "42"})
    account.get("POST", "/sms/incoming", {"from": "+33612345678", "text": "STOP"})
    account.advance("10s")
    found = [
        webhooks.parse(each.body, each.headers, secret="secret", algorithm=algorithm)
        for each in receiver.wait_for(lambda received: len(received) >= 5)
    ]
    updates = [each for each in found if isinstance(each, webhooks.StatusUpdateEvent)]
    assert [each.data.status for each in updates] == PATH
    assert {each.data.hash for each in updates} == {sms_hash}
    assert [each.data.text for each in found if isinstance(each, webhooks.IncomingEvent)] == ["STOP"]
