"""All that one account has to tell one receiver: in order per SMS, many SMS at a time."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from callr_sms_emulator._http_client import ConnectError, HttpResponse, ResponseTimeoutError, TransportError
from callr_sms_emulator._log import describe
from callr_sms_emulator._storage import Outcome, Search
from callr_sms_emulator._webhooks.attempt import (
    is_taken,
    write_answered,
    write_failed,
    write_unreachable,
    write_withheld,
)
from callr_sms_emulator._webhooks.backoff import next_delay
from callr_sms_emulator._webhooks.delivery_queue import LOADED, NEVER, DeliveryQueue, overlap
from callr_sms_emulator._webhooks.errors import HeldError, LostError
from callr_sms_emulator._webhooks.request import write_request
from callr_sms_emulator._webhooks.transport import FaultyResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._storage import DeliveryState, Line, OutboxStore
    from callr_sms_emulator._webhooks.errors import Mark
    from callr_sms_emulator._webhooks.limiter import Limiter
    from callr_sms_emulator._webhooks.request import Request
    from callr_sms_emulator._webhooks.result_writer import ResultWriter
    from callr_sms_emulator._webhooks.transport import Journey, Transport

_log = logging.getLogger(__name__)

WIDTH = 32
"""Requests to one receiver at a time."""

_NARROW = 2  # for a receiver that does not answer in time: others shall not wait for it
_MOST_KEPT = 20_000
_MOST_UNWRITTEN = 5_000


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
    transport_for: Callable[[str], Transport]
    recorder: ResultWriter
    slots: Limiter
    note: Callable[[str, int], None]


class Try(msgspec.Struct):
    """A try under way, of the first of a line: its moment in the account's time, and when it began (ns)."""

    line: Line
    moment: int
    request: Request
    began: int


class Worker:
    """Tells one receiver what is due, the earliest first, and then what has become due by that.

    Where there is no connection, all that is due has failed with it: a connection belongs to no delivery.
    """

    def __init__(self, account: str, receiver: str, time: Time, around: Surroundings) -> None:
        self._account = account
        self._receiver = receiver
        self._time = time
        self._around = around
        self._slots = around.slots
        self._queue = DeliveryQueue()
        self._loading: asyncio.Task[None] | None = None
        self._journeys: dict[int, Journey] = {}  # by delivery
        self._ended: list[tuple[Try, HttpResponse | FaultyResult | Exception]] = []  # and not seen to yet
        self._loop = asyncio.get_running_loop()  # not each time: it is a system call before Python 3.12
        self._recorded = self._written = 0  # outcomes: they are written down in the order of recording
        self._width = WIDTH
        self._is_taking = True
        self._stopped = False
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Deliver until nothing is due and everything is written down, or until it is stopped."""
        while True:
            self._changed.clear()
            self._see_to_loading()
            self._fill()
            if self._is_done():
                return
            await self._changed.wait()

    def look_again(self) -> None:
        """Learn that more may be due than there was."""
        self._note_due(-1)

    def stop(self) -> None:
        """Begin no more; `run` ends when what is under way has ended."""
        self._stopped = True
        self._queue.clear()
        self._slots.forget(self._use_slot)
        self._changed.set()

    def cancel(self) -> None:
        """End what is under way; whatever the receiver saw of it, it will see again."""
        self.stop()
        while self._journeys:
            _, journey = self._journeys.popitem()
            journey.cancel()
            self._slots.leave()

    def _is_done(self) -> bool:
        if self._journeys or self._recorded > self._written or self._loading is not None:
            return False
        return self._stopped or (not self._queue and self._queue.is_complete)

    # --- reading ----------------------------------------------------------------------------------------

    def _see_to_loading(self) -> None:
        if self._loading is not None and self._loading.done():
            loaded, self._loading = self._loading, None
            loaded.result()  # or its error
        if self._should_load():
            self._queue.note_loading()
            self._loading = self._loop.create_task(self._load())
            self._loading.add_done_callback(lambda _: self._changed.set())

    def _should_load(self) -> bool:
        return self._loading is None and not self._stopped and self._queue.should_load()

    async def _load(self) -> None:
        alone = not self._is_taking  # then what stands behind a delivery is read when its turn comes
        search = Search(self._account, self._receiver, self._time.now(), LOADED, alone)
        lines = await self._around.outbox.due(search, self._queue.known)
        if not self._stopped:
            self._queue.note_loaded(lines)

    # --- beginning --------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Begin as many tries as may be under way."""
        while self._may_begin() and self._slots.take(self._use_slot):
            self._begin()

    def _use_slot(self) -> bool:
        """Begin another try with a slot that has become free; tell whether there is one."""
        if not self._may_begin():
            return False
        self._begin()
        self._fill()
        return True

    def _may_begin(self) -> bool:
        return (
            len(self._journeys) < self._width
            and self._recorded - self._written < _MOST_UNWRITTEN
            and not self._stopped
            and self._queue.has_next()
        )

    def _begin(self) -> None:
        line = self._queue.pop()
        first = line[0]
        due = first.due or 0
        moment = self._time.moment_of(due)
        self._queue.begin(line, is_over=moment != due)
        try:
            request = write_request(first)
            tried = Try(line, moment, request, perf_counter_ns())
            transport = self._around.transport_for(self._account)
            journey = transport.carry(first, request, partial(self._note_end, tried))
        except Exception as error:  # noqa: BLE001 - a defect in one delivery must not hold up the others
            self._queue.end(first.id)
            self._fail(line, moment, error)
            self._slots.leave()
        else:
            self._journeys[first.id] = journey

    # --- ending -----------------------------------------------------------------------------------------

    def _note_end(self, tried: Try, end: HttpResponse | FaultyResult | Exception) -> None:
        """Learn of an end; all those that come in together are seen to in one go.

        Between any two callbacks the event loop gives away the interpreter lock, and has to wake a thread for
        that: with one callback for each end, a day of webhooks took a sixth longer.
        """
        if not self._ended:
            self._loop.call_soon(self._see_to_ended)
        self._ended.append((tried, end))

    def _see_to_ended(self) -> None:
        """See to what comes after each try that has ended, and to the next ones."""
        ended, self._ended = self._ended, []
        for tried, end in ended:
            identity = tried.line[0].id
            if self._journeys.pop(identity, None) is None:  # it was cancelled meanwhile
                continue
            self._queue.end(identity)
            try:
                self._see_to(tried, end)
            except Exception as error:  # noqa: BLE001 - as when it began
                self._fail(tried.line, tried.moment, error)
            self._slots.leave()
        self._fill()
        if len(self._journeys) < self._width or self._should_load():
            self._changed.set()

    def _see_to(self, tried: Try, end: HttpResponse | FaultyResult | Exception) -> None:
        fault: Mark | None = None
        if isinstance(end, FaultyResult):
            fault, end = end
        if isinstance(end, HttpResponse):
            self._width = WIDTH
            detail = write_answered(tried.request.shown, end, _microseconds_since(tried.began), fault)
            self._judge(tried.line, tried.moment, detail, is_taken=is_taken(end.status))
        else:
            self._see_to_error(tried, end, fault)

    def _see_to_error(self, tried: Try, error: Exception, fault: Mark | None) -> None:
        line, moment = tried.line, tried.moment
        if isinstance(error, ConnectError):
            self._fail_all(line, moment, write_unreachable(str(error)))
        elif isinstance(error, TransportError):
            self._width = _NARROW if isinstance(error, ResponseTimeoutError) else WIDTH
            took = _microseconds_since(tried.began)
            detail = write_failed(tried.request.shown, str(error), took, fault)
            self._judge(line, moment, detail, is_taken=False)
        elif isinstance(error, LostError):
            self._finish(line, moment, write_withheld(error.mark), "lost")
        elif isinstance(error, HeldError):
            self._queue.forget(line)
            if error.released is not None:
                self._note_due(error.released)
        else:
            self._fail(line, moment, error)

    def _fail(self, line: Line, moment: int, error: Exception) -> None:
        """Go on after an error of our own."""
        _log.error("a webhook failed: %s", describe(error))
        self._judge(
            line, moment, write_failed("", "the emulator failed; its log tells why", 0), is_taken=False
        )

    def _fail_all(self, line: Line, moment: int, detail: bytes) -> None:
        """Let all that is due fail with this one."""
        first = line[0]
        self._judge(line, moment, detail, is_taken=False)
        for each in self._queue.pop_with(moment + overlap(first.tries) if moment == first.due else NEVER):
            if self._recorded - self._written >= _MOST_UNWRITTEN:
                self._queue.push(each)
                return
            self._judge(each, self._time.moment_of(each[0].due or 0), detail, is_taken=False)

    def _judge(self, line: Line, moment: int, detail: bytes, *, is_taken: bool) -> None:
        first = line[0]
        self._is_taking = is_taken
        delay = None if is_taken else next_delay(first.event_id, first.tries)
        if delay is None:
            self._finish(line, moment, detail, "delivered" if is_taken else "given_up")
        else:
            self._put_off(line, moment, detail, moment + delay)

    def _put_off(self, line: Line, moment: int, detail: bytes, due: int) -> None:
        """Have a try written down that another one follows."""
        first = line[0]
        outcome = Outcome(first.id, first.tries, moment, detail, "waiting", due)
        if due <= self._time.now() and len(self._queue) < _MOST_KEPT and not self._stopped:
            if len(line) > 1:  # of long lines few could be kept, and it may be long until they are due
                self._queue.forget(line[1:])
            self._queue.push([first._replace(tries=first.tries + 1, due=due)])
            self._record(outcome, self._note_written)
        else:
            self._record(outcome, partial(self._let_go, line, due))

    def _finish(self, line: Line, moment: int, detail: bytes, state: DeliveryState) -> None:
        """Have the last try of a delivery written down; after that the next in line is due."""
        first, rest = line[0], line[1:]
        if not rest:
            outcome = Outcome(first.id, first.tries, moment, detail, state)
            self._record(outcome, partial(self._let_go, line, None))
            return
        due = max(moment, rest[0].event_at)
        if rest[0].due != due:
            rest[0] = rest[0]._replace(due=due)
        self._queue.expect(self._recorded + 1, due)
        outcome = Outcome(first.id, first.tries, moment, detail, state, None, rest[0].id, due)
        if len(self._queue) < _MOST_KEPT and not self._stopped:
            self._record(outcome, partial(self._go_on, first.id, rest))
        else:
            self._record(outcome, partial(self._let_go, line, due))

    # --- what is written down ---------------------------------------------------------------------------

    def _record(self, outcome: Outcome, on_written: Callable[[int | None], None]) -> None:
        self._recorded += 1
        self._around.recorder.add(outcome, on_written)

    def _go_on(self, ended: int, rest: Line, released: int | None) -> None:
        """Go on with a line whose first has ended."""
        self._queue.known.discard(ended)
        if self._stopped:
            self._queue.forget(rest)
        else:
            self._queue.push(rest)
        self._note_written(released)

    def _let_go(self, line: Line, due: int | None, released: int | None) -> None:
        """Leave a line to whoever reads the outbox when it is due."""
        self._queue.forget(line)
        if due is not None and due <= self._time.now():
            self._note_due(due)
        elif due is not None:
            self._around.note(self._account, due)
        self._note_written(released)

    def _note_written(self, released: int | None) -> None:
        """Learn that a try was written down, and when another one is due by that which we do not have."""
        self._written += 1
        self._queue.note_written(self._written)
        if released is not None:
            self._queue.note_due(released)
        self._changed.set()

    def _note_due(self, due: int) -> None:
        self._queue.note_due(due)
        self._changed.set()


def _microseconds_since(started: int) -> int:
    return (perf_counter_ns() - started) // 1000
