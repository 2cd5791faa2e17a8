"""What a run knows of one SMS, and whether another look at it agrees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from callr_sms_contract.oracle.request_rules import KEPT, RuleResult, broken
from callr_sms_contract.oracle.send_rules import SentMessage
from callr_sms_contract.oracle.sms import FIXED, MOVING, Change, Sms
from callr_sms_contract.wire import Request, Timing


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that an SMS comes from, and the label of its operation."""

    label: str
    request: Request


@dataclass(slots=True)
class KnownSms:
    """One SMS: how it was sent, when that is known, and how it was shown so far.

    Looks may come in any order and overlap: only one that ended before another began can accuse it.
    """

    hash: str
    sending: SentMessage | None = None
    origin: Origin | None = None
    sent: Timing | None = None
    found: float = float("inf")
    """The first moment at which somebody had seen it."""
    creation: str | None = None
    direction: str | None = None
    longest: tuple[Change, ...] = ()
    shown: dict[str, Sms] = field(default_factory=dict)
    """The last look by each operation."""
    _ended: dict[int, float] = field(default_factory=dict)
    """By length of the history, when the first look that showed it had ended."""
    _began: dict[int, float] = field(default_factory=dict)
    """By length of the history, when the last look that showed it began."""

    @property
    def there_since(self) -> float:
        """The moment from which on everybody must see it."""
        return min(self.found, self.sent.received if self.sent else float("inf"))

    def compare(self, sms: Sms, operation: str) -> Iterator[tuple[str, RuleResult]]:
        """Hold a look by `operation` to the former ones."""
        for other, before in self.shown.items():
            rule = "members-fixed" if other == operation else "list-equals-read"
            yield rule, _same(before.raw, sms)

    def history_grows(self, sms: Sms, timing: Timing) -> RuleResult | None:
        """The rule of that name."""
        history = sms.history
        if history is None:
            return None
        shorter, longer = sorted((history, self.longest), key=len)
        if longer[: len(shorter)] != shorter:
            return broken("the history is not the one that was shown before, with more at its end")
        length = len(history)
        if any(size > length and ended <= timing.sent for size, ended in self._ended.items()):
            return broken(f"the history has {length} changes, fewer than shown before")
        if any(size < length and began >= timing.received for size, began in self._began.items()):
            return broken(f"the history has {length} changes, more than shown afterwards")
        self.longest = longer
        return KEPT if self.shown else None

    def note(self, sms: Sms, operation: str, timing: Timing) -> None:
        """Remember a look."""
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
