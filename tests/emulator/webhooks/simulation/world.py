"""The world of a simulation: its time, the receivers, the store, and what every event must obey."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._http_client import ConnectError, HttpResponse, ResponseTimeoutError, TransportError
from callr_sms_emulator._sms import STATUS_UPDATE, Event, NewSms
from callr_sms_emulator._storage.sqlite import outbox
from callr_sms_emulator._storage.sqlite.sms import insert_sms
from callr_sms_emulator._webhooks.backoff import TRIES, least_delay
from tests.emulator.webhooks.simulation.storage import Storage

if TYPE_CHECKING:
    import asyncio

    from callr_sms_emulator._storage import Delivery
    from callr_sms_emulator._webhooks import OnResult, WebhookRequest
    from tests.emulator.webhooks.simulation.process import Process

LOGIN = "login"
RECEIVERS = ("http://127.0.0.1:1", "http://127.0.0.1:2")
_GOOD = ("accepts", "is slow")
BEHAVIOURS = ("accepts", "fails", "is slow", "hangs", "resets", "refuses")
START_MS = 1_800_000_000_000
_LATENCY_S, _SLOW_S, _TIMEOUT_S = 0.002, 0.5, 1.0
_OUT_OF_CONTROL_S = 2.0  # after a process was frozen: so long may it take until it knows what it missed

_MOST_STEPS = 4_000

_EARLIER = """
SELECT d.state FROM delivery AS d JOIN event AS e ON e.id = d.event JOIN sms AS s ON s.id = d.sms
WHERE s.hash = ? AND d.hook = ? AND e.sequence < ?
"""
_CHECK = """
SELECT d.id, d.state, d.tries, count(a.number), count(DISTINCT a.number)
FROM delivery AS d LEFT JOIN attempt AS a ON a.delivery = d.id GROUP BY d.id
"""


class Chain(NamedTuple):
    """The events of one SMS for one subscriber."""

    sms_hash: str
    hook: str


@dataclass
class Sent:
    """A request under way, or one that has ended."""

    process: Process
    delivery: Delivery
    timer: asyncio.TimerHandle | None = None
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True
        if self.timer is not None:
            self.timer.cancel()
        self.process.open.pop(self.delivery.id, None)


@dataclass
class World:
    """Everything outside of the processes.

    Attributes:
        violations: What went wrong.
        seen: The numbers of the events of each chain, as a receiver got them the first time.
        accepted: The deliveries that a receiver accepted.
    """

    now: float = 0.0
    behaviours: list[str] = field(default_factory=lambda: ["accepts"] * len(RECEIVERS))
    processes: list[Process] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    seen: dict[Chain, list[int]] = field(default_factory=lambda: defaultdict(list))
    accepted: set[int] = field(default_factory=set)
    ids: dict[tuple[str, int], str] = field(default_factory=dict)
    last_failure: dict[int, tuple[int, int]] = field(default_factory=dict)  # by delivery: its try, and when
    jumped_ms: int = 0  # by which the clock of the machine is wrong
    busy: int = 0  # steps since time passed
    sms: list[int] = field(default_factory=list)  # of each SMS, how many events it has

    def __post_init__(self) -> None:
        self.storage = Storage(lambda: self.now)

    # --- what the account does --------------------------------------------------------------------------

    def add_events(self, number: int, count: int, at: int, hooks: tuple[str, ...]) -> None:
        """Write the next events of an SMS, as the emulator does; with the SMS, if there is none."""
        sqlite = self.storage.sqlite
        sms_hash = f"{number:08X}"
        if number == len(self.sms):
            webhook = json.dumps({"endpoint": f"{RECEIVERS[0]}/own"}).encode()
            self.storage.atomically(
                lambda: insert_sms(
                    NewSms(sms_hash, LOGIN, "OUT", at, None, b"{", b'"a":1}', None, webhook), sqlite
                )
            )
            self.sms.append(0)
        first = self.sms[number] + 1
        self.sms[number] += count
        events = [
            Event(f"00000000-0000-4000-8000-{number:06d}{each:06d}", each, at, b'"a":1}')
            for each in range(first, first + count)
        ]
        self.ids |= {(sms_hash, each.sequence): each.event_id for each in events}
        subscribers = [outbox.Subscriber(hook, RECEIVERS[hook != ""]) for hook in hooks]
        batch = outbox.EventBatch(number + 1, subscribers, events)
        self.storage.atomically(lambda: outbox.add_events(sqlite, LOGIN, STATUS_UPDATE, [batch]))

    def subscribe(self, hook: str) -> None:
        """Add a subscription to the second receiver."""
        target = json.dumps({"endpoint": f"{RECEIVERS[1]}/{hook}"})
        self.storage.sqlite.execute(
            "INSERT INTO subscription (hash, account, types, target, created) VALUES (?, ?, ?, ?, 0)",
            (hook, LOGIN, STATUS_UPDATE, target),
        )

    # --- time -------------------------------------------------------------------------------------------

    def step(self, choice: int) -> bool:
        """Let one process do one step, or time pass to the next one; return whether anything is to come."""
        running = [each for each in self.processes if each.is_running]
        ready = [each for each in running if each.loop.has_work()]
        if ready:
            process = ready[choice % len(ready)]
            process.loop.step()
            self.busy += 1
            if self.busy > _MOST_STEPS:
                self.violations.append(f"{_MOST_STEPS} steps were done without a pause")
            self.violations += process.loop.errors
            process.loop.errors.clear()
            return True
        timers = [at for each in running if (at := each.loop.next_timer()) is not None]
        self.now = min(timers, default=self.now)
        self.busy = 0
        return bool(timers)

    def pass_time(self, seconds: float) -> None:
        """Let the processes take turns for so long."""
        until = self.now + seconds
        turn = 0
        while self.now < until and not self.violations and self.step(turn):
            turn += 1
        self.now = max(self.now, until)

    # --- the receivers ----------------------------------------------------------------------------------

    def receive(self, sent: Sent, request: WebhookRequest, on_result: OnResult) -> None:
        """Let a receiver get a request, and answer as it behaves."""
        behaviour = self.behaviours[RECEIVERS.index(f"http://{request.endpoint.host_header}")]
        if behaviour != "refuses":
            self._judge(sent, request, accepts=behaviour in _GOOD)
        results: dict[str, tuple[float, HttpResponse | Exception]] = {
            "accepts": (_LATENCY_S, HttpResponse(200, b"", "")),
            "fails": (_LATENCY_S, HttpResponse(500, b"", "")),
            "is slow": (_SLOW_S, HttpResponse(200, b"", "")),
            "hangs": (_TIMEOUT_S, ResponseTimeoutError("there was no response in time")),
            "resets": (_LATENCY_S, TransportError("the connection was reset")),
            "refuses": (_LATENCY_S, ConnectError("the connection was refused")),
        }
        delay, result = results[behaviour]

        def end() -> None:
            sent.process.open.pop(sent.delivery.id, None)
            on_result(result)
            if behaviour in _GOOD:
                sent.process.loop.call_soon(know)

        def know() -> None:
            if not sent.is_cancelled:
                sent.process.accepted.add(_key(sent))

        sent.timer = sent.process.loop.call_later(delay, end)

    def _judge(self, sent: Sent, request: WebhookRequest, *, accepts: bool) -> None:
        delivery, process = sent.delivery, sent.process
        body = json.loads(request.data.partition(b"\r\n\r\n")[2])
        chain = Chain(delivery.sms_hash, delivery.hook_hash or "")
        seen, sequence = self.seen[chain], delivery.sequence
        if body["event_id"] != self.ids[delivery.sms_hash, sequence]:
            self.violations.append("an event came with another id")
        if sequence not in seen:
            if sequence != len(seen) + 1 and not self._were_given_up(chain, sequence):
                self.violations.append(f"event {sequence} of an SMS came after {seen}")
            seen.append(sequence)
        if not process.is_excused:
            self._judge_strictly(sent, body["try"], seen)
        if accepts:
            self.accepted.add(delivery.id)
        else:
            self.last_failure[delivery.id] = (body["try"], process.account.clock.moment_of(delivery.due or 0))

    def _judge_strictly(self, sent: Sent, tries: int, seen: list[int]) -> None:
        """Judge a request of a process that knows what it has missed."""
        delivery, process = sent.delivery, sent.process
        state, written = self.storage.sqlite.execute(
            "SELECT state, tries FROM delivery WHERE id = ?", (delivery.id,)
        ).fetchone()
        if state != b"waiting":
            self.violations.append(f"an event that is {state.decode()} was sent again")
        if _key(sent) in process.accepted:
            self.violations.append("an event was sent again after it was accepted")
        if tries < written:
            self.violations.append(f"attempt {tries} was made after {written} attempts were written")
        if delivery.sequence < seen[-1]:
            self.violations.append(f"event {delivery.sequence} of an SMS was sent again after {seen}")
        if not process.has_claim(f"http://{_host(delivery)}"):
            self.violations.append("an event was sent without a claim")
        before, at = self.last_failure.get(delivery.id, (tries, 0))
        shown = process.account.clock.now()
        if before == tries - 1 and shown < at + least_delay(before):
            self.violations.append(f"attempt {tries} came {shown - at} ms after the one before")

    def _were_given_up(self, chain: Chain, sequence: int) -> bool:
        """Return whether all earlier events of a chain that never came have ended."""
        rows = self.storage.sqlite.execute(_EARLIER, (chain.sms_hash, chain.hook, sequence))
        return all(state in {b"given_up", b"delivered"} for (state,) in rows)

    # --- checks -----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Note what is wrong with the store."""
        for identity, state, tries, attempts, numbers in self.storage.sqlite.execute(_CHECK):
            if attempts != numbers or tries != attempts:
                self.violations.append(
                    f"a delivery has {tries} tries, {attempts} attempts, {numbers} numbers"
                )
            if state == b"delivered" and identity not in self.accepted:
                self.violations.append("an event that no receiver accepted counts as delivered")
            if state == b"given_up" and attempts < TRIES:
                self.violations.append(f"an event was given up after {attempts} attempts")

    def waiting(self) -> int:
        """Return how many deliveries have not ended."""
        found: int = self.storage.sqlite.execute(
            "SELECT count(*) FROM delivery WHERE state = 'waiting'"
        ).fetchone()[0]
        return found


def _key(sent: Sent) -> tuple[int, int]:
    """Return a delivery, and the number of the process: a new one after its claims were lost."""
    exchange = sent.process.exchange
    return sent.delivery.id, exchange.process if exchange is not None else 0


def _host(delivery: Delivery) -> str:
    return str(json.loads(delivery.target or "{}")["endpoint"]).split("/")[2]
