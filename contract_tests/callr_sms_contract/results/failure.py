"""One way in which a server breaks the contract, with the requests that show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from callr_sms_contract.oracle import Complaint, Exchange
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
