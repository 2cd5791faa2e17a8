"""What a run knows of one SMS, to compare with each further read or list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from callr_sms_contract.oracle.request_rules import KEPT, RuleResult, broken
from callr_sms_contract.oracle.send_rules import SentMessage
from callr_sms_contract.oracle.sms import FIXED, MOVING, Change, Sms
from callr_sms_contract.wire import Request, Timing


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that created an SMS, and the label of its operation."""

    label: str
    request: Request


@dataclass(slots=True)
class KnownSms:
    """One SMS: how it was sent, if that is known, and how it was shown so far.

    Requests may overlap: only one that ended before another began can contradict it.
    """

    hash: str
    sending: SentMessage | None = None
    origin: Origin | None = None
    sent: Timing | None = None
    found: float = float("inf")
    """When it had been seen for the first time."""
    creation: str | None = None
    direction: str | None = None
    longest: tuple[Change, ...] = ()
    shown: dict[str, Sms] = field(default_factory=dict)
    """The SMS as each operation showed it last."""
    _ended: dict[int, float] = field(default_factory=dict)
    """By length of the history: when the first request that showed it ended."""
    _began: dict[int, float] = field(default_factory=dict)
    """By length of the history: when the last request that showed it began."""

    @property
    def there_since(self) -> float:
        """Return since when every request must find it."""
        return min(self.found, self.sent.received if self.sent else float("inf"))

    @property
    def last_shown(self) -> float:
        """Return when the last request that showed it began."""
        return max(self._began.values(), default=float("-inf"))

    def compare(self, sms: Sms, operation: str) -> Iterator[tuple[str, RuleResult]]:
        """Compare the SMS that `operation` shows with those shown before."""
        for other, before in self.shown.items():
            rule = "members-fixed" if other == operation else "list-equals-read"
            yield rule, _same(before.raw, sms)

    def history_grows(self, sms: Sms, timing: Timing) -> RuleResult | None:
        """Check the rule of that name."""
        history = sms.history
        if history is None:
            return None
        shorter, longer = sorted((history, self.longest), key=len)
        if longer[: len(shorter)] != shorter:
            return broken("the history does not continue the one that was shown before")
        length = len(history)
        if any(size > length and ended <= timing.sent for size, ended in self._ended.items()):
            return broken(f"the history has {length} changes, fewer than shown before")
        if any(size < length and began >= timing.received for size, began in self._began.items()):
            return broken(f"the history has {length} changes, more than shown afterwards")
        self.longest = longer
        return KEPT if self.shown else None

    def note(self, sms: Sms, operation: str, timing: Timing) -> None:
        """Remember the SMS that `operation` shows."""
        self.shown[operation] = sms
        self.found = min(self.found, timing.received)
        self.direction = self.direction or sms.word("type")
        length = len(sms.history or ())
        self._ended[length] = min(self._ended.get(length, timing.received), timing.received)
        self._began[length] = max(self._began.get(length, timing.sent), timing.sent)


def _same(one: Mapping[str, Any], sms: Sms) -> RuleResult:
    has_same_history = one.get("status_history") == sms.raw.get("status_history")
    names = (*FIXED, *MOVING) if has_same_history else FIXED
    for name in names:
        if name in one and name in sms.raw and one[name] != sms.raw[name]:
            return broken(f"{name} is not what it was before")
    return KEPT
