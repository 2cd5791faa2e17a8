"""The base class of phases, and the context that the phases of one run share."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Unpack
from urllib.parse import quote

from callr_sms_contract import events
from callr_sms_contract.contract import Contract
from callr_sms_contract.oracle import Account, Exchange, Inspector, Window
from callr_sms_contract.phases.accidents import Accidents
from callr_sms_contract.phases.emptied import EmptiedServer
from callr_sms_contract.phases.recorder import ANSWERED, Recorder
from callr_sms_contract.phases.refusals import Refusals
from callr_sms_contract.phases.server_check import (
    back_again,
    is_gone,
    patient_reads,
    problem_of,
    tls_problem,
)
from callr_sms_contract.phases.watch import Watch
from callr_sms_contract.results import Tally
from callr_sms_contract.settings import FOLLOW_UP_PHASE, PROBES_PHASE, Settings
from callr_sms_contract.time_budget import Schedule, TimeBudget
from callr_sms_contract.wire import Client, Options, Pairs, Reply, Request

DIRECTED: Final = "directed"
"""The name under which reports count the requests before and after those of schemathesis."""
MANY: Final = 2000
"""Windows with more SMS of others are listed as rarely as possible: a list of 100,000 takes seconds."""
_GRACE_SECONDS: Final = 2
"""How long waits may take when the time of the run is over, and no phase has more."""
_MISSES: Final = 2
"""After requests and so many reads without a response the server was away: a fault does not last so long."""


@dataclass
class RunContext:
    """One run: its settings, the model of the account, and the stream to which its phases emit events."""

    settings: Settings
    contract: Contract
    inspector: Inspector
    budget: TimeBudget
    is_live: bool = False
    takedown: ExitStack = field(default_factory=ExitStack)
    """Closed when the run ends, with what a phase opened for longer than itself."""
    stream: events.EventStream = field(default_factory=events.EventStream)
    tally: Tally = field(default_factory=Tally)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    unreported: dict[str, list[events.Event]] = field(default_factory=dict)
    """What is known of requests of schemathesis whose scenario has not ended, by case."""

    def __post_init__(self) -> None:
        self.tally.listen_to(self.stream)
        may_send = not (self.is_live or self.settings.recipients)
        self.accidents = Accidents(self.inspector, self.stream.emit, self._repeat, may_send=may_send)
        self.watch = Watch(self.accidents.emit, self._problem)
        self.recorder = Recorder(self.inspector, self.emit)
        self._emptied = EmptiedServer(self.settings, self.account, is_live=self.is_live)
        self._refusals = Refusals(self.settings, may_send=may_send)
        shares = self.settings.shares(len(self.contract.operations), is_live=self.is_live)
        self.schedule = Schedule(self.budget, shares)
        self.stream.subscribe(events.PhaseStarted, lambda event: self.schedule.begin(event.phase))
        self.stream.subscribe(events.PhaseFinished, lambda event: self.schedule.end(event.phase))
        self.stream.subscribe(events.RequestMade, self._count)

    def _count(self, event: events.RequestMade) -> None:
        current = self.schedule.current
        if event.phase == (DIRECTED if current in {PROBES_PHASE, FOLLOW_UP_PHASE} else current):
            self.schedule.count()

    @property
    def seconds_for_waits(self) -> float:
        """Return how long the run may wait when the server asks for it."""
        return max(0, self.budget.seconds + max(self.budget.extra, _GRACE_SECONDS) - self.budget.spent)

    def limit(self, status: int, seconds: float) -> None:
        """End the run, because the server asks to wait longer than it may take."""
        if not self.budget.cut():
            self.watch.stop(
                f"the server limits requests ({status}) and asks to wait {seconds:,.0f} seconds, but only "
                f"{self.seconds_for_waits:.0f} are left; expected a higher limit of the account, or the run "
                "to be slower with --rate or longer with --max-seconds"
            )
        else:
            self.watch.stop("")

    def _repeat(self, operation: str, request: Request) -> bool:
        if self.watch.is_stopped:
            return False
        with closing(self.new_client()) as client:
            self.recorder.record(DIRECTED, operation, client.repeat(request))
        return True

    def _problem(self, is_silent: bool) -> str | None:  # noqa: FBT001 - as the watch calls it
        found, misses = patient_reads(self.settings)
        reason = problem_of(self.settings, found)
        if reason is not None or not is_silent:
            return reason
        reason = self._lost()
        # A server that drops requests now and then may drop several in a row; that was found before.
        found_before = any(failure.check == ANSWERED for failure in self.tally.failures.values())
        drops = found_before or self.accidents.drops
        is_back = misses >= _MISSES and not drops
        return reason or (back_again(self.settings) if is_back else None)

    def _lost(self) -> str | None:
        unread = set(self.account.unread())
        # One that no read has shown may be lost by a fault, not by a restart.
        sent = [each for each in self.account.sent() if each not in unread]
        return is_gone(self.settings, tuple(dict.fromkeys((*sent[:1], *sent[-1:]))))

    def still_has_sms(self) -> bool:
        """Return whether the server still has the SMS of the run; else it was restarted, and the run ends."""
        reason = None if self.watch.is_stopped else self._lost()
        if reason is not None:
            self.watch.stop(reason)
        return not self.watch.is_stopped

    @property
    def account(self) -> Account:
        """Return the model of the account."""
        return self.inspector.account

    @property
    def is_over(self) -> bool:
        """Return whether the run ends now: at its first failure, or because no request can be judged."""
        return self.watch.is_stopped or (self.settings.fail_fast and bool(self.tally.failures))

    def emit(self, event: events.Event) -> None:
        """Send an event to all listeners, by way of the watch; what is excluded is not sent."""
        if isinstance(event, events.FailureFound):
            if not self.settings.excluded.isdisjoint({event.failure.check, event.failure.rule}):
                return
        elif isinstance(event, events.CheckFinished) and event.check in self.settings.excluded:
            return
        reason = None if self.watch.is_stopped else self._reason_to_stop(event)
        if reason is not None:
            self.watch.stop(reason)
        if not (self._emptied.explains(event) or self._refusals.explains(event)):
            self.watch.emit(event)

    def _reason_to_stop(self, event: events.Event) -> str | None:
        """Return in words why no request after `event` can be judged; None when they can."""
        # Connections that are open outlive the certificate: only a new one shows that it is not valid.
        if isinstance(event, events.ResponseMissed):
            return tls_problem(self.settings)
        return self._refusals.reason(event) or self._emptied.reason(event)

    def record(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge the reply to a request; return None when there was no response.

        Raises RunStopped when no request can be judged any more.
        """
        exchange = self.recorder.record(phase, operation, reply)
        self.watch.raise_if_stopped()
        return exchange

    def is_long(self, query: Mapping[str, Any]) -> bool:
        """Return whether the query of a list asks for so many SMS of others that it is to be made rarely."""
        words = [query.get(name) for name in ("type", "from", "to")]
        are_whole = all(isinstance(word, str) for word in words)
        return are_whole and self.account.has_others(MANY, Window(*map(str, words)))

    def new_client(self) -> Client:
        """Return a client with the credentials of the account."""
        return Client(self.settings.base_url, self.settings.login, self.settings.password)


def listed(exchange: Exchange | None) -> list[dict[str, Any]]:
    """Return the SMS in the response to a list; none without a right one."""
    found = exchange.data if exchange is not None else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


class PhaseOver(Exception):  # noqa: N818 - it is no error: what a phase has done is kept
    """No more requests are to be made in this phase."""


class Phase(ABC):
    """Requests of one kind. A run goes through its phases in order."""

    name: str
    counted_as: str
    """The name under which reports count its requests."""
    ends_in_time = True
    """Whether its requests end when its time is over."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._settings, self._account = context, context.settings, context.account
        self._client = context.new_client()

    def reason_to_skip(self) -> str | None:
        """Return why this phase is skipped, or None; an empty string is not reported."""
        return None

    def parts(self) -> tuple[str, ...]:
        """Return the names of the phases that share the time of a run."""
        return (self.name,)

    @abstractmethod
    def run(self) -> None:
        """Make the requests, until the run or the time of the phase is over."""

    def _ask(
        self,
        method: str,
        path: str,
        query: Pairs | str | None = None,
        label: str = "",
        **options: Unpack[Options],
    ) -> Exchange | None:
        """Send a request and judge the response; `label` names the operation if its path is a template.

        Raises PhaseOver when the run or the time of the phase is over.
        """
        self._end_in_time()
        reply = self._client.send(method, path, query, **options)
        return self._context.record(self.counted_as, label or f"{method} {path}", reply)

    def _end_in_time(self) -> None:
        """Raise PhaseOver when the run or the time of the phase is over."""
        if self.ends_in_time and (self._context.is_over or self._context.schedule.cut()):
            raise PhaseOver

    def _read(self, wanted: str, query: Pairs | None = None) -> Exchange | None:
        """Read the SMS `wanted`."""
        return self._ask("GET", f"/sms/{quote(wanted, safe='')}", query, "GET /sms/{hash}")

    def _list_all(self, direction: str, start: str, end: str) -> Exchange | None:
        """List a window that may have any number of SMS: what others have sent costs the run no time."""
        began = time.monotonic()
        found = self._ask("GET", "/sms", [("type", direction), ("from", start), ("to", end)])
        is_long = self._context.is_long({"type": direction, "from": start, "to": end})
        if is_long and self._settings.max_seconds is None:
            self._context.schedule.extend(time.monotonic() - began)
        return found

    def finish(self) -> None:  # noqa: B027 - most phases have nothing left to do
        """Called when all phases have run, unless this one was skipped."""
