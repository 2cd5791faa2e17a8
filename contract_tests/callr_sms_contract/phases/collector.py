"""Turns the events of schemathesis into a tally."""

from collections.abc import Iterable
from typing import Final

import requests
from schemathesis.core.failures import Failure as EngineFailure
from schemathesis.engine import Status, events
from schemathesis.engine.errors import ServerUnavailable
from schemathesis.engine.recorder import CheckNode, Interaction, ScenarioRecorder

from callr_sms_contract.oracle import INSPECTIONS, Exchange, Inspector
from callr_sms_contract.phases.engine import OUR_CHECK, ContractFailure, exchange_of, request_of
from callr_sms_contract.results import Failure, Tally, failure_of
from callr_sms_contract.wire import Reply, Request

ANSWERS: Final = "every_request_is_answered"
_SILENT: Final = "The server gave no answer"
_ERROR_LENGTH: Final = 300


class Collector:
    """Listens to one run."""

    def __init__(self, inspector: Inspector) -> None:
        self.tally = Tally()
        self._inspector = inspector
        self._judged: set[str] = set()
        self._cut_short: set[tuple[str, str]] = set()

    @property
    def cut_short(self) -> list[str]:
        """What schemathesis tried less of than it meant to: at a silence it ends a phase of an operation."""
        return [
            f"{label}: {phase} ended at a request that got no answer, and was not tried further"
            for label, phase in sorted(self._cut_short)
        ]

    def seen(self, case_id: str, exchange: Exchange) -> None:
        """A case was sent and answered."""
        self._judged.add(case_id)
        self.tally.count_exchange(exchange)

    def listen(self, stream: Iterable[events.EngineEvent]) -> Iterable[events.EngineEvent]:
        """Take in every event of `stream` and pass it on."""
        for event in stream:
            if isinstance(event, events.ScenarioFinished):
                self._scenario(event)
            elif isinstance(event, events.NonFatalError):
                self._non_fatal(event)
            elif isinstance(event, events.FatalError):
                self._error(f"{type(event.exception).__name__}: {event.exception}")
            elif isinstance(event, events.EngineFinished):
                self._after_run(event.failures)
            yield event

    def _non_fatal(self, event: events.NonFatalError) -> None:
        error = event.value
        if isinstance(error, (requests.RequestException, ServerUnavailable)):
            sent = getattr(error, "request", None)
            steps = (request_of(sent),) if isinstance(sent, requests.PreparedRequest) else ()
            text = " ".join(event.info.message.split())
            phase = event.phase.value if event.phase else "a phase"
            self._cut_short.add((event.label, phase))
            self.tally.add_failure("silent", Failure(event.label, ANSWERS, _SILENT, text, steps, 0, ""))
        else:
            self._error(f"{event.label}: {event.info.title}: {event.info.message}")

    def _error(self, text: str) -> None:
        line = " ".join(text.split())[:_ERROR_LENGTH]
        if line not in self.tally.errors:
            self.tally.errors.append(line)

    def _after_run(self, failures: list[EngineFailure]) -> None:
        for failure in failures:
            found = Failure(str(failure.operation), failure.title, failure.title, failure.message, (), 0, "")
            self.tally.add_failure(failure.title, found)

    def _scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        for case_id, interaction in recorder.interactions.items():
            operation = recorder.cases[case_id].value.operation.label
            self.tally.requests[operation, event.phase.value] += 1
            if case_id not in self._judged and interaction.response is not None:
                self._probe(recorder, case_id, interaction)
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                self._check(recorder, case_id, node)
        self._links(recorder)

    def _probe(self, recorder: ScenarioRecorder, case_id: str, interaction: Interaction) -> None:
        """Judge a request that a check of schemathesis sent by itself: it runs no checks on the answer."""
        response = interaction.response
        if response is None:
            return
        exchange = exchange_of(self._inspector, response)
        self.seen(case_id, exchange)
        self._inspect(recorder.cases[case_id].value.operation.label, exchange)

    def own(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge a request of our own; None when it got no answer, which is a failure."""
        request, answer, moments = reply
        self.tally.requests[operation, phase] += 1
        if answer is None:
            text = "the connection ended before an answer came, or none came in time"
            self.tally.count_check(operation, ANSWERS, passed=False)
            self.tally.add_failure("silent", Failure(operation, ANSWERS, _SILENT, text, (request,), 0, ""))
            return None
        exchange = self._inspector.exchange(request, answer, moments)
        self.tally.count_exchange(exchange)
        self._inspect(operation, exchange)
        return exchange

    def _inspect(self, operation: str, exchange: Exchange) -> None:
        for name, inspect in INSPECTIONS.items():
            complaints = list(inspect(self._inspector, exchange))
            self.tally.count_check(operation, name, passed=not complaints)
            for complaint in complaints:
                failure = failure_of(
                    operation, name, complaint, (*complaint.before, exchange.request), exchange
                )
                self.tally.add_failure(complaint.key, failure)

    def _check(self, recorder: ScenarioRecorder, case_id: str, node: CheckNode) -> None:
        operation = recorder.cases[case_id].value.operation.label
        if node.failure_info is None:
            for name in INSPECTIONS if node.name == OUR_CHECK else (node.name,):
                if node.status is Status.SUCCESS:
                    self.tally.count_check(operation, name, passed=True)
            return
        failure = node.failure_info.failure
        name = failure.check if isinstance(failure, ContractFailure) else node.name
        self.tally.count_check(operation, name, passed=False)
        self.tally.add_failure(_cause(failure), self._failure(recorder, case_id, name, failure))

    def _failure(
        self, recorder: ScenarioRecorder, case_id: str, name: str, failure: EngineFailure
    ) -> Failure:
        own_id = failure.case_id or case_id
        response = recorder.find_response(case_id=own_id)
        if isinstance(failure, ContractFailure) and failure.complaint.before and response is not None:
            steps = (*failure.complaint.before, request_of(response.request))
        else:
            steps = _steps(recorder, own_id, failure.related_case_ids())
        status, body = (response.status_code, response.text_lossy()) if response else (0, "")
        is_ours = isinstance(failure, ContractFailure)
        rule = failure.complaint.rule if isinstance(failure, ContractFailure) else None
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

    def _links(self, recorder: ScenarioRecorder) -> None:
        for node in recorder.cases.values():
            if node.parent_id is not None and node.transition is not None and node.is_transition_applied:
                parent = recorder.cases[node.parent_id].value.operation.label
                self.tally.links[f"{parent} → {node.value.operation.label}"] += 1


def _cause(failure: EngineFailure) -> str:
    return failure.complaint.key if isinstance(failure, ContractFailure) else f"{failure.code}{failure.title}"


def _steps(recorder: ScenarioRecorder, case_id: str, related: tuple[str, ...]) -> tuple[Request, ...]:
    chain = recorder.iter_chain_cases(case_id=case_id, related_case_ids=related)
    responses = [recorder.find_response(case_id=case.id) for case in chain]
    return tuple(request_of(response.request) for response in responses if response is not None)
