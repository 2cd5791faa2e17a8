"""Lists of 1,000 SMS that have come to their end: the CPU time that the emulator needs for one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from benchmarks._measure import Goal, Result, Scale
from benchmarks.waiting import ask, cpu, emulator
from callr_sms_emulator import NewSms, SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPConnection

_LISTED = 1000
_FEW, _MANY = 10_000, 1_000_000
_CALLS = 20
_PER_SECOND = 10
_AT_ONCE = 500
_BEGIN = 1_711_800_000
_STATUSES = ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED")
_NONE, _ROWS = "an empty list", "row dictionaries, encoded by msgspec"


def measure(scale: Scale) -> Result:
    """Get the same list in each round: of few SMS, of many, and made of a row with a column per property."""
    listed, few, many = (scale.of(count) for count in (_LISTED, _FEW, _MANY))
    names = [f"{listed:,} of {count:,}" for count in (few, many)]
    cases: dict[str, Callable[[], float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        for name, count in zip(names, (few, many), strict=True):
            database = folder / f"{count}.sqlite3"
            asyncio.run(_fill(database, count))
            connection = stack.enter_context(emulator("--database", str(database), "--journal", "0"))
            cases[_NONE] = _calls(connection, _path(-2, -1))
            cases[name] = _calls(connection, _path(0, listed - 1))
            cases[_ROWS] = _Rows(ask(connection, "GET", _path(0, listed - 1))).time
        return Result(f"CPU time of a list of {listed:,} SMS", _take_turns(cases, scale), _goals(*names))


def _goals(few: str, many: str) -> tuple[Goal, ...]:
    return Goal(many, _NONE, 1, in_ms=True), Goal(many, _ROWS, 1 / 8), Goal(many, few, 1.2)


def _take_turns(cases: dict[str, Callable[[], float]], scale: Scale) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for number in range(scale.rounds + 1):
        for name in order:
            taken = cases[name]() / _CALLS
            if number:
                seconds[name].append(taken)
        order.reverse()
    return seconds


def _calls(connection: HTTPConnection, path: str) -> Callable[[], float]:
    headers = {"Authorization": "Basic ZW11bGF0b3I6ZW11bGF0b3I="}

    def run() -> float:
        before = cpu(connection)
        for _ in range(_CALLS):
            connection.request("GET", path, headers=headers)
            connection.getresponse().read()
        return cpu(connection) - before

    return run


class _Rows:
    """The same SMS in a table, from whose rows lists are built."""

    def __init__(self, found: object) -> None:
        assert isinstance(found, list)  # noqa: S101 - for the type checker
        assert len(found) > 0  # noqa: S101 - else it compares nothing
        self._expected = found
        self._connection = sqlite3.connect(":memory:")
        self._connection.row_factory = sqlite3.Row
        columns = ", ".join(f'"{name}"' for name in found[0])
        self._connection.execute(f"CREATE TABLE sms ({columns})")
        self._connection.execute("CREATE INDEX sms_by_creation ON sms (date_creation, hash)")
        marks = ", ".join("?" * len(found[0]))
        rows = [
            [json.dumps(each) if isinstance(each, list) else each for each in sms.values()] for sms in found
        ]
        self._connection.executemany(f"INSERT INTO sms VALUES ({marks})", rows)  # noqa: S608 - question marks
        assert json.loads(self._list())["data"] == found  # noqa: S101 - else it compares nothing

    def time(self) -> float:
        """Build some lists; return the CPU time."""
        began = process_time()
        for _ in range(_CALLS):
            self._list()
        return process_time() - began

    def _list(self) -> bytes:
        rows = self._connection.execute("SELECT * FROM sms ORDER BY date_creation, hash")
        found = [dict(row) for row in rows]
        for each in found:
            each["status_history"] = msgspec.json.decode(each["status_history"])
        return msgspec.json.encode({"status": "success", "data": found})


async def _fill(database: Path, count: int) -> None:
    store = SqliteStore(database)
    try:
        for begin in range(0, count, _AT_ONCE):
            numbers = range(begin, min(begin + _AT_ONCE, count))
            await asyncio.gather(*(store.add(_sms(number)) for number in numbers))
    finally:
        store.close()


def _moment(number: int) -> str:
    return f"{datetime.fromtimestamp(_BEGIN + number // _PER_SECOND, UTC):%Y-%m-%d %H:%M:%S}"


def _path(first: int, last: int) -> str:
    return f"/rest/v1.1/sms?type=OUT&from={quote(_moment(first))}&to={quote(_moment(last))}"


def _sms(number: int) -> NewSms:
    """Return a received SMS with its whole history, like those of the emulator."""
    moment = _moment(number)
    changes = pairwise(_STATUSES)
    head = {
        "type": "OUT",
        "hash": f"{number * 7919 % 10**8:08}",
        "from": "",
        "to": f"+336{number:08}",
        "text": f"Your code is {number:06}, and it is valid for ten minutes.",
        "options": None,
        "encoding": "GSM",
        "user_data": "",
        "b_customer_mode": "POSTPAID",
        "b_customer_debit": "7.80",
        "network": "42509",
        "parts": 1,
        "nature": "MARKETING",
        "date_creation": moment,
    }
    tail = {
        "status": _STATUSES[-1],
        "date_update": moment,
        "status_error": "",
        "date_sent": moment,
        "date_received": moment,
        "status_history": [
            {"old_status": old, "new_status": new, "updated_at": f"{moment}.000"} for old, new in changes
        ],
    }
    return NewSms(
        hash=str(head["hash"]),
        account="emulator",
        direction="OUT",
        created=(_BEGIN + number // _PER_SECOND) * 1000,
        due=None,
        head=msgspec.json.encode(head)[:-1] + b",",
        tail=msgspec.json.encode(tail)[1:],
    )
