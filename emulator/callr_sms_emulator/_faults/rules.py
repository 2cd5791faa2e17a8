"""The rules of one account: which of them a request or an event meets."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import compile_pattern, finds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from callr_sms_emulator._faults.rule import Rule
    from callr_sms_emulator._http import Headers
    from callr_sms_emulator._sms import SearchableSms

_SPAN = 1 << 64


class Asked(NamedTuple):
    """A request, as far as rules look at it; `to` is None where there is no recipient."""

    operation: str
    headers: Headers
    to: str | None


class Happened(NamedTuple):
    """An event that is to be told."""

    type: str
    sms: SearchableSms


@dataclass
class Entry:
    """A rule with what became of it.

    Attributes:
        id: Its number, from 1 in each account.
        rule: What was asked for.
        matched: How many requests or events it was for, those that it let pass included.
        fired: How many it has hit.
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
        """How often it may still fire; None: without a limit."""
        return None if self.rule.times is None else self.rule.times - self.fired

    def is_for_request(self, asked: Asked) -> bool:
        """Tell whether it is for a request."""
        rule = self.rule
        return (
            rule.webhook is None
            and _is_one_of(asked.operation, rule.operation)
            and self._accepts_to(asked.to)
            and _has_header(asked.headers, rule)
        )

    def is_for_event(self, happened: Happened) -> bool:
        """Tell whether it is for an event."""
        rule, sms = self.rule, happened.sms
        return (
            rule.webhook is not None
            and _is_one_of(happened.type, rule.event)
            and rule.sms in {None, sms.hash}
            and rule.sms_status in {None, sms.status}
            and self._accepts_to(sms.to)
        )


class FaultRules:
    """The rules of an account in the order in which they were made. `key` decides what a `share` hits.

    Attributes:
        watches_requests: Whether a rule is for requests.
        watches_events: Whether a rule is for events.
        watches_recipients: Whether a rule for requests looks at the recipient.
        asked: The deliveries that its rules for events were asked for.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._numbers = itertools.count(1)
        self._entries: dict[int, Entry] = {}
        self.asked: set[int] = set()
        self._look()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, rule: Rule) -> Entry:
        """Put a rule behind the others."""
        entry = Entry(next(self._numbers), rule)
        self._entries[entry.id] = entry
        self._look()
        return entry

    def get(self, number: int) -> Entry | None:
        """Give a rule."""
        return self._entries.get(number)

    def remove(self, number: int) -> bool:
        """Remove a rule; tell whether there was one."""
        found = self._entries.pop(number, None) is not None
        self._look()
        return found

    def clear(self) -> None:
        """Remove all rules; numbers go on from where they were."""
        self._entries.clear()
        self._look()

    def meet_request(self, asked: Asked) -> Entry | None:
        """Give the first rule that hits a request, and count it."""
        return self._fire(each for each in self if each.is_for_request(asked))

    def meet_event(self, happened: Happened) -> Entry | None:
        """Give the first rule that hits an event, and count it."""
        return self._fire(each for each in self if each.is_for_event(happened))

    def _look(self) -> None:
        rules = [each.rule for each in self]
        requests = [each for each in rules if each.webhook is None]
        self.watches_requests = bool(requests)
        self.watches_events = len(requests) < len(rules)
        self.watches_recipients = any(each.to or each.to_pattern for each in requests)

    def _fire(self, matching: Iterable[Entry]) -> Entry | None:
        for entry in matching:
            if entry.left == 0:
                continue
            entry.matched += 1
            if entry.matched > entry.rule.skip and self._is_drawn(entry):
                entry.fired += 1
                return entry
        return None

    def _is_drawn(self, entry: Entry) -> bool:
        """Draw by the seed of the account, the rule and how often it matched: every run draws the same."""
        draw = f"fault/{entry.id}/{entry.matched}".encode()
        digest = hashlib.blake2b(draw, key=self._key, digest_size=8).digest()
        return int.from_bytes(digest) < entry.rule.share * _SPAN


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
        return pattern is None or finds(pattern, to)

    return accept
