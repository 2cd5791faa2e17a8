"""Events that are told twice, in the wrong order or never, because a rule says so."""

from pathlib import Path
from socket import socket
from typing import Any
from urllib.request import Request, urlopen

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, serving_config
from tests.emulator.webhooks.account import DAY, Account
from tests.emulator.webhooks.receivers import TIMEOUT, Receiver, answer, receiving

PATH = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]


def told(receiver: Receiver) -> list[str]:
    return [each["data"]["status"] for each in receiver.events]


def states(account: Account) -> list[tuple[str, str]]:
    return [(each["data"]["status"], each["state"]) for each in account.deliveries()]


def send(account: Account, receiver: Receiver, **parameters: object) -> str:
    return account.sms.send(options={"webhook": {"endpoint": receiver.url}}, **parameters)


def counts(account: Account) -> list[tuple[int, int]]:
    return [(each["matched"], each["fired"]) for each in account.get("GET", "/faults")]


def add(account: Account, **rule: object) -> dict[str, Any]:
    made: dict[str, Any] = account.get("POST", "/faults", rule)
    return made


def test_a_lost_event_never_comes_and_the_next_ones_do(account: Account, receiver: Receiver) -> None:
    rule = add(account, webhook="lose", sms_status="SENT")
    send(account, receiver)
    account.advance(DAY)
    assert told(receiver) == ["PENDING", "REMOTE_QUEUED", "RECEIVED"]
    assert states(account) == [(each, "lost" if each == "SENT" else "delivered") for each in PATH]
    lost = account.deliveries()[1]
    assert (lost["due"], lost["tries"]) == (None, 1)
    (attempt,) = lost["attempts"]
    assert attempt["fault"] == {"id": rule["id"], "webhook": "lose"}
    assert attempt["duration_ms"] == 0
    assert (attempt["error"], attempt["status"], attempt["request_headers"]) == ("lost on purpose", None, {})
    others = [each for each in account.deliveries() if each["id"] != lost["id"]]
    assert [each["attempts"][0]["fault"] for each in others] == [None] * 3


def test_a_lost_event_is_told_when_it_is_asked_for_again(account: Account, receiver: Receiver) -> None:
    add(account, webhook="lose", sms_status="RECEIVED")
    send(account, receiver)
    account.advance(DAY)
    lost = account.deliveries()[-1]
    account.get("POST", f"/webhooks/deliveries/{lost['id']}/resend")
    receiver.wait_for(lambda received: len(received) == 4)
    assert told(receiver) == PATH


def test_events_for_a_receiver_that_is_down_are_lost_too(account: Account, receiver: Receiver) -> None:
    """All that is due for it fails at one go, before any rule was asked."""
    receiver.stop()
    for _ in range(5):
        send(account, receiver)
    account.advance("2s")
    add(account, webhook="lose", sms_status="PENDING")
    account.advance("20s")
    receiver.start()
    account.advance(DAY)
    assert set(told(receiver)) == {"SENT", "REMOTE_QUEUED", "RECEIVED"}
    assert counts(account) == [(5, 5)]


def test_an_event_is_told_twice_with_the_same_bytes(account: Account, receiver: Receiver) -> None:
    rule = add(account, webhook="duplicate", event="sms.mt.status_update", skip=1, times=1)
    send(account, receiver)
    account.advance(DAY)
    assert told(receiver) == ["PENDING", "SENT", "SENT", "REMOTE_QUEUED", "RECEIVED"]
    first, second = receiver.received[1:3]
    assert first == second
    assert first.headers["x-callr-eventid"] == second.event["event_id"]
    marks = [[each["fault"] for each in delivery["attempts"]] for delivery in account.deliveries()]
    assert marks == [[None], [{"id": rule["id"], "webhook": "duplicate"}], [None], [None]]
    assert {state for _, state in states(account)} == {"delivered"}
    assert counts(account) == [(2, 1)]


def test_a_duplicate_that_one_of_both_times_is_refused_is_delivered(account: Account) -> None:
    answers = iter([answer(500), answer(200), answer(200), answer(500)])

    def behave(connection: socket) -> bool:
        return next(answers)(connection)

    with receiving(behave) as receiver:
        add(account, webhook="duplicate", times=2)
        for _ in range(2):
            send(account, receiver, to="+33639980010")
            account.advance("5s")
    assert len(receiver.received) == 4
    assert states(account) == [("ERROR", "delivered")] * 2


@pytest.mark.parametrize("at_once", [True, False], ids=["all at once", "one by one"])
def test_an_event_comes_after_the_next_one(account: Account, receiver: Receiver, *, at_once: bool) -> None:
    rule = add(account, webhook="reorder", sms_status="PENDING")
    send(account, receiver)
    if at_once:
        account.advance(DAY)
    else:
        account.advance("1s")
        (held,) = account.deliveries()
        assert (held["state"], held["due"], held["tries"]) == ("held", None, 0)
        assert held["attempts"][0]["fault"] == {"id": rule["id"], "webhook": "reorder"}
        assert receiver.events == []
        for _ in range(9):
            account.advance("500ms")
    assert told(receiver) == ["SENT", "PENDING", "REMOTE_QUEUED", "RECEIVED"]
    assert [each["try"] for each in receiver.events] == [0, 0, 0, 0]
    assert {state for _, state in states(account)} == {"delivered"}
    held = account.deliveries()[0]
    assert held["tries"] == 1
    assert [each["fault"] is None for each in held["attempts"]] == [False, True]


def test_each_second_event_overtakes_where_all_are_to(account: Account, receiver: Receiver) -> None:
    add(account, webhook="reorder")
    send(account, receiver)
    account.advance(DAY)
    assert told(receiver) == ["SENT", "PENDING", "RECEIVED", "REMOTE_QUEUED"]
    assert {state for _, state in states(account)} == {"delivered"}
    assert counts(account) == [(4, 2)]


def test_the_last_event_is_never_held(account: Account, receiver: Receiver) -> None:
    """Nothing comes after it, so it would never be told."""
    add(account, webhook="reorder", sms_status="RECEIVED")
    account.subscribe(receiver.url)
    send(account, receiver)
    account.get("POST", "/sms/incoming", {"from": "+33639981234", "text": "Hello"})
    account.advance(DAY)
    assert {state for _, state in states(account)} == {"delivered"}
    assert counts(account)[0][1] == 0


def test_a_held_event_comes_when_the_next_one_is_given_up(account: Account, receiver: Receiver) -> None:
    add(account, webhook="reorder", sms_status="PENDING", times=1)
    send(account, receiver, to="+33639980011")
    account.advance("1s")
    receiver.behave = answer(500)
    account.advance("2d")
    assert states(account) == [("PENDING", "waiting"), ("ERROR", "given_up")]
    receiver.behave = answer(200)
    account.advance("3d")
    assert states(account) == [("PENDING", "delivered"), ("ERROR", "given_up")]


def test_what_is_held_for_a_subscription_is_given_up_with_it(account: Account, receiver: Receiver) -> None:
    add(account, webhook="reorder", times=1)
    hook = account.subscribe(receiver.url)
    account.sms.send()
    account.advance("1s")
    assert [state for _, state in states(account)] == ["held"]
    account.get("DELETE", f"/webhooks/{hook}")
    account.advance(DAY)
    assert [state for _, state in states(account)] == ["given_up"]
    assert receiver.events == []


def test_a_held_event_is_told_when_it_is_asked_for(account: Account, receiver: Receiver) -> None:
    add(account, webhook="reorder", times=1)
    send(account, receiver)
    account.advance("1s")
    account.get("POST", f"/webhooks/deliveries/{account.deliveries()[0]['id']}/resend")
    receiver.wait_for(lambda received: len(received) == 1)
    account.advance(DAY)
    assert told(receiver) == PATH


def test_rules_are_for_the_events_that_they_name(account: Account, receiver: Receiver) -> None:
    account.subscribe(receiver.url)
    wanted = account.sms.send(to="+33639981111")
    account.sms.send(to="+33639982222")
    add(account, webhook="lose", event=["sms.mo"])
    add(account, webhook="lose", sms=wanted, sms_status="SENT")
    add(account, webhook="lose", to="+3363998222*", sms_status="PENDING")
    add(account, webhook="lose", to_pattern="^.33.*1111$", sms_status="PENDING")
    add(account, webhook="lose", share=0)
    account.get("POST", "/sms/incoming", {"from": "+33639981234", "text": "Hello"})
    account.advance(DAY)
    assert counts(account) == [(1, 1), (1, 1), (1, 1), (1, 1), (5, 0)]
    assert sorted(told(receiver)) == sorted(["REMOTE_QUEUED", "RECEIVED"] * 2 + ["SENT"])


def test_a_held_event_goes_on_after_a_restart(receiver: Receiver, tmp_path: Path) -> None:
    """The rule is forgotten then, what it has done is not."""
    clock = ManualClock(NOON)
    with serving_config(Config(), clock, tmp_path / "emulator.sqlite3") as client:
        client.set("/faults", webhook="reorder", times=1)
        client.send(options={"webhook": {"endpoint": receiver.url}})
        client.set("/clock", advance="1s")
        assert [each["state"] for each in _deliveries(client)] == ["held"]
    with serving_config(Config(), clock, tmp_path / "emulator.sqlite3") as client:
        assert client.control("GET", "/faults").data == []
        assert [each["state"] for each in _deliveries(client)] == ["held"]
        client.set("/clock", advance=DAY)
        assert [each["state"] for each in _deliveries(client)] == ["delivered"] * 4
    assert told(receiver) == ["SENT", "PENDING", "REMOTE_QUEUED", "RECEIVED"]


def _deliveries(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.control("GET", "/webhooks/deliveries").data["deliveries"]
    return found


def test_a_held_event_goes_on_after_a_move_to_another_account(
    server: str, account: Account, receiver: Receiver
) -> None:
    add(account, webhook="reorder", times=1)
    send(account, receiver)
    account.advance("1s")
    request = Request(f"{account.control.url}/export", headers=account.control.authorization)  # noqa: S310 - our own URL
    with urlopen(request, timeout=TIMEOUT) as found:  # noqa: S310 - as above
        lines = found.read()
    other = Account.of(Client(server), "the other one of the move")
    taken = other.control.request("POST", "/import", lines, {"Content-Type": "application/x-ndjson"})
    assert taken.status == 200
    assert states(other) == [("PENDING", "held")]
    other.advance(DAY)
    assert told(receiver) == ["SENT", "PENDING", "REMOTE_QUEUED", "RECEIVED"]
