"""Judges the replies to our own requests, and emits the results as events."""

from collections.abc import Callable
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import Exchange, Inspector, Violation
from callr_sms_contract.wire import Reply, Request, is_limited, waited_for

STRAY: Final = "other paths and methods"
"""The name under which reports count requests that belong to no operation."""
ANSWERED: Final = "every_request_is_answered"
_ORDER: Final = (
    "verdict_on_the_wire",
    "answer_envelope",
    "answer_schema_with_formats",
    "answer_headers",
    "hash_asked_for",
    "account_model",
)
"""Our checks: what an earlier one finds in a response explains what a later one finds in it."""
_SILENT: Final = "The server did not respond"
_NONE_CAME: Final = "the connection was closed before a response arrived, or none arrived in time"
UNREADABLE: Final = "a response came whose body is not coded as its Content-Encoding says"


class Recorder:
    """Judges exchanges and emits the results."""

    def __init__(self, inspector: Inspector, emit: Callable[[events.Event], None]) -> None:
        self._inspector, self._emit = inspector, emit

    def record(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge a reply; return None for no response, which is a failure, or a request to wait.

        What belongs to no operation is counted together, whatever its path.
        """
        request, response, timing = reply
        operation = operation if operation in self._inspector.labels else STRAY
        self._emit(events.RequestMade(phase, operation))
        if response is None:
            self.miss(operation, request, timing.received, waited_for(timing))
            return None
        if is_limited(response):
            self._emit(events.RequestLimited(request))
            return None
        exchange = self._inspector.exchange(request, response, timing)
        self._emit(events.ExchangeRecorded(exchange))
        self.inspect(operation, exchange)
        return exchange

    def miss(
        self, operation: str, request: Request, moment: float, waited: float | None, text: str = _NONE_CAME
    ) -> None:
        """Record that a request got no response by that moment, and how long it was waited for, if it was."""
        self._emit(events.ResponseMissed(request, moment, waited))
        self._emit(events.CheckFinished(operation, ANSWERED, passed=False, request=request))
        self._emit(silence(operation, text, (request,)))

    def inspect(self, operation: str, exchange: Exchange) -> None:
        """Run our checks on an exchange."""
        found = []
        for name, violations in self._inspector.inspect(exchange):
            self._emit(events.CheckFinished(operation, name, passed=not violations, request=exchange.request))
            found += [(name, violation) for violation in violations]
        for event in failures_found(operation, found, exchange):
            self._emit(event)


def failures_found(
    operation: str, found: list[tuple[str, Violation]], exchange: Exchange
) -> list[events.FailureFound]:
    """Return the failures that our own checks found in an exchange; the first one explains the others."""
    first = leading(found)
    failures = []
    for check, violation in found:
        steps = (*violation.before, exchange.request)
        failure = events.failure_of(operation, check, violation, steps, exchange)
        group = events.group_of(check, violation.key, violation.title)
        failures.append(events.FailureFound(violation.key, failure, "" if group == first else first))
    return failures


def leading(found: list[tuple[str, Violation]]) -> str:
    """Return the group of the violation that explains the others of its response; empty without any."""
    check, violation = min(found, key=lambda each: _ORDER.index(each[0]), default=("", None))
    return events.group_of(check, violation.key, violation.title) if violation is not None else ""


def silence(operation: str, message: str, steps: tuple[Request, ...]) -> events.FailureFound:
    """Return the failure of a server that did not respond."""
    return events.FailureFound("silent", Failure(operation, ANSWERED, _SILENT, message, steps, 0, ""))
