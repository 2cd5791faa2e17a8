"""A day of virtual time for 10,000 SMS with a webhook each: every change of status, every attempt."""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from benchmarks._measure import Goal, Result, Scale
from benchmarks.senders import receiver
from benchmarks.waiting import ask, emulator, free_port, send

_SMS = 10_000
_SENDERS = 8
_MOST_ROUNDS = 3  # for sending takes longer than what is measured
_ALONE, _TAKEN, _DOWN = "no SMS", "the receiver takes them", "the receiver is down"
_GOALS = (Goal(_TAKEN, _ALONE, 3000, in_ms=True), Goal(_DOWN, _ALONE, 3000, in_ms=True))


def measure(scale: Scale) -> Result:
    """Let a day pass in each case of each round, in an emulator of its own."""
    count = scale.of(_SMS)
    seconds: dict[str, list[float]] = {_ALONE: [], _TAKEN: [], _DOWN: []}
    with receiver("200") as taking:
        for _ in range(min(scale.rounds, _MOST_ROUNDS)):
            seconds[_ALONE].append(_day(0, taking))
            seconds[_TAKEN].append(_day(count, taking))
            seconds[_DOWN].append(_day(count, free_port()))
    return Result(f"24 hours of {count} SMS with webhooks", seconds, _GOALS)


def _day(count: int, port: int) -> float:
    gc.collect()
    with emulator() as connection:
        ask(connection, "POST", "/_emulator/clock", {"freeze": True})
        with ThreadPoolExecutor(_SENDERS) as senders:
            parts = [count // _SENDERS + (number < count % _SENDERS) for number in range(_SENDERS)]
            list(senders.map(lambda part: _send(connection, port, part), parts))
        begin = time.perf_counter()
        ask(connection, "POST", "/_emulator/clock", {"advance": "24h"})
        return time.perf_counter() - begin


def _send(connection: HTTPConnection, port: int, count: int) -> None:
    own = HTTPConnection(connection.host, connection.port)
    for _ in range(count):
        send(own, port)
    own.close()
