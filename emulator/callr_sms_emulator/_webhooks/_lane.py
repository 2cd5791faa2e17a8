"""All that one account has to tell one receiver: in order per SMS, many SMS at a time."""

from __future__ import annotations

import asyncio
import heapq
import logging
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple, Protocol

from callr_sms_emulator._log import describe
from callr_sms_emulator._outbox import Attempt, Outcome
from callr_sms_emulator._webhooks._attempt import (
    is_taken,
    write_answered,
    write_failed,
    write_unreachable,
    write_withheld,
)
from callr_sms_emulator._webhooks._errors import (
    DeliveryError,
    HeldError,
    LostError,
    SilentError,
    UnreachableError,
)
from callr_sms_emulator._webhooks._request import write_request
from callr_sms_emulator._webhooks._schedule import least_delay, next_delay

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._outbox import Delivery, DeliveryState, OutboxStore
    from callr_sms_emulator._webhooks._courier import Courier
    from callr_sms_emulator._webhooks._recorder import Recorder

_log = logging.getLogger(__name__)

WIDTH = 16
"""Requests to one receiver at a time."""

_NARROW = 2  # for a receiver that does not answer in time: others shall not wait for it
_LOADED = 512
_LOW = 128
_CROWD = 64
_OVERLAP_MS = 600_000
_MOST_KEPT = 20_000
_MOST_UNWRITTEN = 5_000
_NEVER = 1 << 62


class Time(Protocol):
    """An account's time, in milliseconds since 1970."""

    def now(self) -> int:
        """Tell what its clock shows."""

    def moment_of(self, due: int) -> int:
        """Tell when something happens that was due at `due` and is done now.

        That is now, but where the clock was set to go over `due` at one go, it is `due`.
        """


class Surroundings(NamedTuple):
    """What all lanes share. `note` is told an account and when it has something to do next."""

    outbox: OutboxStore
    courier: Courier
    recorder: Recorder
    slots: asyncio.Semaphore
    note: Callable[[str, int], None]


class Lane:
    """Tells one receiver what is due, the earliest first, and then what has become due by that.

    Where a clock goes over a day at one go, the receiver sees that day in its order: a try waits for all that
    were due before it. Only in a crowd it does not wait for those less than ten minutes before it, unless one
    of them could be due again in between.

    Where there is no connection, all that is due has failed with it: a connection belongs to no delivery.
    """

    def __init__(self, account: str, receiver: str, time: Time, around: Surroundings) -> None:
        self._account = account
        self._receiver = receiver
        self._time = time
        self._around = around
        self._loop = asyncio.get_running_loop()  # not for each try: it is a system call before Python 3.12
        self._heap: list[tuple[int, int, Delivery]] = []
        self._known: set[int] = set()  # in the heap, under way, or not written down yet
        self._complete_until = -1  # nothing that is due by then is missing in the heap
        self._loading: asyncio.Task[None] | None = None
        self._missed = _NEVER  # the earliest that became due while we read, and may not have been read
        self._workers: set[asyncio.Task[None]] = set()  # each with one delivery at a time
        self._limits: dict[int, int] = {}  # by delivery under way: up to when others may overlap it
        self._unwritten = 0
        self._width = WIDTH
        self._stopped = False
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Deliver until nothing is due and everything is written down, or until it is stopped."""
        while True:
            self._changed.clear()
            self._see_to_loading()
            if not self._stopped:
                self._hire()
            if self._is_done():
                return
            await self._changed.wait()

    def look_again(self) -> None:
        """Learn that more may be due than there was."""
        self._learn_of(-1)

    def stop(self) -> None:
        """Begin no more; `run` ends when what is under way has ended."""
        self._stopped = True
        self._known.difference_update(identity for _, identity, _ in self._heap)
        self._heap.clear()
        self._changed.set()

    def cancel(self) -> None:
        """End what is under way; whatever the receiver saw of it, it will see again."""
        self.stop()
        for worker in self._workers:
            worker.cancel()

    # --- what is next -----------------------------------------------------------------------------------

    def _see_to_loading(self) -> None:
        """Read on in time: what is there is told meanwhile."""
        if self._loading is not None and self._loading.done():
            loaded, self._loading = self._loading, None
            loaded.result()  # or its error
        if self._loading is None and self._should_load():
            self._missed = _NEVER
            self._loading = self._loop.create_task(self._load())
            self._loading.add_done_callback(lambda _: self._changed.set())

    def _should_load(self) -> bool:
        if self._stopped or self._complete_until == _NEVER:
            return False
        return len(self._heap) < _LOW or self._heap[0][0] > self._complete_until

    async def _load(self) -> None:
        now = self._time.now()
        found = await self._around.outbox.due(self._account, self._receiver, now, _LOADED, self._known)
        if self._stopped:
            return
        for each in found:
            self._known.add(each.id)
            heapq.heappush(self._heap, (each.due or 0, each.id, each))
        last = found[-1].due or 0 if len(found) == _LOADED else _NEVER
        self._complete_until = min(last, self._missed)

    def _is_done(self) -> bool:
        if self._workers or self._unwritten or self._loading is not None:
            return False
        return self._stopped or (not self._heap and self._complete_until == _NEVER)

    def _hire(self) -> None:
        """Have as many workers as there are tries that may begin, up to the width."""
        while len(self._workers) < self._width and (first := self._take()) is not None:
            worker = self._loop.create_task(self._work(first))
            self._workers.add(worker)
            worker.add_done_callback(self._leave)

    def _leave(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        self._changed.set()

    def _take(self) -> tuple[Delivery, int] | None:
        """Take the next delivery that may be tried now, with the moment of its try."""
        until = min(self._complete_until, min(self._limits.values(), default=_NEVER))
        if not self._has_next(until):
            return None
        due, identity, delivery = heapq.heappop(self._heap)
        moment = self._time.moment_of(due)
        self._limits[identity] = self._limit(delivery, due, moment)
        return delivery, moment

    def _limit(self, delivery: Delivery, due: int, moment: int) -> int:
        """Tell up to when other tries may overlap one."""
        if moment != due:
            return _NEVER
        return due + _overlap(delivery.tries) if len(self._heap) > _CROWD else due

    def _has_next(self, until: int) -> bool:
        return bool(self._heap) and self._heap[0][0] <= until and self._unwritten < _MOST_UNWRITTEN

    # --- one try ----------------------------------------------------------------------------------------

    async def _work(self, first: tuple[Delivery, int]) -> None:
        """Try one delivery after the other while there are any: a task for each would cost a tenth more."""
        following: tuple[Delivery, int] | None = first
        while following is not None:
            async with self._around.slots:
                following = await self._work_with_slot(following)

    async def _work_with_slot(self, first: tuple[Delivery, int]) -> tuple[Delivery, int] | None:
        """Try one after the other as long as no other lane may need the slot; give the one that is next."""
        delivery, moment = first
        while True:
            try:
                await self._try(delivery, moment)
            finally:
                del self._limits[delivery.id]
            following = None if len(self._workers) > self._width else self._take()
            if len(self._workers) < self._width or self._should_load():
                self._changed.set()
            if following is None or self._around.slots.locked():
                return following
            delivery, moment = following

    async def _try(self, delivery: Delivery, moment: int) -> None:
        request = write_request(delivery)
        started = perf_counter_ns()
        try:
            answer = await self._around.courier.carry(delivery, request)
        except UnreachableError as error:
            self._fail_all(delivery, moment, write_unreachable(str(error)))
        except LostError as lost:
            outcome = Outcome(
                delivery.id, Attempt(delivery.tries, moment, write_withheld(lost.mark)), "lost", None
            )
            self._record(outcome)
        except HeldError as held:
            self._known.discard(delivery.id)
            self._learn_of(held.released)
        except DeliveryError as error:
            self._width = _NARROW if isinstance(error, SilentError) else WIDTH
            detail = write_failed(request.shown, str(error), _microseconds_since(started), error.mark)
            self._end(delivery, moment, detail, is_taken=False)
        except Exception as error:  # noqa: BLE001 - a defect in one delivery must not hold up the others
            _log.error("a webhook failed: %s", describe(error))
            detail = write_failed(b"", "the emulator failed; its log tells why", 0)
            self._end(delivery, moment, detail, is_taken=False)
        else:
            self._width = WIDTH
            detail = write_answered(request.shown, answer, _microseconds_since(started))
            self._end(delivery, moment, detail, is_taken=is_taken(answer.status))

    def _fail_all(self, delivery: Delivery, moment: int, detail: bytes) -> None:
        self._end(delivery, moment, detail, is_taken=False)
        limit = moment + _overlap(delivery.tries) if moment == delivery.due else _NEVER
        until = min(self._complete_until, limit)
        while self._has_next(until):
            due, _, each = heapq.heappop(self._heap)
            self._end(each, self._time.moment_of(due), detail, is_taken=False)

    def _end(self, delivery: Delivery, moment: int, detail: bytes, *, is_taken: bool) -> None:
        """Have a try written down, and see to the next one."""
        delay = None if is_taken else next_delay(delivery.event_id, delivery.tries)
        due = None if delay is None else moment + delay
        state: DeliveryState = "delivered" if is_taken else "given_up" if due is None else "waiting"
        outcome = Outcome(delivery.id, Attempt(delivery.tries, moment, detail), state, due)
        if due is not None and due <= self._time.now() and len(self._heap) < _MOST_KEPT and not self._stopped:
            again = delivery._replace(tries=delivery.tries + 1, due=due)
            heapq.heappush(self._heap, (due, delivery.id, again))
            self._unwritten += 1
            self._around.recorder.add(outcome, self._note_written)
        else:
            self._record(outcome)

    def _record(self, outcome: Outcome) -> None:
        """Have a try written down, and let the delivery go."""
        self._unwritten += 1
        self._around.recorder.add(outcome, partial(self._let_go, outcome.id, outcome.due))

    def _note_written(self, released: int | None) -> None:
        """Learn that a try was written down, and when the next event in its line is due by that."""
        self._unwritten -= 1
        self._learn_of(released)

    def _learn_of(self, released: int | None) -> None:
        if released is not None:
            self._complete_until = min(self._complete_until, released)
            self._missed = min(self._missed, released)
        self._changed.set()

    def _let_go(self, identity: int, due: int | None, released: int | None) -> None:
        self._known.discard(identity)
        if due is not None and due <= self._time.now():
            self._learn_of(due)
        elif due is not None:
            self._around.note(self._account, due)
        self._note_written(released)


def _overlap(tries: int) -> int:
    return min(least_delay(tries) or _OVERLAP_MS, _OVERLAP_MS)


def _microseconds_since(started: int) -> int:
    return (perf_counter_ns() - started) // 1000
