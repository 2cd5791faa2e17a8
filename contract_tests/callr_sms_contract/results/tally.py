"""What happened in a run: counts, failures and errors, without anybody's credentials."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callr_sms_contract.oracle import Complaint, Exchange, Standing
from callr_sms_contract.wire import Request


@dataclass
class Failure:
    """One way in which the server breaks the contract, with the smallest requests that show it."""

    operation: str
    check: str
    title: str
    message: str
    steps: tuple[Request, ...]
    status: int
    answer: str
    count: int = 1
    rule: str | None = None
    """The rule of the contract that is broken, when it is a rule that decides."""
    is_ours: bool = False
    """Whether it is one of our own checks, and not one of schemathesis."""
    results: tuple[str, ...] = ()
    """For each step the hash that its answer gave, or an empty string."""
    creations: Mapping[str, str] = field(default_factory=dict)
    """The `date_creation` of the SMS that the steps sent, by hash."""
    has_script: bool = True
    """Whether a script can show it: what a server pushes comes to no script."""

    @property
    def size(self) -> tuple[int, int]:
        """How much a person has to read to follow it."""
        return len(self.steps), sum(len(step.url) + len(step.body) for step in self.steps)


@dataclass
class Tally:
    """Counts of one run."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By operation and phase."""
    verdicts: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By what was expected, in words, and the status that came."""
    rules: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By operation, rule and how a request, or what an answer shows, stood to it."""
    checks: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """By operation, check and whether it passed."""
    links: Counter[str] = field(default_factory=Counter)
    """Links that were followed, by `from → to`."""
    failures: dict[tuple[str, str, str], Failure] = field(default_factory=dict)
    """By operation, check and cause."""
    errors: list[str] = field(default_factory=list)
    """What kept the suite itself from judging."""
    coverage: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and part of the contract, how often traffic reached it; 0 for what could have been."""
    spent: list[str] = field(default_factory=list)
    """What was paid for, in words."""
    notes: list[str] = field(default_factory=list)
    """What was not tried or not seen, in words."""
    observers: list[Callable[[Exchange], None]] = field(default_factory=list)
    """Called with every exchange."""

    def count_exchange(self, exchange: Exchange) -> None:
        """Count a verdict and the rules that its request touched."""
        for observe in self.observers:
            observe(exchange)
        self.verdicts[exchange.verdict.expected, exchange.answer.status] += 1
        operation = exchange.verdict.operation
        for name, standing in exchange.verdict.rules.items():
            self.count_rule(operation.label if operation else "", name, standing)
        for (sent_by, name, standing), count in exchange.findings.counts.items():
            own = operation.label if operation else ""
            is_own = not sent_by or (operation is not None and name in operation.rules)
            self.count_rule(own if is_own else sent_by, name, standing, count)

    def count_rule(self, operation: str, rule: str, standing: Standing, count: int = 1) -> None:
        """Count that a rule was touched at `operation`, by its label."""
        self.rules[operation, rule, standing.value] += count

    def count_check(self, operation: str, check: str, *, passed: bool) -> None:
        """Count a check of one answer of `operation`."""
        self.checks[operation, check, passed] += 1

    def add_failure(self, cause: str, failure: Failure) -> None:
        """Add a failure, or make a known one smaller."""
        key = (failure.operation, failure.check, cause)
        known = self.failures.get(key)
        if known is None:
            self.failures[key] = failure
            return
        known.count += 1
        if failure.size < known.size:
            failure.count = known.count
            self.failures[key] = failure

    def exercised(self, rule: str) -> dict[Standing, int]:
        """How often requests kept the rule, broke it, or left it open."""
        counts = dict.fromkeys(Standing, 0)
        for (_, name, standing), count in self.rules.items():
            if name == rule:
                counts[Standing(standing)] += count
        return counts

    def checked(self, check: str) -> dict[bool, int]:
        """How often a check passed and failed, over all operations."""
        counts = {True: 0, False: 0}
        for (_, name, passed), count in self.checks.items():
            if name == check:
                counts[passed] += count
        return counts


def failure_of(
    operation: str, check: str, complaint: Complaint, steps: tuple[Request, ...], exchange: Exchange
) -> Failure:
    """A failure of one of our own checks."""
    answer = exchange.answer
    body = answer.body.decode("utf-8", "replace")
    return Failure(
        operation,
        check,
        complaint.title,
        complaint.message,
        steps,
        answer.status,
        body,
        rule=complaint.rule,
        is_ours=True,
    )
