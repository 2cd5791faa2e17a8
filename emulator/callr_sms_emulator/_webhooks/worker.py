"""Delivers all that one account sends to one receiver: in order per SMS, many SMS at a time.

The methods of `Worker` that an attempt passes through, in this order::

    _start             takes the first delivery of the queue and has its request sent
    _note_result       called by the transport with the result
    _process_results   handles all results that came in together
    _judge             decides on one: accepted, failed, lost or held
    _retry, _end       decide what follows: another attempt, or the next event of the SMS
    _write             hands the result to the writer
    _note_written      called after the commit: what follows joins the queue
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callr_sms_emulator._http_client import ConnectError, HttpResponse, ResponseTimeoutError, TransportError
from callr_sms_emulator._log import log_error
from callr_sms_emulator._storage import AttemptResult
from callr_sms_emulator._webhooks.attempt import (
    encode_failure,
    encode_response,
    encode_unreachable,
    encode_withheld,
    is_accepted,
)
from callr_sms_emulator._webhooks.backoff import next_delay
from callr_sms_emulator._webhooks.delivery_queue import NEVER, DeliveryQueue, overlap
from callr_sms_emulator._webhooks.errors import HeldError, LostError
from callr_sms_emulator._webhooks.loader import QueueLoader
from callr_sms_emulator._webhooks.request import write_request
from callr_sms_emulator._webhooks.transport import FaultyResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._clock import VirtualClock
    from callr_sms_emulator._storage import DeliveryChain, DeliveryState, OutboxStore
    from callr_sms_emulator._webhooks.errors import FaultMark
    from callr_sms_emulator._webhooks.limiter import Limiter
    from callr_sms_emulator._webhooks.request import WebhookRequest
    from callr_sms_emulator._webhooks.result_writer import ResultWriter
    from callr_sms_emulator._webhooks.transport import Cancellable, Transport

_log = logging.getLogger(__name__)

WIDTH = 32
"""Requests to one receiver at a time."""

_NARROW = 2  # for a receiver that does not respond in time, so that it holds up no other
_MOST_KEPT = 20_000
_MOST_UNWRITTEN = 5_000
_INTERNAL_ERROR = "the emulator failed: see its log"


class WorkerContext(NamedTuple):
    """What all workers share. `schedule` is called with an account and when something of it is due.

    `on_attempt` is called with an account and each attempt of its deliveries, once it is written.
    """

    outbox: OutboxStore
    transport_for: Callable[[str], Transport]
    writer: ResultWriter
    limiter: Limiter
    schedule: Callable[[str, int], None]
    on_attempt: Callable[[str, AttemptResult], None]


class _PendingAttempt(msgspec.Struct):
    """An attempt under way for the first delivery of `chain`.

    `at` is its moment by the account's clock, `started` when it began by `time.perf_counter_ns`.
    """

    chain: DeliveryChain
    at: int
    request: WebhookRequest
    started: int


class Worker:
    """Delivers to one receiver what is due, the earliest first, and then what has become due by that.

    Where there is no connection, all that is due has failed with it: a connection belongs to no delivery.
    """

    def __init__(self, account: str, receiver: str, clock: VirtualClock, context: WorkerContext) -> None:
        self._account = account
        self._clock = clock
        self._context = context
        self._limiter = context.limiter
        self._loop = asyncio.get_running_loop()  # not each time: it is a system call before Python 3.12
        self._changed = asyncio.Event()
        self._queue = DeliveryQueue()
        self._loader = QueueLoader(context.outbox, self._queue, (account, receiver), self._changed.set)
        self._requests: dict[int, Cancellable] = {}  # under way, by delivery
        self._results: list[
            tuple[_PendingAttempt, HttpResponse | FaultyResult | Exception]
        ] = []  # to be processed
        self._handed_over = self._written = 0  # results: they are written in the order in which they came
        self._width = WIDTH
        self._is_accepting = True  # as far as the last result says
        self._stopped = False

    async def run(self) -> None:
        """Deliver until nothing is due and everything is written, or until it is stopped."""
        while True:
            self._changed.clear()
            self._loader.check()
            if self._loader.is_needed:
                # To a receiver that accepts nothing, later events of an SMS are read when it is their turn.
                self._loader.start(self._clock.now(), alone=not self._is_accepting)
            self._fill()
            is_busy = self._requests or self._handed_over > self._written or self._loader.is_loading
            if not is_busy and (self._stopped or (not self._queue and self._queue.is_complete)):
                return
            await self._changed.wait()

    @property
    def has_news(self) -> bool:
        """Whether something became due since the last look."""
        return self._changed.is_set() and not self._stopped

    def note_due(self, due: int) -> None:
        """Called when something in the outbox may have become due at `due`."""
        self._queue.note_due(due)
        self._changed.set()

    def stop(self) -> None:
        """Start no more attempts; `run` ends when those under way have ended."""
        self._stopped = True
        self._loader.stop()
        self._queue.clear()
        self._limiter.withdraw(self._use_slot)
        self._changed.set()

    def cancel(self) -> None:
        """End the attempts under way; what the receiver saw of them, it will see again."""
        self.stop()
        while self._requests:
            _, request = self._requests.popitem()
            request.cancel()
            self._limiter.release()

    # --- which attempts may start -----------------------------------------------------------------------

    def _fill(self) -> None:
        """Start as many attempts as may be under way."""
        while self._may_start() and self._limiter.acquire(self._use_slot):
            self._start()

    def _use_slot(self) -> bool:
        """Start an attempt with a slot that has become free; return whether there was one to start."""
        if not self._may_start():
            return False
        self._start()
        self._fill()
        return True

    def _may_start(self) -> bool:
        return (
            len(self._requests) < self._width
            and self._handed_over - self._written < _MOST_UNWRITTEN
            and not self._stopped
            and self._queue.has_next()
        )

    # --- the life of one attempt ------------------------------------------------------------------------

    def _start(self) -> None:
        """Take the first delivery of the queue and have its request sent."""
        chain = self._queue.pop()
        first = chain[0]
        due = first.due or 0
        at = self._clock.moment_of(due)
        self._queue.begin(chain, is_over=at != due)
        try:
            request = write_request(first)
            attempt = _PendingAttempt(chain, at, request, perf_counter_ns())
            transport = self._context.transport_for(self._account)
            sent = transport.send(first, request, partial(self._note_result, attempt))
        except Exception as error:  # noqa: BLE001 - a defect in one delivery must not hold up the others
            self._queue.end(first.id)
            self._fail(chain, at, error)
            self._limiter.release()
        else:
            self._requests[first.id] = sent

    def _note_result(self, attempt: _PendingAttempt, result: HttpResponse | FaultyResult | Exception) -> None:
        """Called with the result of an attempt; those that come in together are processed in one go.

        Between any two callbacks the event loop gives away the interpreter lock, and has to wake a thread for
        that: with one callback for each result, a day of webhooks took a sixth longer.
        """
        if not self._results:
            self._loop.call_soon(self._process_results)
        self._results.append((attempt, result))

    def _process_results(self) -> None:
        """Process the results that came in, then start the next attempts."""
        results, self._results = self._results, []
        for attempt, result in results:
            identity = attempt.chain[0].id
            if self._requests.pop(identity, None) is None:  # it was cancelled meanwhile
                continue
            self._queue.end(identity)
            try:
                self._judge(attempt, result)
            except Exception as error:  # noqa: BLE001 - as in _start
                self._fail(attempt.chain, attempt.at, error)
            self._limiter.release()
        self._fill()
        if len(self._requests) < self._width or self._loader.is_needed:
            self._changed.set()

    def _judge(self, attempt: _PendingAttempt, result: HttpResponse | FaultyResult | Exception) -> None:
        """Decide what a result means for its delivery."""
        fault: FaultMark | None = None
        if isinstance(result, FaultyResult):
            fault, result = result
        chain, at, head = attempt.chain, attempt.at, attempt.request.shown
        if isinstance(result, HttpResponse):
            self._width = WIDTH
            detail = encode_response(head, result, _microseconds_since(attempt.started), fault)
            if is_accepted(result.status):
                self._is_accepting = True
                self._end(chain, at, detail, "delivered")
            else:
                self._retry(chain, at, detail)
        elif isinstance(result, ConnectError):
            detail = encode_unreachable(str(result))
            self._retry(chain, at, detail)
            self._fail_due(chain[0].due, at, chain[0].tries, detail)
        elif isinstance(result, TransportError):
            self._width = _NARROW if isinstance(result, ResponseTimeoutError) else WIDTH
            duration = _microseconds_since(attempt.started)
            self._retry(chain, at, encode_failure(head, str(result), duration, fault))
        elif isinstance(result, LostError):
            self._end(chain, at, encode_withheld(result.fault), "lost")
        elif isinstance(result, HeldError):  # which the transport has written
            self._queue.forget(chain)
            if result.released is not None:
                self.note_due(result.released)
        else:
            self._fail(chain, at, result)

    def _fail(self, chain: DeliveryChain, at: int, error: Exception) -> None:
        """Count an error of the emulator itself as a failed attempt."""
        log_error(_log, "a webhook failed", error)
        self._retry(chain, at, encode_failure("", _INTERNAL_ERROR, 0))

    def _fail_due(self, due: int | None, at: int, tries: int, detail: bytes) -> None:
        """Let all that is due fail like an attempt that found no connection."""
        for each in self._queue.pop_with(at + overlap(tries) if at == due else NEVER):
            if self._handed_over - self._written >= _MOST_UNWRITTEN:
                self._queue.push(each)
                return
            self._retry(each, self._clock.moment_of(each[0].due or 0), detail)

    def _retry(self, chain: DeliveryChain, at: int, detail: bytes) -> None:
        """Plan the attempt after a failed one; after the last one, end the delivery."""
        self._is_accepting = False
        first = chain[0]
        delay = next_delay(first.event_id, first.tries)
        if delay is None:
            self._end(chain, at, detail, "given_up")
            return
        due = at + delay
        result = AttemptResult(first.id, first.tries, at, detail, "waiting", due)
        if due > self._clock.now() or not self._can_keep():
            self._write(result, left=chain, due=due)
            return
        if len(chain) > 1:  # of long chains few could be kept, and it may be long until they are due
            self._queue.forget(chain[1:])
        self._queue.push([first._replace(tries=first.tries + 1, due=due)])
        self._write(result, left=[])

    def _end(self, chain: DeliveryChain, at: int, detail: bytes, state: DeliveryState) -> None:
        """End a delivery with its last attempt; after that the next one of the chain is due."""
        first, rest = chain[0], chain[1:]
        if not rest:
            self._write(AttemptResult(first.id, first.tries, at, detail, state), left=chain)
            return
        due = max(at, rest[0].event_at)
        if rest[0].due != due:
            rest[0] = rest[0]._replace(due=due)
        self._queue.expect(self._handed_over + 1, due)
        result = AttemptResult(first.id, first.tries, at, detail, state, None, rest[0].id, due)
        if self._can_keep():
            self._write(result, left=chain[:1], following=rest)
        else:
            self._write(result, left=chain, due=due)

    def _can_keep(self) -> bool:
        return len(self._queue) < _MOST_KEPT and not self._stopped

    def _write(
        self,
        result: AttemptResult,
        *,
        left: DeliveryChain,
        due: int | None = None,
        following: DeliveryChain | None = None,
    ) -> None:
        """Have a result written; after that `following` joins the queue, and `left` is read when `due`."""
        self._handed_over += 1
        self._context.writer.add(result, partial(self._note_written, result, left, due, following))

    def _note_written(
        self,
        result: AttemptResult,
        left: DeliveryChain,
        due: int | None,
        following: DeliveryChain | None,
        released: int | None,
    ) -> None:
        """Called after the commit; `released` is when another delivery, not in this queue, is due by it."""
        self._context.on_attempt(self._account, result)
        self._queue.forget(left)
        if following is not None:
            if self._stopped:
                self._queue.forget(following)
            else:
                self._queue.push(following)
        elif due is not None:
            if due <= self._clock.now():
                self._queue.note_due(due)
            else:
                self._context.schedule(self._account, due)
        self._written += 1
        self._queue.note_written(self._written)
        if released is not None:
            self._queue.note_due(released)
        self._changed.set()


def _microseconds_since(started: int) -> int:
    return (perf_counter_ns() - started) // 1000
