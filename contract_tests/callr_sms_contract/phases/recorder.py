"""Judges the replies to our own requests, and emits the results as events."""

from collections.abc import Callable
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import INSPECTIONS, Exchange, Inspector, Violation
from callr_sms_contract.wire import Reply, Request, is_limited

ANSWERED: Final = "every_request_is_answered"
_SILENT: Final = "The server did not respond"


class Recorder:
    """Judges exchanges and emits the results."""

    def __init__(self, inspector: Inspector, emit: Callable[[events.Event], None]) -> None:
        self._inspector, self._emit = inspector, emit

    def record(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge a reply; return None for no response, which is a failure, or a request to wait."""
        request, response, timing = reply
        self._emit(events.RequestMade(phase, operation))
        if response is None:
            text = "the connection was closed before a response arrived, or none arrived in time"
            self._emit(events.ResponseMissed(request))
            self._emit(events.CheckFinished(operation, ANSWERED, passed=False, request=request))
            self._emit(silence(operation, text, (request,)))
            return None
        if is_limited(response):
            self._emit(events.RequestLimited(request))
            return None
        exchange = self._inspector.exchange(request, response, timing)
        self._emit(events.ExchangeRecorded(exchange))
        self.inspect(operation, exchange)
        return exchange

    def inspect(self, operation: str, exchange: Exchange) -> None:
        """Run our checks on an exchange."""
        for name, inspect in INSPECTIONS.items():
            violations = list(inspect(self._inspector, exchange))
            self._emit(events.CheckFinished(operation, name, passed=not violations, request=exchange.request))
            for violation in violations:
                self._emit(failure_found(operation, name, violation, exchange))


def failure_found(
    operation: str, check: str, violation: Violation, exchange: Exchange
) -> events.FailureFound:
    """Return the failure that one of our own checks found in an exchange."""
    steps = (*violation.before, exchange.request)
    failure = events.failure_of(operation, check, violation, steps, exchange)
    return events.FailureFound(violation.key, failure)


def silence(operation: str, message: str, steps: tuple[Request, ...]) -> events.FailureFound:
    """Return the failure of a server that did not respond."""
    return events.FailureFound("silent", Failure(operation, ANSWERED, _SILENT, message, steps, 0, ""))
