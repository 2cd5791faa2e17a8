"""SMS that are too many or too old are removed, on every store; those under way stay."""

import asyncio
import sqlite3
import time
from functools import partial
from pathlib import Path

import pytest

from callr_sms_emulator import Config, SqliteStore
from callr_sms_emulator._engine import retention
from callr_sms_emulator._storage.sqlite import sms
from tests.emulator.conftest import NOON
from tests.emulator.databases import KINDS, database_of
from tests.emulator.proof.scenarios import wait_for
from tests.emulator.support import Client, ManualClock, basic, serving_config
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
        assert len(_texts(client)) == 6, "none of them has ended"
        client.control("DELETE", "/sms?q=deleted")
        client.set("/clock", advance="2m")
        wait_for(lambda: _texts(client) == ["number 2", "number 3", "number 4"])
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


def test_a_batch_holds_the_writer_for_a_moment(tmp_path: Path) -> None:
    """Removed from among many, with the search index that each is in."""
    store = SqliteStore(tmp_path / "sms.sqlite3")
    took: list[float] = []

    def timed(connection: sqlite3.Connection, numbers: list[int]) -> None:
        began = time.thread_time()
        sms.remove(numbers, connection)
        took.append(time.thread_time() - began)

    async def run() -> None:
        texts = "A text of an SMS, as long as they usually are, with some words to find it by"
        await asyncio.gather(
            *(store.add(make_sms(number, texts, status="RECEIVED")) for number in range(2000))
        )
        while not await store.index():
            pass
        for _ in range(20):
            numbers = await store.ended("a", 2**50, retention.BATCH)
            await store._database.write_atomically(partial(timed, numbers=numbers))  # noqa: SLF001 - its writer is measured

    asyncio.run(run())
    store.close()
    with sqlite3.connect(tmp_path / "sms.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM sms").fetchone() == (2000 - 20 * retention.BATCH,)
    connection.close()
    assert sorted(took)[len(took) // 2] < 0.01, "seconds of the processor"
