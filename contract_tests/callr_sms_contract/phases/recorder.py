"""Judges each reply to a request of our own, and says in events what came of it."""

from typing import Final

from callr_sms_contract import events
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import INSPECTIONS, Exchange, Inspector
from callr_sms_contract.wire import Reply, Request

ANSWERED: Final = "every_request_is_answered"
_SILENT: Final = "The server gave no answer"


class Recorder:
    """Holds exchanges to the contract, whoever made them."""

    def __init__(self, inspector: Inspector, stream: events.EventStream) -> None:
        self._inspector, self._emit = inspector, stream.emit

    def record(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge a reply; None when there was no answer, which is a failure."""
        request, response, timing = reply
        self._emit(events.RequestMade(phase, operation))
        if response is None:
            text = "the connection ended before an answer came, or none came in time"
            self._emit(events.CheckFinished(operation, ANSWERED, passed=False))
            self._emit(silence(operation, text, (request,)))
            return None
        exchange = self._inspector.exchange(request, response, timing)
        self._emit(events.ExchangeRecorded(exchange))
        self.inspect(operation, exchange)
        return exchange

    def inspect(self, operation: str, exchange: Exchange) -> None:
        """Run our checks on an exchange."""
        for name, inspect in INSPECTIONS.items():
            violations = list(inspect(self._inspector, exchange))
            self._emit(events.CheckFinished(operation, name, passed=not violations))
            for violation in violations:
                steps = (*violation.before, exchange.request)
                failure = events.failure_of(operation, name, violation, steps, exchange)
                self._emit(events.FailureFound(violation.key, failure))


def silence(operation: str, message: str, steps: tuple[Request, ...]) -> events.FailureFound:
    """The failure of a server that gave no answer."""
    return events.FailureFound("silent", Failure(operation, ANSWERED, _SILENT, message, steps, 0, ""))
