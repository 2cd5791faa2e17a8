"""Lines in the outbox: what is read with what is due, and what is due after an end."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from callr_sms_emulator import NewSms, Store, open_store
from callr_sms_emulator._sms.records import DueSms, Event, SmsUpdate
from callr_sms_emulator._storage.outbox import Attempt, AttemptResult, DeliveryChain, DueQuery
from callr_sms_emulator._storage.postgresql import outbox
from tests.emulator.databases import PostgresqlDatabase, database_of

RECEIVER = "http://127.0.0.1:1"
WEBHOOK = b'{"endpoint":"http://127.0.0.1:1/hook"}'
TAIL = b'"status":"SENT"}'
MOMENTS = [1000, 3000, 4000]
NOW = 10_000


class WithOutbox(Protocol):
    """Does something with an outbox."""

    def __call__(self, work: Callable[[Store], Coroutine[None, None, None]], *hashes: str) -> None: ...


def sms(sms_hash: str) -> NewSms:
    return NewSms(sms_hash, "a", "OUT", 0, MOMENTS[0], b"{", TAIL, webhook=WEBHOOK)


def move(due: DueSms, now: int, wanted: bool) -> SmsUpdate:  # noqa: FBT001 - as the store calls it
    assert (now, wanted) == (NOW, True)
    events = [Event(f"{due.hash} {number}", number, at, TAIL) for number, at in enumerate(MOMENTS, 1)]
    return SmsUpdate(TAIL, None, events)


@pytest.fixture(params=["memory", "postgresql"])
def with_outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WithOutbox]:
    """Do something with an outbox that has three events of each SMS."""
    store = open_store(database_of(request.param, request, tmp_path))

    def run(work: Callable[[Store], Coroutine[None, None, None]], *hashes: str) -> None:
        async def fill() -> None:
            for each in hashes:
                await store.add(sms(each))
            await store.outbox.claim("a", RECEIVER)
            await store.advance("a", NOW, move, 100, notify=False)
            await work(store)

        asyncio.run(fill())

    yield run
    store.close()


async def read(store: Store, *known: int) -> list[DeliveryChain]:
    return await store.outbox.due(DueQuery("a", RECEIVER, NOW, 100), known)


def delivered(line: DeliveryChain, follower: int | None = None, due: int | None = None) -> AttemptResult:
    first = line[0]
    return AttemptResult(first.id, first.tries, first.due or 0, b"{}", "delivered", None, follower, due)


def shape(lines: list[DeliveryChain]) -> list[list[tuple[str, int | None]]]:
    return [[(each.event_id, each.due) for each in line] for line in lines]


def test_what_waits_for_one_that_is_due_is_read_with_it(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        assert shape(await read(store)) == [
            [(f"{sms_hash} 1", 1000), (f"{sms_hash} 2", 3000), (f"{sms_hash} 3", 4000)]
            for sms_hash in ("H1", "H2")
        ]

    with_outbox(work, "H1", "H2")


def test_what_is_due_can_be_read_alone(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        lines = await store.outbox.due(DueQuery("a", RECEIVER, NOW, 100, alone=True), ())
        assert shape(lines) == [[("H1 1", 1000)], [("H2 1", 1000)]]

    with_outbox(work, "H1", "H2")


def test_what_is_known_is_not_read_again(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        first, second = await read(store)
        assert await read(store, first[0].id) == [second]
        assert await read(store, first[0].id, second[0].id) == []

    with_outbox(work, "H1", "H2")


def test_after_an_end_the_next_is_due_as_it_is_said(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        (line,) = await read(store)
        assert await store.outbox.write_results([delivered(line, line[1].id, 3500)]) == [None]
        assert shape(await read(store)) == [[("H1 2", 3500), ("H1 3", 4000)]]
        assert [each.detail for each in await store.outbox.attempts(line[0].id)] == [b"{}"]

    with_outbox(work, "H1")


def test_where_nothing_is_said_the_next_is_looked_for(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        one, other = await read(store)
        assert await store.outbox.write_results([delivered(one), delivered(other)]) == [3000, 3000]
        assert [line[0].event_id for line in await read(store)] == ["H1 2", "H2 2"]

    with_outbox(work, "H1", "H2")


def test_one_that_was_given_up_meanwhile_stays_so(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        (line,) = await read(store)
        gone = AttemptResult(line[1].id, 0, 0, b"{}", "given_up")
        await store.outbox.write_results([gone])
        await store.outbox.write_results([delivered(line, line[1].id, 3000)])
        found = await store.outbox.get("a", line[1].id)
        assert found is not None
        assert (found.state, found.due) == ("given_up", None)

    with_outbox(work, "H1")


def test_where_one_is_told_again_nothing_is_read_with_any_of_its_line(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        (line,) = await read(store)
        await store.outbox.write_results([delivered(line, line[1].id, 3000)])
        assert await store.outbox.resend("a", line[0].id, NOW)
        assert shape(await read(store)) == [[("H1 2", 3000)], [("H1 1", NOW)]]

    with_outbox(work, "H1")


def test_where_one_is_held_nothing_is_read_with_the_one_before_it(with_outbox: WithOutbox) -> None:
    """What ends that one lets the held one go on, not those behind it."""

    async def work(store: Store) -> None:
        (line,) = await read(store)
        hold = await store.outbox.hold(line[0].id, Attempt(0, 1000, b"{}"))
        assert (hold.is_held, hold.released) == (True, 3000)
        (second,) = await read(store)
        assert [each.event_id for each in second] == ["H1 2"]
        assert await store.outbox.write_results([delivered(second)]) == [3000]
        assert [each[0].event_id for each in await read(store)] == ["H1 1"]

    with_outbox(work, "H1")


def test_usage_counts_the_deliveries_that_have_a_time(with_outbox: WithOutbox) -> None:
    async def work(store: Store) -> None:
        usage = await store.usage()
        assert (usage.size > 4096, usage.deliveries) == (True, 2)

    with_outbox(work, "one", "two")


def test_result_of_a_process_whose_claim_has_ended_changes_nothing(
    postgresql: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_CANCEL_S", 0)
    first, second = open_store(postgresql.empty()), open_store(postgresql.url)

    async def run() -> None:
        await first.add(sms("H1"))
        await first.advance("a", NOW, move, 100, notify=False)
        assert [await each.outbox.claim("a", RECEIVER) for each in (first, second, first)] == [
            True,
            False,
            True,
        ]
        (line,) = await read(first)
        expire = "UPDATE process SET expires = now() - interval '1 s' WHERE id = 1"
        await asyncio.to_thread(postgresql.execute, expire)
        assert await second.outbox.claim("a", RECEIVER)
        assert await first.outbox.write_results([delivered(line)]) == [None]
        assert shape(await read(second)) == shape([line])
        assert await second.outbox.write_results([delivered(line)]) == [3000]

    asyncio.run(run())
    first.close()
    second.close()
