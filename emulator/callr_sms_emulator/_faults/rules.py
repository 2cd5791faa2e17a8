"""The rules of one account, and which of them matches a request or an event."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator import _errors
from callr_sms_emulator._sms import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from callr_sms_emulator._faults.rule import Rule
    from callr_sms_emulator._http import Headers
    from callr_sms_emulator._sms import Pattern, SearchableSms

_SPAN = 1 << 64


class RequestFacts(NamedTuple):
    """The parts of a request that rules compare; `to` may be missing."""

    operation: str
    headers: Headers
    to: str | None


class EventFacts(NamedTuple):
    """The parts of an event that rules compare."""

    type: str
    sms: SearchableSms


@dataclass
class ActiveRule:
    """A rule and its counters.

    Attributes:
        id: The number of the rule, from 1 in each account.
        rule: The rule.
        matched: How many requests or events matched, including skipped ones.
        fired: To how many of them it was applied.
    """

    id: int
    rule: Rule
    matched: int = 0
    fired: int = 0
    _accepts_to: Callable[[str | None], bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._accepts_to = _recipient_test(self.rule)

    @property
    def left(self) -> int | None:
        """How often it can still be applied; None means without a limit."""
        return None if self.rule.times is None else self.rule.times - self.fired

    def matches_request(self, request: RequestFacts) -> bool:
        """Return whether the rule matches a request."""
        rule = self.rule
        return (
            rule.webhook is None
            and _is_one_of(request.operation, rule.operation)
            and self._accepts_to(request.to)
            and _has_header(request.headers, rule)
        )

    def matches_event(self, event: EventFacts) -> bool:
        """Return whether the rule matches an event."""
        rule, sms = self.rule, event.sms
        return (
            rule.webhook is not None
            and _is_one_of(event.type, rule.event)
            and rule.sms in {None, sms.hash}
            and rule.sms_status in {None, sms.status}
            and self._accepts_to(sms.to)
        )


class FaultRules:
    """The rules of an account in the order of their creation. `key` is the seed by which a `share` is drawn.

    Attributes:
        watches_requests: Whether a rule is for requests.
        watches_events: Whether a rule is for events.
        watches_recipients: Whether a rule for requests compares the recipient.
        matched_deliveries: The deliveries that were compared with the rules for events.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._numbers = itertools.count(1)
        self._rules: dict[int, ActiveRule] = {}
        self.matched_deliveries: set[int] = set()
        self._update()

    def __iter__(self) -> Iterator[ActiveRule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, rule: Rule) -> ActiveRule:
        """Add a rule behind the others."""
        active = ActiveRule(next(self._numbers), rule)
        self._rules[active.id] = active
        self._update()
        return active

    def get(self, number: int) -> ActiveRule | None:
        """Return a rule; None if no rule has this number."""
        return self._rules.get(number)

    def remove(self, number: int) -> bool:
        """Remove a rule; return whether it existed."""
        found = self._rules.pop(number, None) is not None
        self._update()
        return found

    def clear(self) -> None:
        """Remove all rules; the numbers of later ones continue."""
        self._rules.clear()
        self._update()

    def match_request(self, request: RequestFacts) -> ActiveRule | None:
        """Return the first rule that applies to a request, and count it."""
        return self._fire(each for each in self if each.matches_request(request))

    def match_event(self, event: EventFacts) -> ActiveRule | None:
        """Return the first rule that applies to an event, and count it."""
        return self._fire(each for each in self if each.matches_event(event))

    def _update(self) -> None:
        rules = [each.rule for each in self]
        requests = [each for each in rules if each.webhook is None]
        self.watches_requests = bool(requests)
        self.watches_events = len(requests) < len(rules)
        self.watches_recipients = any(each.to or each.to_pattern for each in requests)

    def _fire(self, matching: Iterable[ActiveRule]) -> ActiveRule | None:
        for active in matching:
            if active.left == 0:
                continue
            active.matched += 1
            # Drawn by the seed of the account, the rule and its count of matches: every run draws the same.
            draw = f"fault/{active.id}/{active.matched}".encode()
            digest = hashlib.blake2b(draw, key=self._key, digest_size=8).digest()
            is_drawn = int.from_bytes(digest) < active.rule.share * _SPAN
            if active.matched > active.rule.skip and is_drawn:
                active.fired += 1
                return active
        return None


def _is_one_of(found: str, wanted: str | Iterable[str] | None) -> bool:
    return wanted is None or found == wanted or (not isinstance(wanted, str) and found in wanted)


def _has_header(headers: Headers, rule: Rule) -> bool:
    if rule.header is None:
        return True
    name, value = rule.header.name.lower().encode(), rule.header.value
    found = [each.decode("latin-1").strip() for key, each in headers if key == name]
    return bool(found) if value is None else value in found


def _recipient_test(rule: Rule) -> Callable[[str | None], bool]:
    pattern = None if rule.to_pattern is None else compile_pattern(rule.to_pattern, "to_pattern")
    wanted = rule.to

    def accept(to: str | None) -> bool:
        if wanted is None and pattern is None:
            return True
        if to is None:
            return False
        if wanted is not None and not (to.startswith(wanted[:-1]) if wanted.endswith("*") else to == wanted):
            return False
        return pattern is None or _finds(pattern, to)

    return accept


def _finds(pattern: Pattern, to: str) -> bool:
    """Return whether a pattern matches a recipient; a search that takes too long finds nothing."""
    try:
        return pattern.matches(to)
    except _errors.InvalidRequestError:
        return False
