"""What happened in a run: counts, failures and errors."""

from collections import Counter
from dataclasses import dataclass, field

from callr_sms_contract import events
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import Exchange, RuleStatus


@dataclass
class Tally:
    """Counts of one run."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By operation and phase."""
    verdicts: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By expected statuses, in words, and the status of the response."""
    rules: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By operation, rule, and whether a request or response kept it, broke it or left it open."""
    checks: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """By operation, check and whether it passed."""
    links: Counter[str] = field(default_factory=Counter)
    """Links that were followed, by `from → to`."""
    failures: dict[tuple[str, str, str], Failure] = field(default_factory=dict)
    """By operation, check and cause."""
    errors: list[str] = field(default_factory=list)
    """Errors that kept the suite from judging."""
    coverage: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and part of the contract: how often traffic reached it, 0 included."""
    spent: list[str] = field(default_factory=list)
    """What was paid for."""
    notes: list[str] = field(default_factory=list)
    """What was not tested or not seen."""
    cut_short: set[tuple[str, str]] = field(default_factory=set)
    """Operations and phases that made fewer requests than they were meant to."""

    def listen_to(self, stream: events.EventStream) -> None:
        """Count the events of `stream`."""
        stream.subscribe(events.RequestMade, self._count_request)
        stream.subscribe(events.ExchangeRecorded, lambda event: self._count_exchange(event.exchange))
        stream.subscribe(events.CheckFinished, self._count_check)
        stream.subscribe(
            events.RuleJudged, lambda event: self.count_rule(event.operation, event.rule, event.status)
        )
        stream.subscribe(events.LinkFollowed, self._count_link)
        stream.subscribe(events.FailureFound, lambda event: self._add_failure(event.cause, event.failure))
        stream.subscribe(events.ErrorOccurred, self._add_error)
        stream.subscribe(events.MoneySpent, lambda event: self.spent.append(event.line))
        stream.subscribe(events.NoteTaken, lambda event: self.notes.append(event.note))
        stream.subscribe(
            events.PhaseSkipped, lambda event: self.notes.append(f"{event.phase}: skipped, {event.reason}")
        )
        stream.subscribe(events.PhaseCutShort, self._add_cut)

    def _count_request(self, event: events.RequestMade) -> None:
        self.requests[event.operation, event.phase] += 1

    def _count_check(self, event: events.CheckFinished) -> None:
        self.checks[event.operation, event.check, event.passed] += 1

    def _count_link(self, event: events.LinkFollowed) -> None:
        self.links[f"{event.source} → {event.target}"] += 1

    def _add_cut(self, event: events.PhaseCutShort) -> None:
        self.cut_short.add((event.operation, event.phase))

    def _add_error(self, event: events.ErrorOccurred) -> None:
        if event.message not in self.errors:
            self.errors.append(event.message)

    def _count_exchange(self, exchange: Exchange) -> None:
        self.verdicts[exchange.verdict.expected, exchange.response.status] += 1
        operation = exchange.verdict.operation
        for name, status in exchange.verdict.rules.items():
            self.count_rule(operation.label if operation else "", name, status)
        for (sent_by, name, status), count in exchange.findings.counts.items():
            own = operation.label if operation else ""
            is_own = not sent_by or (operation is not None and name in operation.rules)
            self.count_rule(own if is_own else sent_by, name, status, count)

    def count_rule(self, operation: str, rule: str, status: RuleStatus, count: int = 1) -> None:
        """Count a rule at `operation`, which is named by its label."""
        self.rules[operation, rule, status.value] += count

    def _add_failure(self, cause: str, failure: Failure) -> None:
        """Add a failure, or replace a known one by a smaller one."""
        key = (failure.operation, failure.check, cause)
        known = self.failures.get(key)
        if known is None:
            self.failures[key] = failure
            return
        known.count += 1
        if failure.size < known.size:
            failure.count = known.count
            self.failures[key] = failure
