"""A model of an account: what was sent must come back, and what was shown must stay true.

Every exchange of a run is added, in any order, with the times at which it was sent and received: two that
overlap do not contradict each other. The account may be shared, so it may contain SMS of others; an SMS whose
send got no response counts as one of them. Dates are compared only with other dates of the server, because
its clock may be frozen, fast or wrong.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain, islice, pairwise
from threading import RLock
from typing import Any, Final

from callr_sms_contract.contract import is_datetime
from callr_sms_contract.oracle.known_sms import KnownSms, Origin
from callr_sms_contract.oracle.request_rules import KEPT, Call, RuleResult, RuleStatus, broken
from callr_sms_contract.oracle.send_rules import read_sent_message, sent_comes_back, stop_number
from callr_sms_contract.oracle.sms import Sms
from callr_sms_contract.oracle.sms_rules import FAILED, SMS_RULES
from callr_sms_contract.wire import Request, Timing

FIRST_MOMENT: Final = "0001-01-01 00:00:00"
LAST_MOMENT: Final = "9999-12-31 23:59:59"
_NEAREST: Final = 3


@dataclass(frozen=True)
class Contradiction:
    """A rule that a response breaks, and the earlier requests that prove it."""

    rule: str
    reason: str
    before: tuple[Request, ...] = ()


@dataclass
class Findings:
    """What the model says of one exchange."""

    counts: Counter[tuple[str, str, RuleStatus]] = field(default_factory=Counter)
    """By the operation that created an SMS (empty when it is unknown), rule and status."""
    contradictions: dict[str, Contradiction] = field(default_factory=dict)
    """The first of each rule: the others of one response would repeat it."""

    def add(self, rule: str, result: RuleResult | None, origin: Origin | None = None) -> None:
        """Count the result of a rule for the SMS of `origin`; None when the rule does not apply."""
        if result is None:
            return
        self.counts[origin.label if origin else "", rule, result.status] += 1
        if result.status is RuleStatus.BROKEN:
            before = (origin.request,) if origin else ()
            self.contradictions.setdefault(rule, Contradiction(rule, result.reason, before))


@dataclass(frozen=True)
class Window:
    """The parameters of a list."""

    direction: str
    start: str
    end: str

    def holds(self, moment: str) -> bool:
        """Return whether `moment` lies in the window, whose ends belong to it."""
        return self.start <= moment <= self.end


@dataclass(frozen=True)
class Shown:
    """An SMS of the run that a read or a list has shown."""

    hash: str
    last: float
    """When the last request that showed it began."""


class Account:
    """The SMS of one account, as far as a run knows them. It is thread-safe."""

    def __init__(self) -> None:
        self._known: dict[str, KnownSms] = {}
        self._sent: list[KnownSms] = []
        """Those that this run has sent, the oldest first."""
        self._by_second: dict[str, set[str]] = {}
        self._all_seconds: list[str] = []
        """Its keys, sorted."""
        self._undated: set[str] = set()
        self._created: list[tuple[float, str, str]] = []
        """When each send had its response, the `date_creation` of its SMS and its hash; sorted."""
        self._prices: dict[str, tuple[Decimal, int, KnownSms]] = {}
        self._marks: dict[str, str | None] = {}
        """Unique `user_data` and texts, with the hash of their SMS; None: no SMS has them."""
        self.removed = 0
        """How many SMS of others the server has removed, from the oldest on."""
        self.found_again = 0
        """How many SMS were found by a read after another read had not found them."""
        self._lost: set[str] = set()
        """Those that reads did not find."""
        self._lock = RLock()

    def must_find(self, wanted: str, timing: Timing) -> bool:
        """Return whether the SMS `wanted` existed before a read began, which must find it then."""
        return self.there_since(wanted) <= timing.sent

    def take_loss(self, wanted: str) -> None:
        """Called when a read did not find an SMS that existed."""
        self._lost.add(wanted)

    def mark(self, words: str, found: str | None) -> None:
        """Remember that only the SMS `found` may have these words as its `user_data` or its text.

        They are unique and were sent once; there is no `found` when that send was rejected.
        """
        self._marks[words] = found

    def origin(self, wanted: str) -> Origin | None:
        """Return the send that created the SMS `wanted`."""
        known = self._known.get(wanted)
        return known.origin if known else None

    def sent(self) -> list[str]:
        """Return the hashes of all SMS that this run has sent, the oldest first."""
        with self._lock:
            return [known.hash for known in self._sent]

    def shown(self) -> list[Shown]:
        """Return those of them that reads or lists have shown, the oldest first."""
        with self._lock:
            return [Shown(known.hash, known.last_shown) for known in self._sent if known.shown]

    def there_since(self, wanted: str) -> float:
        """Return since when every request must find the SMS `wanted`; infinity for an unknown one."""
        known = self._known.get(wanted)
        return known.there_since if known else float("inf")

    def unread(self) -> list[str]:
        """Return those of them that have not been read by their hash."""
        with self._lock:
            return [found for found in self.sent() if "read" not in self._known[found].shown]

    def has_others(self, more_than: int, window: Window) -> bool:
        """Return whether a window has more SMS than that which this run did not send."""
        with self._lock:
            others = (known for known in self._in(window) if known.sent is None)
            return next(islice(others, more_than, None), None) is not None

    def creation(self, wanted: str) -> str | None:
        """Return the `date_creation` of the SMS `wanted`, once it is known."""
        known = self._known.get(wanted)
        return known.creation if known else None

    def take_send(self, data: object, call: Call | None, origin: Origin, timing: Timing) -> Findings:
        """Called when a send was accepted; `call` is missing when its request can be read in several ways."""
        findings = Findings()
        if not isinstance(data, str):
            return findings
        with self._lock:
            known = self._known.get(data)
            findings.add("hash-unique", _is_new(known, timing), known.origin if known else None)
            if known is None or known.sent is None:
                known = self._known.setdefault(data, KnownSms(data))
                known.sending = read_sent_message(call) if call else None
                known.origin, known.sent = origin, timing
                self._sent.append(known)
                if known.creation is None:
                    self._undated.add(data)
        return findings

    def take_read(self, data: object, timing: Timing) -> Findings:
        """Called when a read found an SMS."""
        findings = Findings()
        if isinstance(data, dict):
            with self._lock:
                self._look(data, "read", timing, findings)
                self.found_again += data.get("hash") in self._lost
                self._lost.discard(str(data.get("hash")))
        return findings

    def take_list(self, data: object, window: Window, timing: Timing) -> Findings:
        """Called when a list was received."""
        findings = Findings()
        if isinstance(data, list):
            found = [each for each in data if isinstance(each, dict)]
            with self._lock:
                for raw in found:
                    self._look(raw, "list", timing, findings)
                self._judge_list(found, window, timing, findings)
        return findings

    def _look(self, raw: Mapping[str, Any], operation: str, timing: Timing, findings: Findings) -> None:
        name = raw.get("hash")
        if not isinstance(name, str):
            return
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = KnownSms(name)
        before = known.shown.get(operation)
        if before is not None and before.raw == raw:
            sms = before
        else:
            sms = Sms(raw)
            findings.add("one-sms-each", self._one_sms_each(sms, name), known.origin)
            self._judge(sms, known, operation, findings)
        findings.add("history-grows", known.history_grows(sms, timing), known.origin)
        known.note(sms, operation, timing)

    def _one_sms_each(self, sms: Sms, name: str) -> RuleResult | None:
        word = next((each for each in ("user_data", "text") if sms.word(each) in self._marks), None)
        if word is None:
            return None
        marked = self._marks[str(sms.word(word))]
        only = f"{marked} was sent with" if marked else "a send that was rejected had"
        return KEPT if marked == name else broken(f"{name} has the {word} that only {only}")

    def _judge(self, sms: Sms, known: KnownSms, operation: str, findings: Findings) -> None:
        for rule, judge in SMS_RULES.items():
            findings.add(rule, judge(sms), known.origin)
        for rule, result in known.compare(sms, operation):
            findings.add(rule, result, known.origin)
        if known.sending is not None:
            findings.add("sent-comes-back", sent_comes_back(known.sending, sms), known.origin)
            findings.add("stop-number", stop_number(known.sending, sms), known.origin)
        findings.add("debit-follows-parts", self._debit_follows_parts(sms, known), known.origin)
        if known.creation is None and sms.moment("date_creation") is not None:
            self._date(known, str(sms.moment("date_creation")), findings)

    def _debit_follows_parts(self, sms: Sms, known: KnownSms) -> RuleResult | None:
        """Check that all parts to one network cost the same; an SMS that failed may cost nothing."""
        parts, network, debit = sms.parts, sms.word("network"), _decimal(sms.word("b_customer_debit"))
        if not (sms.is_outgoing and parts and network is not None and debit is not None):
            return None
        if sms.word("status") in FAILED:
            return None
        other_debit, other_parts, other = self._prices.setdefault(network, (debit, parts, known))
        if debit * other_parts == other_debit * parts:
            return KEPT
        return broken(f"{debit} for {parts} parts, while {other.hash} cost {other_debit} for {other_parts}")

    def _date(self, known: KnownSms, creation: str, findings: Findings) -> None:
        known.creation = creation
        if creation not in self._by_second:
            self._by_second[creation] = set()
            insort(self._all_seconds, creation)
        self._by_second[creation].add(known.hash)
        self._undated.discard(known.hash)
        if known.sent is not None:
            findings.add("creation-follows-sends", self._creation_follows_sends(known), known.origin)
            insort(self._created, (known.sent.received, creation, known.hash))

    def _creation_follows_sends(self, known: KnownSms) -> RuleResult | None:
        """Compare it with the nearest send before and the nearest after that do not overlap with it."""
        if known.sent is None or known.creation is None or not self._created:
            return None
        before = bisect_right(self._created, (known.sent.sent, LAST_MOMENT, "~")) - 1
        if before >= 0 and self._created[before][1] > known.creation:
            return broken(_set_back(f"it was sent after {self._created[before][2]} but created before it"))
        after = bisect_left(self._created, (known.sent.received, "", ""))
        for _, creation, other in self._created[after : after + _NEAREST]:
            sent = self._known[other].sent
            if sent is not None and sent.sent >= known.sent.received and creation < known.creation:
                return broken(_set_back(f"it was sent before {other} but created after it"))
        return KEPT

    def _judge_list(
        self, found: list[dict[str, Any]], window: Window, timing: Timing, findings: Findings
    ) -> None:
        hashes = [str(raw.get("hash")) for raw in found]
        for rule, result in _rulings(found, hashes, window):
            findings.add(rule, result)
        wanted = [known for known in self._in(window) if known.there_since <= timing.sent]
        present = set(hashes)
        gone = [known for known in wanted if known.hash not in present]
        if gone and any(known.sent for known in wanted):
            self._forget_the_oldest(gone, found)
        missing = next((known for known in gone if known.hash in self._known), None)
        if missing is not None:
            at_an_end = missing.creation in {window.start, window.end}
            rule = "list-window-inclusive" if at_an_end else "list-complete"
            reason = f"{missing.hash}, created {missing.creation}, is not in the list"
            findings.add(rule, broken(reason), missing.origin)
        elif wanted:
            findings.add("list-complete", KEPT)

    def _forget_the_oldest(self, gone: list[KnownSms], found: list[dict[str, Any]]) -> None:
        """Forget SMS of others that are gone if all that is left is younger: a server may remove old ones."""
        newest = max(known.creation or "" for known in gone)
        if any(known.sent for known in gone) or newest > min(_dates(found), default=LAST_MOMENT):
            return
        for known in gone:
            del self._known[known.hash]
            self._undated.discard(known.hash)
            self._by_second.get(known.creation or "", set()).discard(known.hash)
        self.removed += len(gone)

    def _in(self, window: Window) -> Iterator[KnownSms]:
        """Return the known SMS that belong to a window."""
        is_all = (window.start, window.end) == (FIRST_MOMENT, LAST_MOMENT)
        dated = (self._by_second[second] for second in self._seconds(window))
        for name in chain(chain.from_iterable(dated), self._undated if is_all else ()):
            known = self._known[name]
            if (known.direction or "OUT") == window.direction:
                yield known

    def _seconds(self, window: Window) -> list[str]:
        seconds = self._all_seconds
        return seconds[bisect_left(seconds, window.start) : bisect_right(seconds, window.end)]


def _rulings(
    found: list[dict[str, Any]], hashes: list[str], window: Window
) -> Iterator[tuple[str, RuleResult | None]]:
    """Return the results of the rules that need the list alone."""
    if found:
        is_right = all(raw.get("type") == window.direction for raw in found)
        yield "list-type", KEPT if is_right else broken(f"not all are {window.direction}")
    created = _dates(found)
    outside = [moment for moment in created if not window.holds(moment)]
    if outside:
        yield "list-window-inclusive", broken(f"an SMS of {outside[0]} is in the list")
    elif any(moment in {window.start, window.end} for moment in created):
        yield "list-window-inclusive", KEPT
    order = [(raw.get("date_creation"), raw.get("hash")) for raw in found]
    if len(order) > 1 and all(isinstance(one, str) and isinstance(two, str) for one, two in order):
        wrong = next((two for one, two in pairwise(order) if one > two), None)
        yield "list-order", broken(f"{wrong[1]}, of {wrong[0]}, is too late in the list") if wrong else KEPT
    if len(set(hashes)) != len(hashes):
        twice = Counter(hashes).most_common(1)[0][0]
        yield "list-complete", broken(f"{twice} is in the list more than once")


def _dates(found: list[dict[str, Any]]) -> list[str]:
    dates = [raw.get("date_creation") for raw in found]
    return [date for date in dates if isinstance(date, str) and is_datetime(date)]


def _is_new(known: KnownSms | None, timing: Timing) -> RuleResult:
    if known is not None and known.sent is not None:
        return broken(f"{known.hash} was the result of another send")
    if known is not None and known.found <= timing.sent:
        return broken(f"{known.hash} existed before this send")
    return KEPT


def _set_back(reason: str) -> str:
    return f"{reason}, as when the clock of a server is set back, or differs from that of another back end"


def _decimal(value: str | None) -> Decimal | None:
    try:
        found = Decimal(value or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
