"""Two emulators on one PostgreSQL database: what is done through one holds for the other."""

import http.client
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.emulator.databases import PostgresqlDatabase
from tests.emulator.support import TIMEOUT, Client, Process, basic, running
from tests.emulator.webhooks.account import Account
from tests.emulator.webhooks.receivers import Received, Receiver, answer, receiving

PATH = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
ALICE = "+447700900001"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@contextmanager
def _pair(database: PostgresqlDatabase, folder: Path, *flags: str) -> Iterator[tuple[Process, Process]]:
    command = ("--database", database.empty(), "--any-account", *flags)
    with running(folder / "log", *command) as one, running(folder / "log", *command) as other:
        yield one, other


def _control(client: Client) -> Client:
    return Client(client.url.removesuffix(client.base_path) + "/_emulator", client.authorization)


def _by_sms(received: list[Received]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in received:
        found[each.event["data"]["hash"]].append(each.event)
    return found


def _has_ended(received: list[Received], count: int) -> bool:
    ended = [each for each in received if each.event["data"]["status"] == "RECEIVED"]
    return len(ended) >= count


def _stream(client: Client, until: str, found: list[dict[str, Any]], listening: threading.Event) -> None:
    """Follow the events of an account until one of this name came."""
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
    connection.request("GET", "/_emulator/events", headers=client.authorization)
    response = connection.getresponse()
    name = ""
    for line in response:
        listening.set()
        key, _, value = line.decode().rstrip("\n").partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            found.append({"event": name, **json.loads(value)})
            if name == until:
                break
    connection.close()


def test_what_is_done_through_one_holds_for_the_other(
    postgresql: PostgresqlDatabase, tmp_path: Path, receiver: Receiver
) -> None:
    with _pair(postgresql, tmp_path) as (first, second), ThreadPoolExecutor(2) as pool:
        one, other = Account.of(first.client, "team"), Account.of(second.client, "team")

        # Accounts and passwords.
        sms_hash = one.sms.send(to=ALICE, body="Hello")
        assert other.sms.get(sms_hash)["text"] == "Hello"
        wrong = Client(second.url, basic("emulator:wrong"))
        assert wrong.request("GET", f"/sms/{sms_hash}").status == 401
        assert [each["hash"] for each in other.sms.find()] == [sms_hash]

        # A stream in the one, what happens through the other.
        events: list[dict[str, Any]] = []
        listening = threading.Event()
        following = pool.submit(_stream, other.sms, "clock.changed", events, listening)
        assert listening.wait(TIMEOUT)

        # A wait in the one, a send through the other.
        path = f"/sms/wait?to={quote(ALICE)}&text=code&timeout={TIMEOUT}"
        waiting = pool.submit(other.control.request, "GET", path)
        code = one.sms.send(to=ALICE, body="Your code is 482913")
        answered = waiting.result(TIMEOUT)
        assert (answered.data["sms"]["hash"], answered.data["code"]) == (code, "482913")

        # Timings and the clock: set in the one, they hold for what is sent through the other.
        other.get("POST", "/timings", {"created": 2000, "pending": 3000})
        assert one.get("GET", "/timings")["pending"] == 3000
        hook = other.subscribe(receiver.url)
        one.freeze()
        following.result(TIMEOUT)
        assert {each["event"] for each in events} >= {"sms.mt.created", "clock.changed"}
        assert code in [each["hash"] for each in events if each["event"] == "sms.mt.created"]
        sent = {one.sms.send() for _ in range(5)} | {other.sms.send() for _ in range(5)}
        other.advance("10s")
        assert one.get("GET", "/clock") == other.get("GET", "/clock")
        told = _by_sms(receiver.received)
        assert sent <= told.keys()
        for each in sent:
            assert [event["data"]["status"] for event in told[each]] == PATH
            assert {event["hook_hash"] for event in told[each]} == {hook}
            assert one.sms.get(each)["status"] == other.sms.get(each)["status"] == "RECEIVED"
        moments = [event["event_at"][-13:] for event in told[min(sent)]]
        assert moments == ["12:00:02.000Z", "12:00:05.000Z", "12:00:06.000Z", "12:00:07.000Z"]

        # Searches, and the end of an account.
        assert {each["hash"] for each in one.get("GET", "/sms?q=482913")["sms"]} == {code}
        one.get("POST", "/reset")
        assert other.sms.find() == []
        assert other.get("GET", "/webhooks") == []
    assert (tmp_path / "log").read_text() == ""


def test_each_event_is_delivered_once_and_in_order_by_whichever_process(
    postgresql: PostgresqlDatabase, tmp_path: Path
) -> None:
    with (
        _pair(postgresql, tmp_path, "--speed", "20") as (first, second),
        receiving() as one,
        receiving() as other,
    ):
        both = (first.client, second.client)

        def send(number: int) -> str:
            endpoint = (one, other)[number % 2].url
            return both[number // 2 % 2].send(options={"webhook": {"endpoint": endpoint}})

        with ThreadPoolExecutor(8) as pool:
            sent = set(pool.map(send, range(120)))
        for receiver in (one, other):
            receiver.wait_for(lambda received: _has_ended(received, 60))
        told = _by_sms(one.received + other.received)
        assert told.keys() == sent
        assert all([event["data"]["status"] for event in each] == PATH for each in told.values())
    assert (tmp_path / "log").read_text() == ""


def test_what_a_killed_process_had_claimed_is_taken_over(
    postgresql: PostgresqlDatabase, tmp_path: Path, receiver: Receiver
) -> None:
    """Also its SMS under way: the changes of their statuses, and the events."""
    receiver.behave = answer(503)
    with _pair(postgresql, tmp_path, "--speed", "10") as (first, second):
        sent = {first.client.send(options={"webhook": {"endpoint": receiver.url}}) for _ in range(20)}
        receiver.wait_for(lambda received: len(received) >= 5)  # the first claims the receiver, and has it
        late = {first.client.send(options={"webhook": {"endpoint": receiver.url}}) for _ in range(20)}
        first.popen.kill()
        first.popen.wait()
        receiver.behave = answer(200)
        assert {each["hash"] for each in second.client.find()} == sent | late
        received = receiver.wait_for(lambda received: _has_ended(received, 40))
        told = _by_sms(received)
        assert told.keys() == sent | late
        for each in told.values():
            assert list(dict.fromkeys(event["data"]["status"] for event in each)) == PATH
            assert len({event["event_id"] for event in each}) == len(PATH)
    assert (tmp_path / "log").read_text() == ""


def test_a_day_that_is_advanced_through_one_passes_in_its_order_in_both(
    postgresql: PostgresqlDatabase, tmp_path: Path, receiver: Receiver
) -> None:
    """Each attempt has its own moment of the day, whichever process makes it."""
    receiver.stop()
    with _pair(postgresql, tmp_path) as (first, second):
        one, other = Account.of(first.client, "day"), Account.of(second.client, "day")
        one.freeze()
        one.subscribe(receiver.url)
        sent = [each.sms.send() for each in (one, other) * 3]
        other.advance("2h")
        receiver.start()
        one.advance("24h")
        deliveries = other.deliveries()
        assert len(deliveries) == len(sent) * len(PATH)
        assert {each["state"] for each in deliveries} == {"delivered"}
        for each in deliveries:
            moments = [attempt["at"] for attempt in each["attempts"]]
            assert moments == sorted(set(moments)), "no two attempts of one delivery at the same moment"
        told = _by_sms(receiver.received)
        assert all([event["data"]["status"] for event in each] == PATH for each in told.values())
    assert (tmp_path / "log").read_text() == ""
