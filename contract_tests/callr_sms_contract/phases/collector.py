"""Turns the events of schemathesis into those of a run, and its requests and failures into ours."""

from typing import Final

import requests
from schemathesis.core.failures import Failure as EngineFailure
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response as EngineResponse
from schemathesis.engine import Status
from schemathesis.engine import events as engine
from schemathesis.engine.recorder import CheckNode, ScenarioRecorder

from callr_sms_contract import events
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import Exchange, Violation
from callr_sms_contract.phases.phase import RunContext
from callr_sms_contract.phases.recorder import failures_found, leading
from callr_sms_contract.settings import ENGINE_PHASES
from callr_sms_contract.wire import Request, Response, is_limited, is_stand_in, join_headers, timing_of

OUR_CHECK: Final = "held_to_the_contract"
_ERROR_LENGTH: Final = 300


class ContractFailure(EngineFailure):
    """A violation that one of our checks found, as a failure of schemathesis."""

    kind_title = "Contract broken"
    __slots__ = ("check", "complaint")

    def __init__(self, operation: str, check: str, violation: Violation) -> None:
        super().__init__(operation=operation, title=violation.title, message=violation.message)
        self.check = check
        self.violation = violation

    @property
    def _unique_key(self) -> str:
        return f"{self.check}/{self.violation.key}"


class Collector:
    """Translates the events of schemathesis in one run."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._emit = context, context.emit
        self._judged: set[str] = set()
        self._unjudged: set[str] = set()
        """Cases without a response, or to which the server only asked to wait: no check applies to them."""
        self._phase = ENGINE_PHASES[0]
        self.made = 0
        """How many requests got a response."""

    def inspect(self, case_id: str, operation: str, response: EngineResponse) -> None:
        """Judge the response to a case; raises FailureGroup with the violations that our checks find."""
        self.made += 1
        if _says_nothing(response):
            self._unjudged.add(case_id)
            if is_limited(response_of(response)):
                self._emit(events.RequestLimited(request_of(response.request)))
            return
        inspector = self._context.inspector
        exchange = self._exchange(case_id, response)
        found = [
            (name, violation) for name, violations in inspector.inspect(exchange) for violation in violations
        ]
        self._context.unreported[case_id] = [
            events.RequestMade(self._phase, operation),
            *failures_found(operation, found, exchange),
        ]
        if found:
            raise FailureGroup([ContractFailure(operation, name, violation) for name, violation in found])

    def _exchange(self, case_id: str, response: EngineResponse) -> Exchange:
        sent = response.request
        exchange = self._context.inspector.exchange(request_of(sent), response_of(response), timing_of(sent))
        self._judged.add(case_id)
        self._emit(events.ExchangeRecorded(exchange))
        return exchange

    def take(self, event: engine.EngineEvent) -> None:
        """Translate an event of schemathesis and emit it."""
        if isinstance(event, engine.ScenarioFinished):
            self._scenario(event)
        elif isinstance(event, engine.NonFatalError):
            self._error(f"{event.label}: {event.info.title}: {event.info.message}")
        elif isinstance(event, engine.FatalError):
            self._error(f"{type(event.exception).__name__}: {event.exception}")
        elif isinstance(event, engine.EngineFinished):
            for failure in event.failures:
                found = Failure(
                    str(failure.operation), failure.title, failure.title, failure.message, (), 0, ""
                )
                self._emit(events.FailureFound(failure.title, found))
        elif isinstance(event, (engine.PhaseStarted, engine.PhaseFinished)):
            name, is_start = event.phase.name.value, isinstance(event, engine.PhaseStarted)
            if name in ENGINE_PHASES and event.phase.is_enabled:
                self._phase = name
                self._emit(events.PhaseStarted(name) if is_start else events.PhaseFinished(name))

    def _error(self, text: str) -> None:
        self._emit(events.ErrorOccurred(" ".join(text.split())[:_ERROR_LENGTH]))

    def _scenario(self, event: engine.ScenarioFinished) -> None:
        recorder = event.recorder
        for case_id, interaction in recorder.interactions.items():
            del self._context.unreported.get(case_id, [])[:1]  # the request, which is reported here
            operation = recorder.cases[case_id].value.operation.label
            self._emit(events.RequestMade(event.phase.value, operation))
            if interaction.response is not None and _says_nothing(interaction.response):
                self._unjudged.add(case_id)
            elif case_id not in self._judged and interaction.response is not None:
                # A check of schemathesis made this request, and runs no checks on the response.
                self._context.recorder.inspect(operation, self._exchange(case_id, interaction.response))
        for case_id, nodes in recorder.checks.items():
            if case_id not in self._unjudged:
                self._checks(recorder, case_id, nodes)
            self._context.unreported.pop(case_id, None)
        for case in recorder.cases.values():
            if case.parent_id is not None and case.transition is not None and case.is_transition_applied:
                parent = recorder.cases[case.parent_id].value.operation.label
                self._emit(events.LinkFollowed(parent, case.value.operation.label))

    def _checks(self, recorder: ScenarioRecorder, case_id: str, nodes: list[CheckNode]) -> None:
        found = [node.failure_info.failure for node in nodes if node.failure_info is not None]
        first = leading([(each.check, each.violation) for each in found if isinstance(each, ContractFailure)])
        for node in nodes:
            self._check(recorder, case_id, node, first)

    def _check(self, recorder: ScenarioRecorder, case_id: str, node: CheckNode, first: str) -> None:
        operation = recorder.cases[case_id].value.operation.label
        if node.failure_info is None:
            for name in self._context.inspector.checks if node.name == OUR_CHECK else (node.name,):
                if node.status is Status.SUCCESS:
                    self._emit(events.CheckFinished(operation, name, passed=True))
            return
        failure = node.failure_info.failure
        name, cause = node.name, f"{failure.code}{failure.title}"
        if isinstance(failure, ContractFailure):
            name, cause = failure.check, failure.violation.key
        found = self._failure(recorder, case_id, name, failure)
        asked = found.steps[-1] if found.steps else None
        self._emit(events.CheckFinished(operation, name, passed=False, request=asked))
        group = events.group_of(name, cause, found.title)
        self._emit(events.FailureFound(cause, found, "" if group == first else first))

    def _failure(
        self, recorder: ScenarioRecorder, case_id: str, name: str, failure: EngineFailure
    ) -> Failure:
        own_id = failure.case_id or case_id
        response = recorder.find_response(case_id=own_id)
        if isinstance(failure, ContractFailure) and failure.violation.before and response is not None:
            steps = (*failure.violation.before, request_of(response.request))
        else:
            steps = _steps(recorder, own_id, failure.related_case_ids())
        status, body = (response.status_code, response.text_lossy()) if response else (0, "")
        is_ours = isinstance(failure, ContractFailure)
        rule = failure.violation.rule if isinstance(failure, ContractFailure) else None
        return Failure(
            str(failure.operation),
            name,
            failure.title,
            failure.message,
            steps,
            status,
            body,
            rule=rule,
            is_ours=is_ours,
        )


def _says_nothing(response: EngineResponse) -> bool:
    found = response_of(response)
    return is_limited(found) or is_stand_in(found.headers)


def request_of(sent: requests.PreparedRequest) -> Request:
    """Return the request `sent` in the form that our checks read."""
    body = sent.body or b""
    headers = {name.lower(): _as_text(value) for name, value in sent.headers.items()}
    return Request(
        str(sent.method), str(sent.url), headers, body.encode() if isinstance(body, str) else bytes(body)
    )


def response_of(response: EngineResponse) -> Response:
    """Return `response` in the form that our checks read."""
    headers = join_headers((name, value) for name, values in response.headers.items() for value in values)
    return Response(response.status_code, headers, response.content or b"")


def _as_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _steps(recorder: ScenarioRecorder, case_id: str, related: tuple[str, ...]) -> tuple[Request, ...]:
    chain = recorder.iter_chain_cases(case_id=case_id, related_case_ids=related)
    responses = [recorder.find_response(case_id=case.id) for case in chain]
    return tuple(request_of(response.request) for response in responses if response is not None)
