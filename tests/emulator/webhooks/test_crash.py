"""An emulator that is killed at any moment, and another one on its database: nothing is lost."""

import random
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.support import Client, running
from tests.emulator.webhooks.receivers import Received, Receiver, answer

PATH = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
SMS = 150
KILLS = 3


def orders(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Give, by SMS, its statuses in the order in which they came in first."""
    found: dict[str, list[str]] = {}
    for event in events:
        seen = found.setdefault(event["data"]["hash"], [])
        if event["data"]["status"] not in seen:
            seen.append(event["data"]["status"])
    return found


@pytest.mark.parametrize("seed", range(3))
def test_killed_amid_deliveries_every_event_arrives_in_order_and_signed(
    tmp_path: Path, receiver: Receiver, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311 - when to kill is no secret

    def fail_at_times(connection: socket.socket) -> bool:
        return answer(200 if draw.random() < 0.9 else 500)(connection)

    receiver.behave = fail_at_times
    flags = ("--database", str(tmp_path / "sms.sqlite3"), "--speed", "20")
    sent: set[str] = set()
    log = tmp_path / "log"
    for _ in range(KILLS):
        with running(log, *flags) as process:
            webhook = {"endpoint": receiver.url, "hmac_secret": "secret"}
            client: Client = process.client
            # Counted from here: on a slow machine most events may have come before the last send.
            enough = len(receiver.received) + draw.randrange(1, 150)
            sent |= {client.send(options={"webhook": webhook}) for _ in range(SMS // KILLS)}
            receiver.wait_for(partial(has_more, enough=enough))
            process.popen.kill()
            process.popen.wait()
    receiver.behave = answer(200)
    with running(log, *flags):
        receiver.wait_for(lambda received: is_complete([each.event for each in received], sent))
    assert all(each.is_signed("secret") for each in receiver.received)
    told = orders(receiver.events)
    assert told.keys() == sent
    assert all(each == PATH for each in told.values())
    ids = {(event["data"]["hash"], event["data"]["status"], event["event_id"]) for event in receiver.events}
    assert len(ids) == 4 * len(sent), "an event that is told again has the same event_id"
    assert log.read_text() == ""


def has_more(received: list[Received], enough: int) -> bool:
    return len(received) >= enough


def is_complete(events: list[dict[str, Any]], sent: set[str]) -> bool:
    ended = {event["data"]["hash"] for event in events if event["data"]["status"] == "RECEIVED"}
    return ended == sent


def test_of_two_emulators_on_one_database_one_tells(tmp_path: Path, receiver: Receiver) -> None:
    flags = ("--database", str(tmp_path / "sms.sqlite3"), "--speed", "20")
    with running(tmp_path / "log", *flags) as first, running(tmp_path / "log", *flags) as second:
        sent = set()
        for each in (first, second):
            sent |= {each.client.send(options={"webhook": {"endpoint": receiver.url}}) for _ in range(20)}
        receiver.wait_for(lambda received: is_complete([each.event for each in received], sent))
        assert len(receiver.received) == 4 * len(sent)
        first.popen.kill()
        first.popen.wait()
        one = second.client.send(options={"webhook": {"endpoint": receiver.url}})
        receiver.wait_for(lambda received: is_complete([each.event for each in received], sent | {one}))
        assert orders(receiver.events)[one] == PATH


def test_a_stop_waits_for_no_receiver_and_the_next_emulator_tells_it_again(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave = lambda connection: connection.recv(1) != b""
    flags = ("--database", str(tmp_path / "sms.sqlite3"), "--speed", "20")
    with running(tmp_path / "log", *flags) as process:
        process.client.send(options={"webhook": {"endpoint": receiver.url}})
        receiver.wait_for(len)
        assert process.stop() == 0
    receiver.behave = answer(200)
    with running(tmp_path / "log", *flags):
        received = receiver.wait_for(lambda found: len(found) >= 5)
    assert [each.event["try"] for each in received] == [0, 0, 0, 0, 0]
    assert received[0].body == received[1].body
    assert (tmp_path / "log").read_text() == ""
