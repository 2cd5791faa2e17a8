"""The rules of webhooks that no schema can say, by the names that the contract gives them.

A rule looks at one push of an event, at the pushes before it, and at the SMS as it is read, and answers with
a ruling, or with None when the push does not touch it.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from callr_sms_contract.oracle.request_rules import KEPT, RuleResult, RuleStatus, broken
from callr_sms_contract.oracle.sms import FIXED, MOVING, Change, Sms
from callr_sms_contract.oracle.sms_rules import SMS_RULES
from callr_sms_contract.wire import HANG_UP, Push

ALGORITHMS: Final = ("MD5", "SHA256", "SHA512")
SIGNATURE: Final = "x-callr-hmacsignature"
EVENT_ID: Final = "x-callr-eventid"
_SLOW_SECONDS: Final = 1
"""An answer that took longer may have come too late for the sender."""


@dataclass
class WebhookEvent:
    """One event of an SMS, under one `event_id`, with all its pushes."""

    document: Mapping[str, Any]
    change: int | None
    """Which change of status it tells of, from 1 on; None when its history is malformed."""
    pushes: list[Push]

    @property
    def is_acknowledged(self) -> bool:
        """Whether any of its pushes was answered with a 2xx."""
        return any(push.is_acknowledged for push in self.pushes)


@dataclass
class SmsEvents:
    """The events of one SMS that named an endpoint."""

    endpoint: str
    secret: str = ""
    algorithm: str = "SHA256"
    hash: str = ""
    """Empty when the send was not accepted."""
    events: list[WebhookEvent] = field(default_factory=list)
    """In the order in which they first came."""
    sms: Mapping[str, Any] | None = None
    """As it was read last."""

    def of_change(self, change: int | None) -> list[WebhookEvent]:
        """The events that tell of this change."""
        return [event for event in self.events if change is not None and event.change == change]


@dataclass(frozen=True)
class ReceivedPush:
    """One push with what was known before it."""

    course: SmsEvents
    push: Push
    document: Mapping[str, Any]
    """Its body; empty when it is no JSON object."""
    same: WebhookEvent | None = None
    """The event of that `event_id`, of whatever SMS."""
    may_have_missed: bool = False
    """Whether a push may have come that could not be read."""

    @property
    def sms(self) -> Sms | None:
        """The SMS that it holds."""
        data = self.document.get("data")
        return Sms(data) if isinstance(data, dict) else None

    @property
    def history(self) -> tuple[Change, ...] | None:
        """The changes of status that it shows."""
        return self.sms.history if self.sms else None

    @property
    def change(self) -> int | None:
        """Which change it tells of."""
        return None if self.history is None else len(self.history)

    @property
    def rivals(self) -> list[WebhookEvent]:
        """The events of the same change under other ids."""
        return [event for event in self.course.of_change(self.change) if event is not self.same]

    @property
    def before(self) -> list[Push]:
        """The pushes of the same event before this one, be it under another id where it was not taken."""
        if self.same is not None:
            return self.same.pushes
        return [push for event in self.rivals if not event.is_acknowledged for push in event.pushes]


def signature(body: bytes, secret: str, algorithm: str) -> str:
    """What signs `body`: base64 of the HMAC; the key is the secret in UTF-8."""
    digest = hmac.new(secret.encode(), body, getattr(hashlib, algorithm.lower())).digest()
    return base64.b64encode(digest).decode()


def _signed(seen: ReceivedPush) -> RuleResult | None:
    given, course = seen.push.request.headers.get(SIGNATURE), seen.course
    if not course.secret:
        return KEPT if given is None else broken("a signature came, although no secret was given")
    if given is None:
        return broken("no signature came, although a secret was given")
    body = seen.push.request.body
    if hmac.compare_digest(given.encode(), signature(body, course.secret, course.algorithm).encode()):
        return KEPT
    return broken(f"it is not base64 of the HMAC ({course.algorithm}) of the {len(body)} bytes that came")


def _id_in_header(seen: ReceivedPush) -> RuleResult | None:
    header, own = seen.push.request.headers.get(EVENT_ID), seen.document.get("event_id")
    if header is None or not isinstance(own, str):
        return None
    return KEPT if header == own else broken("X-CALLR-EventId is not the event_id of the body")


def _id_unique(seen: ReceivedPush) -> RuleResult | None:
    if not isinstance(seen.document.get("event_id"), str):
        return None
    if seen.same is None:
        return broken("it was pushed before, under another event_id") if seen.before else KEPT
    for name in ("type", "event_at", "hook_hash", "data"):
        if seen.same.document.get(name) != seen.document.get(name):
            return broken(f"an event of the same event_id came before, and {name} was another")
    return KEPT


def _try_counts(seen: ReceivedPush) -> RuleResult | None:
    number, tries = seen.document.get("try"), len(seen.before)
    # A sender cannot know whether a push without an answer arrived, so it may be the same try once more.
    answered = sum(1 for push in seen.before if push.status != HANG_UP)
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    if number > tries and seen.may_have_missed:
        return RuleResult(RuleStatus.OPEN, "a push was cut off, which may have been a try of this event")
    return (
        KEPT
        if answered <= number <= tries
        else broken(f"try is {number}, and the event was pushed {tries} times before")
    )


def _retried(seen: ReceivedPush) -> RuleResult | None:
    """What never comes breaks it, which only the end of a run can tell."""
    return KEPT if seen.before and not seen.before[-1].is_acknowledged else None


def _taken_once(seen: ReceivedPush) -> RuleResult | None:
    if seen.same is None:
        return None
    for push in seen.same.pushes:
        timing = push.timing
        in_time = timing.received - timing.sent < _SLOW_SECONDS
        if push.is_acknowledged and in_time and timing.received <= seen.push.timing.sent:
            return broken(f"it came again, after {push.status} was answered")
    return KEPT


def _for_each_change(seen: ReceivedPush) -> RuleResult | None:
    if seen.change is None or seen.same is not None:
        return None
    if seen.change == 0:
        return broken("it tells of no change: its history is empty")
    is_caught_up = any(event.is_acknowledged for event in seen.rivals)
    return broken(f"two events tell of change {seen.change}") if is_caught_up else KEPT


def _in_order(seen: ReceivedPush) -> RuleResult | None:
    if seen.change is None or seen.same is not None or seen.before:
        return None
    for event in seen.course.events:
        came_before = event.pushes[0].timing.received <= seen.push.timing.sent
        if event.change is not None and event.change > seen.change and came_before:
            return broken(f"change {seen.change} was told after change {event.change}")
    return KEPT


def _shows_sms(seen: ReceivedPush) -> RuleResult | None:
    sms, course = seen.sms, seen.course
    if sms is None:
        return None
    if sms.word("hash") not in {course.hash, None}:
        return broken(f"it shows {sms.word('hash')}, the endpoint was named for {course.hash or 'another'}")
    for rule, judge in SMS_RULES.items():
        result = judge(sms)
        if result is not None and result.status is RuleStatus.BROKEN:
            return broken(f"data breaks the rule {rule}: {result.reason}")
    return KEPT if course.sms is None else _as_read(sms, Sms(course.sms))


def _as_read(told: Sms, read: Sms) -> RuleResult:
    """Whether what was told is what a read afterwards shows, but for later changes."""
    then, now = told.history, read.history
    if then is not None and now is not None and now[: len(then)] != then:
        return broken("its status_history is not how the one that getSms shows begins")
    names = (*FIXED, *MOVING) if then == now else FIXED
    for name in names:
        if name in told.raw and name in read.raw and told.raw[name] != read.raw[name]:
            return broken(f"{name} is not what getSms shows")
    return KEPT


def _at_change(seen: ReceivedPush) -> RuleResult | None:
    told = _moment(seen.document.get("event_at"))
    if told is None or not seen.history:
        return None
    changed = datetime.fromisoformat(seen.history[-1].at).replace(tzinfo=UTC)
    return KEPT if told == changed else broken(f"event_at is {told}, the last change was at {changed}")


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _names_hook(seen: ReceivedPush) -> RuleResult | None:
    if "hook_hash" not in seen.document:
        return None
    is_null = seen.document["hook_hash"] is None
    return KEPT if is_null else broken("hook_hash is not null, and no subscription led to this endpoint")


EVENT_RULES: Final[Mapping[str, Callable[[ReceivedPush], RuleResult | None]]] = {
    "event-signed": _signed,
    "event-id-in-header": _id_in_header,
    "event-id-unique": _id_unique,
    "event-try-counts": _try_counts,
    "event-retried": _retried,
    "event-taken-once": _taken_once,
    "event-for-each-change": _for_each_change,
    "events-in-order": _in_order,
    "event-shows-sms": _shows_sms,
    "event-at-change": _at_change,
    "event-names-hook": _names_hook,
}
"""The rules that bind pushed events."""
