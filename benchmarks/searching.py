"""Searches and waits in an account of a million SMS, against one of a thousand with the same results."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks._measure import Goal, Result, Scale, alternate
from benchmarks.waiting import ask, emulator
from callr_sms_emulator import NewSms, SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPConnection

_FEW, _MANY = 1000, 1_000_000
_FOUND = 10
_CALLS = 20
_CREATED = 1_711_800_000
_AT_ONCE = 500
_QUERIES = {
    "recipient": "/sms?to=%2B33639985555",
    "sender and status": "/sms?from=Shop&status=RECEIVED",
    "status": "/sms?status=FAILED",
    "time": "/sms?since=2024-03-30%2012:00:00&type=OUT",
    "text": "/sms?text=parcel",
    "two characters": "/sms?text=pa",
    "a character": "/sms?text=p",
    "words": "/sms?q=PARCEL%20shop",
    "pattern": "/sms?pattern=parcel%20%5Cd%2B%20is",
    "text that is nowhere": "/sms?text=elephant",
    "newest": f"/sms?limit={_FOUND}",
    "wait": "/sms/wait?to=%2B33639985555&text=parcel&timeout=0",
}


def measure(scale: Scale) -> Result:
    """Make some calls of each kind in each round."""
    few, many = max(scale.of(_FEW), _FOUND), max(scale.of(_MANY), _FOUND)
    cases: dict[str, Callable[[], None]] = {}
    goals = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        connections = []
        for count in (few, many):
            asyncio.run(_fill(folder / f"{count}.sqlite3", count))
            connections.append(stack.enter_context(emulator("--database", str(folder / f"{count}.sqlite3"))))
        for kind, path in _QUERIES.items():
            names = [f"{kind}, in {count:,}" for count in (few, many)]
            for name, connection in zip(names, connections, strict=True):
                cases[name] = _repeat(connection, path)
            assert _results(connections[0], path) == _results(connections[1], path)  # noqa: S101 - else it compares nothing
            goals.append(Goal(names[1], names[0], 2))
        return alternate(f"{_CALLS} searches of each kind", cases, goals, scale.rounds)


async def _fill(database: Path, count: int) -> None:
    """Store SMS of which all but the last few look alike, and make them searchable."""
    store = SqliteStore(database)
    try:
        for begin in range(0, count, _AT_ONCE):
            numbers = range(begin, min(begin + _AT_ONCE, count))
            await asyncio.gather(*(store.add(_sms(count - number)) for number in numbers))
        while not await store.index():
            pass
    finally:
        store.close()


def _sms(age: int) -> NewSms:
    """Return one of the SMS that are searched for, when only a few are newer, or one of the others."""
    is_found = age <= _FOUND
    moment = _CREATED if is_found else _CREATED - 86_400
    date = "2024-03-30 12:00:00" if is_found else "2024-03-29 12:00:00"
    head = {
        "type": "OUT",
        "hash": f"{age:08}",
        "from": "Shop" if is_found else "Bank",
        "to": "+33639985555" if is_found else f"+336{age:08}",
        "text": f"Your parcel {age} is here" if is_found else f"Your code is {age * 7919 % 1_000_003:06}",
        "options": None,
        "encoding": "GSM",
        "user_data": "",
        "b_customer_mode": "POSTPAID",
        "b_customer_debit": "0.00",
        "network": "20801",
        "parts": 1,
        "nature": "MARKETING",
        "date_creation": date,
    }
    status = "FAILED" if age == 1 else "RECEIVED"
    tail = {
        "status": status,
        "date_update": date,
        "status_error": "",
        "date_sent": date,
        "date_received": date,
        "status_history": [],
    }
    return NewSms(
        hash=f"{age:08}",
        account="emulator",
        direction="OUT",
        created=moment * 1000,
        due=None,
        head=json.dumps(head, separators=(",", ":"))[:-1].encode() + b",",
        tail=json.dumps(tail, separators=(",", ":"))[1:].encode(),
    )


def _repeat(connection: HTTPConnection, path: str) -> Callable[[], None]:
    def run() -> None:
        for _ in range(_CALLS):
            ask(connection, "GET", f"/_emulator{path}")

    return run


def _results(connection: HTTPConnection, path: str) -> object:
    found = ask(connection, "GET", f"/_emulator{path}")
    assert isinstance(found, dict)  # noqa: S101 - tells the type checker
    return found["sms"]
