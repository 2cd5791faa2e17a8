"""The life of an SMS: in time, after the fact, and across a restart."""

import asyncio
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callr_sms_emulator import Config, SqliteStore, Timings, create_app
from callr_sms_emulator._sms.message import Progress, read_tail, write_tail
from callr_sms_emulator._sms.records import AdvanceResult, DueSms, SmsUpdate
from callr_sms_emulator._sms.status_flow import StatusFlow
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, serving

ZERO = "0000-00-00 00:00:00"
LIFE = [
    {"old_status": "CREATED", "new_status": "PENDING", "updated_at": "2024-03-30 12:00:01.000"},
    {"old_status": "PENDING", "new_status": "SENT", "updated_at": "2024-03-30 12:00:03.000"},
    {"old_status": "SENT", "new_status": "REMOTE_QUEUED", "updated_at": "2024-03-30 12:00:04.000"},
    {"old_status": "REMOTE_QUEUED", "new_status": "RECEIVED", "updated_at": "2024-03-30 12:00:05.000"},
]


@pytest.fixture
def clock() -> ManualClock:
    """A clock of each test's own, at noon."""
    return ManualClock(NOON)


def _dates(sms: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sms[key] for key in ("date_creation", "date_update", "date_sent", "date_received"))


def test_life_in_its_steps(clock: ManualClock, tmp_path: Path) -> None:
    with _served(tmp_path, clock) as client:
        sms_hash = client.send()
        expected = [(0, "CREATED", 0), (999, "CREATED", 0), (1, "PENDING", 1), (1999, "PENDING", 1)]
        expected += [
            (1, "SENT", 2),
            (1000, "REMOTE_QUEUED", 3),
            (999, "REMOTE_QUEUED", 3),
            (1, "RECEIVED", 4),
        ]
        for passed, status, changes in expected:
            clock.advance(passed)
            sms = client.get(sms_hash)
            assert (sms["status"], sms["status_history"]) == (status, LIFE[:changes])
        sms = client.get(sms_hash)
        noon = "2024-03-30 12:00:0"
        assert _dates(sms) == (noon + "0", noon + "5", noon + "3", noon + "5")
        clock.advance(1_000_000)
        assert client.get(sms_hash) == sms


def test_dates_are_zero_until_they_happen(clock: ManualClock, tmp_path: Path) -> None:
    with _served(tmp_path, clock) as client:
        sms_hash = client.send()
        clock.advance(2_999)
        assert _dates(client.get(sms_hash))[1:] == ("2024-03-30 12:00:01", ZERO, ZERO)
        clock.advance(1)
        assert _dates(client.get(sms_hash))[1:] == ("2024-03-30 12:00:03", "2024-03-30 12:00:03", ZERO)


def test_list_shows_the_same_life(clock: ManualClock, tmp_path: Path) -> None:
    with _served(tmp_path, clock) as client:
        sms_hash = client.send()
        clock.advance(60_000)
        (sms,) = client.find()
        assert (sms["hash"], sms["status"], sms["status_history"]) == (sms_hash, "RECEIVED", LIFE)


def test_history_has_the_milliseconds_of_the_clock(clock: ManualClock, tmp_path: Path) -> None:
    clock.advance(7)
    with _served(tmp_path, clock) as client:
        sms_hash = client.send()
        clock.advance(1_000)
        (change,) = client.get(sms_hash)["status_history"]
        assert change["updated_at"] == "2024-03-30 12:00:01.007"


def test_life_goes_on_while_the_emulator_is_down(clock: ManualClock, tmp_path: Path) -> None:
    with _served(tmp_path, clock) as client:
        sms_hash = client.send()
        clock.advance(1_500)
        assert client.get(sms_hash)["status"] == "PENDING"
    clock.advance(3_600_000)
    with _served(tmp_path, clock) as client:
        sms = client.get(sms_hash)
        assert (sms["status"], sms["status_history"]) == ("RECEIVED", LIFE)


def test_more_sms_than_one_batch_move_together(clock: ManualClock, tmp_path: Path) -> None:
    with _served(tmp_path, clock) as client:
        hashes = {client.send() for _ in range(600)}
        clock.advance(1_000)
        assert {each["hash"] for each in client.find() if each["status"] == "PENDING"} == hashes


def test_no_time_at_all_between_statuses(clock: ManualClock, tmp_path: Path) -> None:
    with _served(tmp_path, clock, Timings(0, 0, 0, 0)) as client:
        assert client.get(client.send())["status"] == "RECEIVED"


def test_timer_writes_down_what_nobody_looks_at(clock: ManualClock) -> None:
    store = _WatchedStore(":memory:")
    try:
        with serving(create_app(Config(), store=store, clock=clock)) as url:
            sms_hash = Client(url).send()
            clock.advance(60_000)
            assert store.moved.wait(20)
            stored = asyncio.run(store.get("emulator", sms_hash))
            assert stored is not None
            assert (read_tail(stored.tail).status, stored.due) == ("RECEIVED", None)
    finally:
        store.close()


def test_reading_writes_nothing_down(clock: ManualClock) -> None:
    store = _WatchedStore(":memory:")
    try:
        with serving(create_app(Config(), store=store, clock=clock)) as url:
            client = Client(url)
            sms_hash = client.send()
            clock.advance(4_500)
            assert client.get(sms_hash)["status"] == client.find()[0]["status"] == "REMOTE_QUEUED"
            assert not store.moved.is_set()
    finally:
        store.close()


class _WatchedStore(SqliteStore):
    """Tells when it was asked to move SMS on."""

    def __init__(self, database: str) -> None:
        self.moved = threading.Event()
        super().__init__(database)

    async def advance(self, *arguments: Any, **named: Any) -> AdvanceResult:  # noqa: ANN401 - handed on
        result = await super().advance(*arguments, **named)
        self.moved.set()
        return result


@pytest.mark.parametrize(
    ("speed", "timings"),
    [(10, (100, 200, 100, 100, 360_000, 8_640_000)), (0.5, (2000, 4000, 2000, 2000, 7_200_000, 172_800_000))],
)
def test_speed_divides_every_time(speed: float, timings: tuple[int, ...]) -> None:
    assert Timings().faster(speed) == Timings(*timings)


def test_life_ends_with_a_status_that_has_no_next() -> None:
    tail = write_tail(Progress("ERROR", "2024-03-30 12:00:00", status_error="x"))
    sms = DueSms(1, "AAAAAAAA", NOON, None, b"", tail, None)
    assert StatusFlow(Timings()).move(sms, NOON + 10_000, None, Counter()) == SmsUpdate(tail, None, [])


def _served(folder: Path, clock: ManualClock, timings: Timings | None = None) -> "_Served":
    return _Served(folder / "sms.sqlite3", clock, timings or Timings())


class _Served:
    """A server on a file, for the length of a block."""

    def __init__(self, database: Path, clock: ManualClock, timings: Timings) -> None:
        self._store = SqliteStore(database)
        self._serving = serving(create_app(Config(timings=timings), store=self._store, clock=clock))

    def __enter__(self) -> Client:
        return Client(self._serving.__enter__())

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)
        self._store.close()
