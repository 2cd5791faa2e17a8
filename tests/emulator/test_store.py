"""The stores, through the `Store` interface."""

import asyncio
import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

import pytest

from callr_sms_emulator import HashTakenError, NewSms, SqliteStore, Store, StoreError, open_store
from callr_sms_emulator._sms import SmsList
from callr_sms_emulator._sms.records import DueSms, SmsUpdate, UpdateSms
from callr_sms_emulator._storage import Unsubscribed
from callr_sms_emulator._storage.sqlite.sms import insert_sms
from tests.emulator.databases import KINDS, database_of


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = open_store(database_of(request.param, request, tmp_path))
    yield made
    made.close()


def _sms(sms_hash: str, created: int = 0, due: int | None = None, account: str = "a") -> NewSms:
    """Make an SMS that was created so many seconds after 1970, and some milliseconds that do not count."""
    moment = created * 1000 + len(sms_hash) % 3 * 400
    return NewSms(sms_hash, account, "OUT", moment, due, b'{"n":"%b",' % sms_hash.encode(), b'"status":"0"}')


async def _found(store: Store, account: str = "a", first: int = 0, last: int = 0) -> list[str]:
    """Return the hashes of the outgoing SMS that the store lists."""
    return [each["n"] for each in await _listed(store, SmsList(account, "OUT", (first, ""), last, 0, 1000))]


async def _listed(store: Store, wanted: SmsList) -> list[dict[str, str]]:
    """Return what the store lists, in parts."""
    found: list[dict[str, str]] = []
    rest: tuple[int, str] | None = wanted.after
    while rest is not None:
        wanted = wanted._replace(after=rest)
        joined, rest = await store.read_list(wanted, lambda sms: b"%b%b" % (sms.head, sms.tail.upper()))
        part = json.loads(b"[%b]" % joined)
        assert len(part) == wanted.limit or rest is None
        found += part
    return found


async def _advance(store: Store, now: int, move: UpdateSms, limit: int) -> int | None:
    """UpdateSms SMS of the account on; give what is due next."""
    return (await store.advance("a", now, move, limit, notify=False)).next_due


def test_reads_what_it_has_just_written(store: Store) -> None:
    async def work() -> None:
        for number in range(50):
            await store.add(_sms(f"h{number}"))
            assert await store.get("a", f"h{number}") == (*_sms(f"h{number}")[5:7], None, None)
            assert len(await _found(store)) == number + 1

    asyncio.run(work())


def test_nothing_is_lost_when_many_write_at_once(store: Store) -> None:
    async def work() -> None:
        hashes = [f"h{number:04}" for number in range(2_000)]
        await asyncio.gather(*(store.add(_sms(each)) for each in hashes))
        assert await _found(store) == hashes

    asyncio.run(work())


def test_hash_in_use_is_told_to_its_sender_alone(store: Store) -> None:
    async def work() -> None:
        results = await asyncio.gather(
            *(store.add(_sms(each)) for each in ("h1", "h2", "h1", "h3")), return_exceptions=True
        )
        assert [type(each) for each in results] == [int, int, HashTakenError, int]
        assert await _found(store) == ["h1", "h2", "h3"]

    asyncio.run(work())


def test_unsubscribed_numbers_belong_to_an_account(store: Store) -> None:
    async def work() -> None:
        numbers = store.unsubscribed
        for account, number, at in (("a", "+332", 5), ("a", "+331", 6), ("a", "+331", 7), ("b", "+331", 8)):
            await numbers.add(account, Unsubscribed(number, at))
        assert await numbers.add("a", Unsubscribed("+331", 9)) == ("+331", 6)
        assert await numbers.find("a", "", 9) == [("+331", 6), ("+332", 5)]
        assert await numbers.find("a", "", 1) == [("+331", 6)]
        assert await numbers.find("a", "+331", 9) == [("+332", 5)]
        assert [await numbers.remove("a", "+331") for _ in range(2)] == [True, False]
        assert [await numbers.has(each, "+331") for each in "ab"] == [False, True]
        await store.accounts.empty("b", b"{}")
        await store.accounts.remove("a")
        assert [await numbers.find(each, "", 9) for each in "ab"] == [[], []]

    asyncio.run(work())


def test_find_is_bounded_ordered_and_of_one_account_and_direction(store: Store) -> None:
    async def work() -> None:
        for each in (_sms("c", 2), _sms("bb", 2), _sms("z", 1), _sms("a", 3), _sms("other", 2, account="b")):
            await store.add(each)
        await store.add(_sms("in", 2)._replace(direction="IN"))
        assert await _found(store, "a", 1, 3) == ["z", "bb", "c", "a"]
        assert await _found(store, "a", 2, 2) == ["bb", "c"]
        assert [each["n"] for each in await _listed(store, SmsList("a", "IN", (1, ""), 3, 0, 1000))] == ["in"]
        assert await _found(store, "b", 1, 3) == ["other"]
        assert await _found(store, "c", 1, 3) == []
        assert await store.get("b", "c") is None

    asyncio.run(work())


def test_a_list_is_the_same_in_parts_of_any_length(store: Store) -> None:
    async def work() -> None:
        numbers = [*range(23)]
        Random(1).shuffle(numbers)  # noqa: S311 - no secret
        for number in numbers:
            await store.add(_sms(f"h{number:02}", created=number // 5, due=7 if number == 11 else None))
        whole = [{"n": f"h{number:02}", "status": "0"} for number in range(23)]
        every = SmsList("a", "OUT", (0, ""), 4, 6, 5)
        for limit in (1, 2, 5, 22, 23, 24):
            assert await _listed(store, every._replace(limit=limit)) == whole
        # Only the part in which a change is due is made of rows, here with names in capitals.
        shown = await _listed(store, every._replace(now=7))
        assert [each["n"] for each in shown] == [each["n"] for each in whole]
        assert [number for number, each in enumerate(shown) if "STATUS" in each] == [10, 11, 12, 13, 14]

    asyncio.run(work())


def test_advance_takes_the_oldest_first_and_tells_what_is_next(store: Store) -> None:
    seen: list[tuple[int, int]] = []

    def move(sms: DueSms, now: int, _wanted: object) -> SmsUpdate:
        seen.append((sms.due, now))
        return SmsUpdate(sms.tail, None, [])

    async def work() -> None:
        for number in (5, 3, 1, 4, 2):
            await store.add(_sms(f"h{number}", due=number * 10))
        await store.add(_sms("done"))
        await store.add(_sms("other", due=1, account="b"))
        assert await _advance(store, 40, move, 3) == 40
        assert seen == [(10, 40), (20, 40), (30, 40)]
        assert await _advance(store, 40, move, 3) == 50
        assert await _advance(store, 50, move, 3) is None
        assert await store.all_due() == [("b", 1)]

    asyncio.run(work())


@pytest.mark.parametrize("when", ["moving", "writing"])
def test_failed_advance_changes_nothing_and_stops_nobody(store: Store, when: str) -> None:
    def move(sms: DueSms, now: int, _wanted: object) -> SmsUpdate:
        if sms.due == 2 and when == "moving":
            raise ValueError(now)
        # More than an integer of a database holds: the second row cannot be written, after the first one was.
        return SmsUpdate(sms.tail.replace(b"0", b"1"), 2**70 if sms.due == 2 else None, [])

    async def work() -> None:
        await store.add(_sms("h1", due=1))
        await store.add(_sms("h2", due=2))
        failed, added = await asyncio.gather(
            _advance(store, 5, move, 10), store.add(_sms("h3")), return_exceptions=True
        )
        assert (isinstance(failed, Exception), added) == (True, 0)
        assert await _listed(store, SmsList("a", "OUT", (0, ""), 0, 0, 1000)) == [
            {"n": name, "status": "0"} for name in ("h1", "h2", "h3")
        ]

    asyncio.run(work())


def test_waiter_that_gave_up_disturbs_nobody(store: Store) -> None:
    async def work() -> None:
        left = asyncio.ensure_future(store.add(_sms("h1")))
        await asyncio.sleep(0)
        left.cancel()
        await store.add(_sms("h2"))
        assert await store.get("a", "h2") is not None

    asyncio.run(work())


def test_close_finishes_what_was_asked_for(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sms.sqlite3")

    async def work() -> None:
        pending = [asyncio.ensure_future(store.add(_sms(f"h{number}"))) for number in range(100)]
        await asyncio.sleep(0)
        store.close()
        await asyncio.gather(*pending)

    asyncio.run(work())
    with sqlite3.connect(tmp_path / "sms.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM sms").fetchone() == (100,)
    connection.close()


def test_what_an_event_loop_left_behind_is_done_with_the_next_one(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sms.sqlite3")
    for number in range(3):
        loop = asyncio.new_event_loop()
        insert = partial(insert_sms, _sms(f"left{number}"))
        loop.call_soon(store._database.write, insert)  # noqa: SLF001 - without a task that nobody awaits
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
        asyncio.run(asyncio.wait_for(_add(store, _sms(f"next{number}")), 30))
    store.close()
    with closing(sqlite3.connect(tmp_path / "sms.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM sms").fetchone() == (6,)


def test_closed_store_refuses_instead_of_waiting_for_ever(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sms.sqlite3")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        asyncio.run(_add(store, _sms("h1")))


def test_text_is_readable_with_any_sqlite_tool(tmp_path: Path) -> None:
    path = tmp_path / "sms.sqlite3"
    store = SqliteStore(path)
    asyncio.run(_add(store, _sms("h1")._replace(head='{"n":"é",'.encode())))
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT head || tail FROM sms").fetchone() == ('{"n":"é","status":"0"}',)
    connection.close()


async def _add(store: Store, sms: NewSms) -> None:
    await store.add(sms)


# --- files ----------------------------------------------------------------------------------------------


def test_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "new" / "sms.sqlite3").close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


@pytest.mark.parametrize(("durable", "level"), [(False, 1), (True, 2)])
def test_durable_waits_for_the_disk(tmp_path: Path, durable: bool, level: int) -> None:  # noqa: FBT001 - a parameter of the test
    store = SqliteStore(tmp_path / "sms.sqlite3", durable=durable)
    found = store._database.write  # noqa: SLF001 - a setting of the connection is visible on it alone

    async def work() -> tuple[object, object]:
        return await found(_settings)

    assert asyncio.run(work()) == (b"wal", level)
    store.close()


def _settings(connection: sqlite3.Connection) -> tuple[object, object]:
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    return mode, level


def test_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sms.sqlite3"
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(
        StoreError, match=r"sms\.sqlite3 has schema version 99, this emulator knows 5: expected a newer"
    ):
        SqliteStore(path)


def test_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE sms (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and long enough to have a header of its own" * 10)
    with pytest.raises(StoreError, match=r"cannot use the database .*notes\.txt: "):
        SqliteStore(path)


def test_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot use the database"):
        SqliteStore(tmp_path)
