"""SMS that are too many or too old are removed, on every store; those under way stay."""

import asyncio
import sqlite3
import time
from functools import partial
from pathlib import Path

import pytest

from callr_sms_emulator import Config, SqliteStore, Store, open_store
from callr_sms_emulator._engine import retention
from callr_sms_emulator._storage.sqlite import sms, space
from tests.emulator.conftest import NOON
from tests.emulator.databases import KINDS, database_of
from tests.emulator.proof.scenarios import wait_for
from tests.emulator.support import Client, ManualClock, basic, serving_config
from tests.emulator.test_events import _stream as streaming
from tests.emulator.test_events import _until as until
from tests.emulator.test_search_index import _sms as make_sms


def _texts(client: Client) -> list[str]:
    return [each["text"] for each in client.find()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_oldest_of_each_account_are_removed_once_they_have_ended(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_PERIOD_S", 0.05)
    database = database_of(kind, request, tmp_path)
    config = Config(any_account=True, keep_count=3, keep_age=3_600_000)
    with serving_config(config, ManualClock(NOON), database) as client:
        other = Client(client.url, basic("other:secret"))
        client.set("/clock", freeze="2024-03-30 12:00:00")
        client.set("/timings", created=60_000)
        for number in range(5):
            client.send(body=f"number {number}")
            client.set("/clock", advance="1s")
        for _ in range(3):
            other.send(body="of another account")
        client.send(body="to be deleted")
        first = client.find()[0]["hash"]
        assert len(_texts(client)) == 6, "none of them has ended"
        client.control("DELETE", "/sms?q=deleted")
        with streaming(client) as stream:
            client.set("/clock", advance="2m")
            wait_for(lambda: _texts(client) == ["number 2", "number 3", "number 4"])
            assert {"hash": first, "status": "RECEIVED"}.items() <= until(stream, "sms.deleted")[
                -1
            ].data.items()
        assert client.control("GET", "/sms?q=number").data["sms"][0]["text"] == "number 4"
        assert len(_texts(other)) == 3

        client.set("/sms/incoming", **{"from": "+33639981234"}, text="Hello")
        wait_for(lambda: _texts(client) == ["number 3", "number 4"])
        assert [each["text"] for each in client.find(type="IN")] == ["Hello"]

        client.set("/clock", advance="59m")
        late = client.send(body="late")
        client.set("/clock", advance="2m")
        wait_for(lambda: _texts(client) == ["late"])
        assert client.get(late)["status"] == "RECEIVED"
        assert len(_texts(other)) == 3, "its clock stands still"


async def _fill(store: Store, count: int, account: str, first: int = 0) -> int:
    """Add SMS that have come to their end; return the size of them all."""
    words = ("your", "code", "order", "parcel", "is", "here", "please", "call", "us", "back", "thank", "you")
    for number in range(first, first + count):
        text = " ".join(words[number * step % len(words)] for step in range(1, 12))
        await store.add(make_sms(number, text, account, status="RECEIVED"))
    while not await store.index():
        pass
    return await store.size()


def test_a_file_does_not_grow_while_sms_come_and_go(tmp_path: Path) -> None:
    async def run(store: SqliteStore) -> None:
        size = await _fill(store, 500, "a")
        for first in range(500, 2500, 100):
            grown = await _fill(store, 100, "a", first)
            assert grown < 1.8 * size
            await store.remove([row.id for row in await store.ended("a", 10**15, 100)])

    store = SqliteStore(tmp_path / "sms.sqlite3")
    asyncio.run(run(store))
    store.close()


@pytest.mark.parametrize("kind", ["file", "postgresql"])
def test_the_oldest_are_removed_when_all_take_too_much_space(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_PERIOD_S", 0.05), ("_PAUSE_S", 0), ("_MEASURES_S", {})):
        monkeypatch.setattr(retention, name, value)
    monkeypatch.setattr(space, "_LEFT", 8)
    database = database_of(kind, request, tmp_path)
    store = open_store(database)
    most = asyncio.run(_fill(store, 1200, "emulator")) * 3 // 4
    store.close()
    with serving_config(Config(keep_size=most), ManualClock(NOON), database) as client:
        assert client.get("00001199")["hash"] == "00001199", "from now on the account is known"
        store = open_store(database)
        wait_for(lambda: asyncio.run(store.size()) <= most)
        store.close()
        left = [int(each["hash"]) for kind in ("IN", "OUT") for each in client.find(type=kind)]
        assert sorted(left) == [*range(min(left), 1200)]
        assert 500 < len(left) < 950, "not many more are removed"
        if kind == "file":
            wait_for(lambda: Path(database).stat().st_size < most + 100_000)


def test_an_older_file_keeps_its_size(tmp_path: Path) -> None:
    async def run(store: SqliteStore) -> bool:
        await _fill(store, 200, "a")
        await store.accounts.remove("a")
        return await store.shrink()

    database = tmp_path / "sms.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.execute("DROP TABLE other")
    connection.close()
    store = SqliteStore(database)
    assert asyncio.run(run(store)) is False
    store.close()


def test_a_batch_holds_the_writer_for_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removed from among many, with the search index that each is in; then their pages are freed."""
    monkeypatch.setattr(space, "_LEFT", 0)
    store = SqliteStore(tmp_path / "sms.sqlite3")
    took: list[float] = []
    freed: list[float] = []

    def timed(connection: sqlite3.Connection, numbers: list[int]) -> None:
        began = time.thread_time()
        sms.remove(numbers, connection)
        took.append(time.thread_time() - began)

    def cut(connection: sqlite3.Connection) -> None:
        began = time.thread_time()
        connection.execute(space._CUT).fetchall()  # noqa: SLF001 - its time is measured
        freed.append(time.thread_time() - began)

    async def run() -> None:
        await _fill(store, 2000, "a")
        for _ in range(20):
            numbers = [row.id for row in await store.ended("a", 2**50, retention.BATCH)]
            await store._database.write_atomically(partial(timed, numbers=numbers))  # noqa: SLF001 - its writer is measured
        while await store.shrink():
            await store._database.write(cut)  # noqa: SLF001 - as above

    asyncio.run(run())
    store.close()
    with sqlite3.connect(tmp_path / "sms.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM sms").fetchone() == (2000 - 20 * retention.BATCH,)
    connection.close()
    for times in (took, freed):
        assert sorted(times)[len(times) // 2] < 0.01, "seconds of the processor"
