"""Judges each reply to a request of our own, and says in events what came of it."""

from typing import Final

from callr_sms_contract.oracle import INSPECTIONS, Exchange, Inspector
from callr_sms_contract.results import (
    CheckFinished,
    EventStream,
    ExchangeRecorded,
    Failure,
    FailureFound,
    RequestMade,
    failure_of,
)
from callr_sms_contract.wire import Reply, Request

ANSWERS: Final = "every_request_is_answered"
_SILENT: Final = "The server gave no answer"


class Recorder:
    """Holds exchanges to the contract, whoever made them."""

    def __init__(self, inspector: Inspector, events: EventStream) -> None:
        self._inspector, self._events = inspector, events

    def record(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge a reply; None when there was no answer, which is a failure."""
        request, answer, moments = reply
        self._events.emit(RequestMade(phase, operation))
        if answer is None:
            text = "the connection ended before an answer came, or none came in time"
            self._events.emit(CheckFinished(operation, ANSWERS, passed=False))
            self._events.emit(silence(operation, text, (request,)))
            return None
        exchange = self._inspector.exchange(request, answer, moments)
        self._events.emit(ExchangeRecorded(exchange))
        self.inspect(operation, exchange)
        return exchange

    def inspect(self, operation: str, exchange: Exchange) -> None:
        """Run our checks on an exchange."""
        for name, inspect in INSPECTIONS.items():
            complaints = list(inspect(self._inspector, exchange))
            self._events.emit(CheckFinished(operation, name, passed=not complaints))
            for complaint in complaints:
                steps = (*complaint.before, exchange.request)
                failure = failure_of(operation, name, complaint, steps, exchange)
                self._events.emit(FailureFound(complaint.key, failure))


def silence(operation: str, message: str, steps: tuple[Request, ...]) -> FailureFound:
    """The failure of a server that gave no answer."""
    return FailureFound("silent", Failure(operation, ANSWERS, _SILENT, message, steps, 0, ""))
