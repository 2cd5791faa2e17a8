"""Defects of the delivery engine, seeded to see whether the histories find them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from unittest import mock

from callr_sms_emulator._storage.postgresql import outbox as claims
from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange
from callr_sms_emulator._storage.sqlite import outbox as deliveries
from callr_sms_emulator._webhooks import worker as workers
from callr_sms_emulator._webhooks.dispatcher import Dispatcher
from callr_sms_emulator._webhooks.loader import QueueLoader
from callr_sms_emulator._webhooks.request import write_request
from callr_sms_emulator._webhooks.result_writer import ResultWriter
from callr_sms_emulator._webhooks.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


def _wake_once(self: Dispatcher, account: Any, *, notify: bool = True) -> None:
    """Forget a wake-up that comes while an earlier one is handled."""
    if account.login not in self._checks:
        _wake(self, account, notify=notify)


def _wake_others(self: Dispatcher, account: Any, *, notify: bool = True) -> None:  # noqa: ARG001 - the defect
    """Pass on each wake-up, also one that another process has passed on."""
    _wake(self, account)


def _overtake(self: Worker, chain: Any, at: int, detail: bytes) -> None:
    """Go on with the next event of an SMS, while the first waits for its retry."""
    if len(chain) > 1:
        self._queue.push(chain[1:])
        chain = chain[:1]
    _retry(self, chain, at, detail)


def _renew_nothing(self: PostgresqlExchange) -> Any:
    """Believe in a lease that nobody renews."""
    self._renewed = asyncio.get_running_loop().time()
    return self._listen()


def _rename(delivery: Any) -> Any:
    """Write the request of a retry with another id."""
    if delivery.tries:
        delivery = delivery._replace(event_id="f" + delivery.event_id[1:])
    return write_request(delivery)


def _write_before_sending(self: Worker) -> None:
    """Count an event as delivered before it is sent: at most once."""
    chain = self._queue.pop()
    at = self._clock.moment_of(chain[0].due or 0)
    self._queue.begin(chain, is_over=False)
    self._queue.end(chain[0].id)
    transport = self._context.transport_for(self._account)
    transport.send(chain[0], write_request(chain[0]), lambda _: None)
    self._end(chain, at, b"{}", "delivered")
    self._limiter.release()


async def _drop(self: ResultWriter) -> None:
    """Forget results that the store did not take."""
    while self._waiting:
        batch, self._waiting = self._waiting, []
        try:
            released = await self._outbox.write_results([result for result, _ in batch])
        except Exception:  # noqa: BLE001 - the defect
            released = [None] * len(batch)
        for (_, on_written), due in zip(batch, released, strict=True):
            on_written(due)
    self._task = None


def _count_twice(results: Any, connection: Any) -> Any:
    """Write each attempt under the number of the next one."""
    return _write_results([each._replace(number=each.number + 1) for each in results], connection)


def _forget_schedule(self: Dispatcher, login: str, due: int) -> None:
    """Plan no retry: where nobody looks from time to time, it is never made."""


def _ignore_end(self: QueueLoader, now: int, *, alone: bool) -> None:
    """Wake nobody when a read has ended."""
    self._on_end = lambda: None
    _load(self, now, alone=alone)


_wake = Dispatcher.wake
_retry = Worker._retry
_write_results = deliveries._write_results
_load = QueueLoader.start


def _without(statement: str, part: str) -> str:
    assert part in statement, f"{part!r} is no part of the statement any more"
    return statement.replace(part, "")


_IS_MINE = """
WHERE claim.process = $3
  OR NOT EXISTS (SELECT FROM process WHERE process.id = claim.process AND process.expires > now())
"""

DEFECTS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "lost wake-up": lambda: mock.patch.object(Dispatcher, "wake", _wake_once),
    "two processes wake each other": lambda: mock.patch.object(Dispatcher, "wake", _wake_others),
    "lost wake-up after a read": lambda: mock.patch.object(QueueLoader, "start", _ignore_end),
    "retry is not scheduled": lambda: mock.patch.object(Dispatcher, "_schedule", _forget_schedule),
    "wrong order after a failure": lambda: mock.patch.object(Worker, "_retry", _overtake),
    "double claim": lambda: mock.patch.object(claims, "_CLAIM", _without(claims._CLAIM, _IS_MINE.strip())),
    "lease is not renewed": lambda: mock.patch.object(PostgresqlExchange, "_renew", _renew_nothing),
    "another id at a retry": lambda: mock.patch.object(workers, "write_request", _rename),
    "retry after success": lambda: mock.patch.object(workers, "is_accepted", return_value=False),
    "retry at once": lambda: mock.patch.object(
        workers, "next_delay", lambda _id, tries: 0 if tries < 9 else None
    ),
    "given up too early": lambda: mock.patch.object(
        workers, "next_delay", lambda _id, tries: 10 if tries < 3 else None
    ),
    "delivered before it was sent": lambda: mock.patch.object(Worker, "_start", _write_before_sending),
    "attempt counted twice": lambda: mock.patch.object(deliveries, "_write_results", _count_twice),
    "results dropped after an error": lambda: mock.patch.object(ResultWriter, "_write", _drop),
}
"""By name: what seeds it."""
