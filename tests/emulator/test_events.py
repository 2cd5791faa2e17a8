"""The stream of events of an account, over HTTP."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._events import EventLog, Follower
from callr_sms_emulator._events import log as event_log
from tests.emulator.conftest import NOON
from tests.emulator.support import (
    AUTHORIZATION,
    TIMEOUT,
    Client,
    ManualClock,
    basic,
    running,
    serving,
)


class Seen(NamedTuple):
    """One event as a client gets it; `data` is None where it has none."""

    name: str
    data: Any
    id: str


class Stream:
    """A client of the stream."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
        self._connection.request("GET", "/_emulator/events", headers=AUTHORIZATION | headers)
        self.response = self._connection.getresponse()

    def read(self) -> Seen | None:
        """Return the next event, or None at the end."""
        fields: dict[str, str] = {}
        while line := self.response.readline():
            if line == b"\n":
                if fields:
                    data = fields.get("data")
                    return Seen(fields.get("event", ""), data and json.loads(data), fields.get("id", ""))
                continue
            name, _, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value
        return None

    def close(self) -> None:
        self.response.close()
        self._connection.close()


@contextmanager
def _stream(client: Client, last_id: str | None = None, login: str = "emulator") -> Iterator[Stream]:
    """Open a stream; its first event, which has only an id, says that it is open."""
    headers = basic(f"{login}:{login}") | ({} if last_id is None else {"Last-Event-ID": last_id})
    stream = Stream(client, headers)
    try:
        yield stream
    finally:
        stream.close()


def _opened(stream: Stream) -> Seen:
    found = stream.read()
    assert found is not None
    return found


def _until(stream: Stream, name: str) -> list[Seen]:
    """Return the events up to the first with this name."""
    found: list[Seen] = []
    while not found or found[-1].name != name:
        found.append(_opened(stream))
    return found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def client(clock: ManualClock) -> Iterator[Client]:
    store = SqliteStore(":memory:")
    config = Config(accounts={"emulator": "emulator", "other": "other"})
    try:
        with serving(create_app(config, store=store, clock=clock)) as url:
            yield Client(url)
    finally:
        store.close()


def test_everything_that_happens_is_streamed_in_order(client: Client) -> None:
    with _stream(client) as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream"
        first = _opened(stream)
        assert (first.name, first.data) == ("", None)
        client.set("/clock", freeze=True)
        sms_hash = client.send(body="Your code is 123456")
        client.set("/clock", advance="5s")
        client.set("/sms/incoming", **{"from": "+33612345678"}, text="Yes")
        client.set("/faults", operation="getSms", status=503)
        client.set("/reset")
        seen = _until(stream, "account.cleared")
    assert [each.name for each in seen] == [
        "clock.changed",
        "sms.mt.created",
        *["sms.mt.status_update"] * 4,
        "clock.changed",
        "sms.mo",
        "faults.changed",
        "account.cleared",
    ]
    assert seen[0].data == {"now": seen[0].data["at"], "frozen": True, "rate": 1.0, "at": seen[0].data["at"]}
    of_sms = [each.data for each in seen if each.name.startswith("sms.mt")]
    assert {each["hash"] for each in of_sms} == {sms_hash}
    statuses = ["CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
    assert [each["status"] for each in of_sms] == statuses
    assert seen[-2].data["faults"] == 1
    numbers = [int(each.id.rpartition("-")[2]) for each in [first, *seen]]
    assert numbers == [*range(len(seen) + 1)]
    assert "123456" not in str(seen)


def test_refused_requests_are_streamed(client: Client) -> None:
    with _stream(client) as stream:
        _opened(stream)
        client.refuse(to="nobody")
        sms_hash = client.send()
        client.refuse(to="nobody")
        seen = [_opened(stream) for _ in range(3)]
    assert [each.name for each in seen] == ["request.refused", "sms.mt.created", "request.refused"]
    assert seen[0].data == {"request": 1, "at": seen[0].data["at"]}
    assert (seen[1].data["hash"], seen[2].data["request"]) == (sms_hash, 3)


def test_attempts_to_deliver_are_streamed(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client.set("/webhooks", endpoint=f"http://127.0.0.1:{port}/", events=["sms.mo"])
    with _stream(client) as stream:
        _opened(stream)
        client.set("/sms/incoming", **{"from": "+33612345678"}, text="Yes")
        attempt = _until(stream, "delivery.attempt")[-1].data
    assert attempt == {"delivery": attempt["delivery"], "number": 1, "state": "waiting", "at": attempt["at"]}


def test_a_client_that_comes_back_misses_nothing(client: Client) -> None:
    client.set("/clock", freeze=True)
    with _stream(client) as stream:
        here = _opened(stream).id
        hashes = [client.send() for _ in range(3)]
        second = [_opened(stream) for _ in hashes][1].id
    with _stream(client, second) as stream:
        assert _opened(stream).id == second
        assert _opened(stream).data["hash"] == hashes[2]
    with _stream(client, here) as stream:
        assert _opened(stream).id == here
        assert [_opened(stream).data["hash"] for _ in hashes] == hashes


@pytest.mark.parametrize("last_id", ["00000000-1", "nonsense", "-", "é", "x" * 5000])
def test_an_event_that_is_not_kept_is_reset(client: Client, last_id: str) -> None:
    with _stream(client, last_id) as stream:
        assert _opened(stream).name == "reset"
        sms_hash = client.send()
        assert _opened(stream).data["hash"] == sms_hash


def test_an_event_that_is_too_old_is_reset(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "MOST", 3)
    client.set("/clock", freeze=True)
    with _stream(client) as stream:
        first = _opened(stream).id
        for _ in range(4):
            client.send()
        last = [_opened(stream) for _ in range(4)][-1].id
    with _stream(client, first) as stream:
        found = _opened(stream)
        assert (found.name, found.data["after"], found.id) == ("reset", first, last)


def test_accounts_see_nothing_of_each_other(client: Client) -> None:
    with _stream(client) as stream, _stream(client, login="other") as others:
        _opened(stream)
        _opened(others)
        client.send()
        other = Client(client.url, basic("other:other"))
        sms_hash = other.send()
        assert _opened(others).data["hash"] == sms_hash


def test_a_client_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept for it: one that reads goes on."""
    monkeypatch.setattr(event_log, "MOST_BYTES", 200)

    async def work() -> None:
        log = EventLog(lambda: None)
        dropped: list[str] = []
        slow = Follower(log, None, lambda: dropped.append("slow"))
        reader = Follower(log, None, lambda: dropped.append("reader"))
        held, read = slow.stream(), reader.stream()
        await anext(held)
        await anext(read)
        for number in range(10):
            log.publish("sms.mt.created", b'{"hash":"HASH%04d"}' % number)
            assert b"HASH%04d" % number in await anext(read)
        assert dropped == ["slow"]
        assert [each async for each in held] == []
        assert len(log) == 1
        assert len(log.read(9) or b"") < 200
        await read.aclose()

    asyncio.run(work())


def test_a_stream_ends_with_the_emulator(tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", ":memory:") as process, _stream(process.client) as stream:
        _opened(stream)
        assert process.stop() == 0
        assert stream.read() is None
    assert (tmp_path / "log").read_text() == ""
