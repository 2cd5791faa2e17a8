"""What happens in a run, as one stream of events: phases emit them, and collectors and progress listen.

Event
├── PhaseStarted, PhaseSkipped, PhaseFinished
├── BetweenRequests
├── RequestMade, ResponseMissed, RequestLimited, ExchangeRecorded, PushRecorded, LinkFollowed
├── CheckFinished, RuleJudged, FailureFound
└── ErrorOccurred, AccidentHappened, NoteTaken, MoneySpent
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from callr_sms_contract.contract import Operation
from callr_sms_contract.oracle import Exchange, RuleStatus, Violation
from callr_sms_contract.wire import Push, Request

_REJECTION = re.compile(r"(Wrong status: 4\d\d), expected (?!200$|200 or 404$)")
_NOT_SENT_AS_JSON = (
    "The response is not sent as JSON",
    "Missing Content-Type header",
    "Undocumented Content-Type",
)
"""The titles of our own check and of those of schemathesis."""
_JSON_TYPE = "answer_headers/content-type"


@dataclass
class Failure:
    """One way in which the server breaks the contract, with the smallest requests that show it."""

    operation: str
    check: str
    title: str
    message: str
    steps: tuple[Request, ...]
    status: int
    response: str
    count: int = 1
    rule: str | None = None
    """The rule of the contract that is broken, if it is one that decides."""
    is_ours: bool = False
    """Whether one of our own checks found it, not one of schemathesis."""
    results: tuple[str, ...] = ()
    """For each step the hash in its response, or an empty string."""
    creations: Mapping[str, str] = field(default_factory=dict)
    """The `date_creation` of the SMS that the steps sent, by hash."""
    has_script: bool = True
    """Whether a script can reproduce it: a script receives no webhooks."""

    @property
    def size(self) -> tuple[int, int]:
        """Return how much has to be read to follow it: the number of steps and their length."""
        return len(self.steps), sum(len(step.url) + len(step.body) for step in self.steps)


def group_of(check: str, cause: str, title: str) -> str:
    """Return what failures of one cause have in common, at any operation.

    A server that rejects requests with a wrong status does so for many reasons; a request that it should have
    rejected is a cause of its own.
    """
    rejection = _REJECTION.match(title)
    if rejection is not None:
        return f"{check}/{rejection[1]}"
    return _JSON_TYPE if title in _NOT_SENT_AS_JSON else f"{check}/{title}/{cause}"


def failure_of(
    operation: str, check: str, violation: Violation, steps: tuple[Request, ...], exchange: Exchange
) -> Failure:
    """Return the failure of one of our own checks."""
    response = exchange.response
    body = response.body.decode("utf-8", "replace")
    return Failure(
        operation,
        check,
        violation.title,
        violation.message,
        steps,
        response.status,
        body,
        rule=violation.rule,
        is_ours=True,
    )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run."""


@dataclass(frozen=True, slots=True)
class PhaseStarted(Event):
    """A phase begins."""

    phase: str


@dataclass(frozen=True, slots=True)
class PhaseSkipped(Event):
    """A phase is left out for a reason that reports name."""

    phase: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhaseFinished(Event):
    """A phase has made its requests."""

    phase: str


@dataclass(frozen=True, slots=True)
class BetweenRequests(Event):
    """No request is under way: what runs in the background may make its own."""


@dataclass(frozen=True, slots=True)
class RequestMade(Event):
    """A request was sent, or a push was received."""

    phase: str
    operation: str


@dataclass(frozen=True, slots=True)
class ResponseMissed(Event):
    """A request got no response: no connection, one that was closed, or none in time."""

    request: Request
    moment: float = 0.0
    """When that was known."""
    waited: float | None = None
    """For how many seconds the response was waited for; None when the connection failed before."""


@dataclass(frozen=True, slots=True)
class RequestLimited(Event):
    """A request was not judged, because the server only asked to wait: 429 or 503 with `Retry-After`."""

    request: Request


@dataclass(frozen=True, slots=True)
class ExchangeRecorded(Event):
    """A request was answered; the exchange holds the verdict and what the model says."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class PushRecorded(Event):
    """An event was pushed to our receiver; `document` is its body."""

    webhook: Operation
    push: Push
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LinkFollowed(Event):
    """A request was made of the response to another."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class CheckFinished(Event):
    """A check of one response or push."""

    operation: str
    check: str
    passed: bool
    request: Request | None = None
    """The request whose response was checked, if it is known."""


@dataclass(frozen=True, slots=True)
class RuleJudged(Event):
    """A rule of the contract was touched by a push."""

    operation: str
    rule: str
    status: RuleStatus


@dataclass(frozen=True, slots=True)
class FailureFound(Event):
    """The server breaks the contract; `cause` tells the failure from others of its check."""

    cause: str
    failure: Failure
    follows: str = ""
    """The group of the failure of the same response that explains this one; empty if none does."""


@dataclass(frozen=True, slots=True)
class ErrorOccurred(Event):
    """Something kept the suite itself from judging."""

    message: str


@dataclass(frozen=True, slots=True)
class AccidentHappened(Event):
    """A response came from a gateway, or none at all, although the server is right otherwise."""

    operation: str
    what: str
    is_judged: bool
    """Whether another request like it was made, so that its response was judged."""


@dataclass(frozen=True, slots=True)
class NoteTaken(Event):
    """Something was not tried or not seen."""

    note: str


@dataclass(frozen=True, slots=True)
class MoneySpent(Event):
    """Something was paid for."""

    line: str


Kind = TypeVar("Kind", bound=Event)


class EventStream:
    """The events of one run, in their order; each goes to the listeners of its type and of `Event`."""

    def __init__(self) -> None:
        self._listeners: defaultdict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)
        self._is_closed = False

    def subscribe(self, kind: type[Kind], listener: Callable[[Kind], None]) -> None:
        """Call `listener` with each event of the type `kind`; with every event for `Event` itself."""
        self._listeners[kind].append(listener)

    def unsubscribe(self, kind: type[Kind], listener: Callable[[Kind], None]) -> None:
        """Call `listener` no more with events of the type `kind`."""
        self._listeners[kind].remove(listener)

    def close(self) -> None:
        """Let nothing more happen: other threads may go on for a moment while a report is made."""
        self._is_closed = True

    def emit(self, event: Event) -> None:
        """Call the listeners, in the order in which they subscribed."""
        if self._is_closed:
            return
        for listener in self._listeners[type(event)]:
            listener(event)
        for listener in self._listeners[Event]:
            listener(event)
