"""What happened in a run: counts, failures and errors."""

import math
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
    seconds: Counter[str] = field(default_factory=Counter)
    """By operation: how long its requests took."""
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
    follows: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """By the same key: the group that explains each failure; empty if it was ever found without another."""
    errors: list[str] = field(default_factory=list)
    """Errors that kept the suite from judging."""
    coverage: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and part of the contract: how often traffic reached it, 0 included."""
    spent: list[str] = field(default_factory=list)
    """What was paid for."""
    notes: list[str] = field(default_factory=list)
    """What was not tested or not seen."""
    limited: int = 0
    """Requests that were not judged, because the server only asked to wait."""
    accidents: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """By operation, what happened, and whether the request was made again."""

    @property
    def causes(self) -> int:
        """Return how many causes the failures have, as far as it is known."""
        return len(
            {
                events.group_of(check, cause, failure.title)
                for (operation, check, cause), failure in list(self.failures.items())
                if not self.follows.get((operation, check, cause))
            }
        )

    @property
    def unjudged_accidents(self) -> list[str]:
        """Return in words what was not judged because of accidents."""
        count = sum(count for (_, _, is_judged), count in self.accidents.items() if not is_judged)
        return [f"accidents: {count:,} requests were not judged, and none like them followed"] * (count > 0)

    def listen_to(self, stream: events.EventStream) -> None:
        """Count the events of `stream`."""
        stream.subscribe(events.Event, self._count)

    def _count(self, event: events.Event) -> None:  # noqa: C901 - a case for each kind of event
        match event:
            case events.CheckFinished():
                self.checks[event.operation, event.check, event.passed] += 1
            case events.RequestMade():
                self.requests[event.operation, event.phase] += 1
            case events.ExchangeRecorded():
                self._count_exchange(event.exchange)
            case events.RuleJudged():
                self.count_rule(event.operation, event.rule, event.status)
            case events.LinkFollowed():
                self.links[f"{event.source} → {event.target}"] += 1
            case events.FailureFound():
                self._add_failure(event.cause, event.failure, event.follows)
            case events.ErrorOccurred() if event.message not in self.errors:
                self.errors.append(event.message)
            case events.MoneySpent():
                self.spent.append(event.line)
            case events.NoteTaken():
                self.notes.append(event.note)
            case events.PhaseSkipped():
                self.notes.append(f"{event.phase}: skipped, {event.reason}")
            case events.RequestLimited():
                self.limited += 1
            case events.AccidentHappened():
                self.accidents[event.operation, event.what, event.is_judged] += 1

    def _count_exchange(self, exchange: Exchange) -> None:
        self.verdicts[exchange.verdict.expected, exchange.response.status] += 1
        operation = exchange.verdict.operation
        if operation is not None and math.isfinite(exchange.timing.sent):
            # A counter adds up floats as well.
            self.seconds[operation.label] += exchange.timing.took  # type: ignore[assignment]
        for name, status in exchange.verdict.rules.items():
            self.count_rule(operation.label if operation else "", name, status)
        for (sent_by, name, status), count in exchange.findings.counts.items():
            own = operation.label if operation else ""
            is_own = not sent_by or (operation is not None and name in operation.rules)
            self.count_rule(own if is_own else sent_by, name, status, count)

    def count_rule(self, operation: str, rule: str, status: RuleStatus, count: int = 1) -> None:
        """Count a rule at `operation`, which is named by its label."""
        self.rules[operation, rule, status.value] += count

    def _add_failure(self, cause: str, failure: Failure, follows: str) -> None:
        """Add a failure, or replace a known one by a smaller one."""
        key = (failure.operation, failure.check, cause)
        self.follows[key] = follows and self.follows.get(key, follows)
        known = self.failures.get(key)
        if known is None:
            self.failures[key] = failure
            return
        known.count += 1
        if failure.size < known.size:
            failure.count = known.count
            self.failures[key] = failure
