"""The rules of webhooks that no schema can say, by the names that the contract gives them.

A rule gets one push of an event, the pushes before it, and the SMS as it was read. It returns its result, or
None when it does not apply to the push.
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
"""A slower response may have been too late for the sender."""


@dataclass
class WebhookEvent:
    """One event of an SMS, under one `event_id`, with all its pushes."""

    document: Mapping[str, Any]
    change: int | None
    """The number of the change of status that it reports, from 1; None when its history is malformed."""
    pushes: list[Push]

    @property
    def is_acknowledged(self) -> bool:
        """Return whether the response to any of its pushes was a 2xx."""
        return any(push.is_acknowledged for push in self.pushes)


@dataclass
class SmsEvents:
    """The events of one SMS with an endpoint."""

    endpoint: str
    secret: str = ""
    algorithm: str = "SHA256"
    hash: str = ""
    """Empty when the send was not accepted."""
    events: list[WebhookEvent] = field(default_factory=list)
    """In the order of their first push."""
    sms: Mapping[str, Any] | None = None
    """The SMS as it was read last."""

    def of_change(self, change: int | None) -> list[WebhookEvent]:
        """Return the events of this change."""
        return [event for event in self.events if change is not None and event.change == change]


@dataclass(frozen=True)
class ReceivedPush:
    """One push, and what was known before it."""

    course: SmsEvents
    push: Push
    document: Mapping[str, Any]
    """Its body; empty when it is not a JSON object."""
    same: WebhookEvent | None = None
    """The event with the same `event_id`, of any SMS."""
    may_have_missed: bool = False
    """Whether a push may have been lost that could not be read."""

    @property
    def sms(self) -> Sms | None:
        """Return the SMS in its body."""
        data = self.document.get("data")
        return Sms(data) if isinstance(data, dict) else None

    @property
    def history(self) -> tuple[Change, ...] | None:
        """Return the changes of status that it shows."""
        return self.sms.history if self.sms else None

    @property
    def change(self) -> int | None:
        """Return the number of the change that it reports."""
        return None if self.history is None else len(self.history)

    @property
    def rivals(self) -> list[WebhookEvent]:
        """Return the events of the same change with other ids."""
        return [event for event in self.course.of_change(self.change) if event is not self.same]

    @property
    def before(self) -> list[Push]:
        """Return the earlier pushes of the same event, also with another id if they were not acknowledged."""
        if self.same is not None:
            return self.same.pushes
        return [push for event in self.rivals if not event.is_acknowledged for push in event.pushes]


def signature(body: bytes, secret: str, algorithm: str) -> str:
    """Return the signature of `body`: base64 of the HMAC, whose key is the secret in UTF-8."""
    digest = hmac.new(secret.encode(), body, getattr(hashlib, algorithm.lower())).digest()
    return base64.b64encode(digest).decode()


def _signed(seen: ReceivedPush) -> RuleResult | None:
    given, course = seen.push.request.headers.get(SIGNATURE), seen.course
    if not course.secret:
        return KEPT if given is None else broken("it has a signature, although the SMS has no secret")
    if given is None:
        return broken("it has no signature, although the SMS has a secret")
    body = seen.push.request.body
    if hmac.compare_digest(given.encode(), signature(body, course.secret, course.algorithm).encode()):
        return KEPT
    return broken(f"it is not base64 of the HMAC ({course.algorithm}) of the {len(body)} bytes of the body")


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
            return broken(f"an earlier event with the same event_id had another {name}")
    return KEPT


def _try_counts(seen: ReceivedPush) -> RuleResult | None:
    number, tries = seen.document.get("try"), len(seen.before)
    # A sender cannot know whether a push without a response arrived, so `try` may stay the same.
    answered = sum(1 for push in seen.before if push.status != HANG_UP)
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    if number > tries and seen.may_have_missed:
        return RuleResult(RuleStatus.OPEN, "a push was cut off, which may have been an attempt of this event")
    return (
        KEPT
        if answered <= number <= tries
        else broken(f"try is {number}, and the event was pushed {tries} times before")
    )


def _retried(seen: ReceivedPush) -> RuleResult | None:
    """Return KEPT for a retry; a missing retry is found at the end of a run."""
    return KEPT if seen.before and not seen.before[-1].is_acknowledged else None


def _taken_once(seen: ReceivedPush) -> RuleResult | None:
    if seen.same is None:
        return None
    for push in seen.same.pushes:
        timing = push.timing
        in_time = timing.received - timing.sent < _SLOW_SECONDS
        if push.is_acknowledged and in_time and timing.received <= seen.push.timing.sent:
            return broken(f"it was pushed again after the response {push.status}")
    return KEPT


def _for_each_change(seen: ReceivedPush) -> RuleResult | None:
    if seen.change is None or seen.same is not None:
        return None
    if seen.change == 0:
        return broken("it reports no change: its history is empty")
    is_caught_up = any(event.is_acknowledged for event in seen.rivals)
    return broken(f"two events report change {seen.change}") if is_caught_up else KEPT


def _in_order(seen: ReceivedPush) -> RuleResult | None:
    if seen.change is None or seen.same is not None or seen.before:
        return None
    for event in seen.course.events:
        came_before = event.pushes[0].timing.received <= seen.push.timing.sent
        if event.change is not None and event.change > seen.change and came_before:
            return broken(f"change {seen.change} was reported after change {event.change}")
    return KEPT


def _shows_sms(seen: ReceivedPush) -> RuleResult | None:
    sms, course = seen.sms, seen.course
    if sms is None:
        return None
    if sms.word("hash") not in {course.hash, None}:
        return broken(
            f"it shows {sms.word('hash')}, but the endpoint belongs to {course.hash or 'another SMS'}"
        )
    for rule, judge in SMS_RULES.items():
        result = judge(sms)
        if result is not None and result.status is RuleStatus.BROKEN:
            return broken(f"data breaks the rule {rule}: {result.reason}")
    return KEPT if course.sms is None else _as_read(sms, Sms(course.sms))


def _as_read(pushed: Sms, read: Sms) -> RuleResult:
    """Compare the SMS of an event with a later read, apart from later changes."""
    then, now = pushed.history, read.history
    if then is not None and now is not None and now[: len(then)] != then:
        return broken("its status_history is not the beginning of the one that getSms shows")
    names = (*FIXED, *MOVING) if then == now else FIXED
    for name in names:
        if name in pushed.raw and name in read.raw and not _agree(pushed.raw[name], read.raw[name]):
            return broken(f"{name} is not what getSms shows")
    return KEPT


def _agree(pushed: object, read: object) -> bool:
    """Return whether two values are the same, apart from properties that only one of them has."""
    if isinstance(pushed, dict) and isinstance(read, dict):
        return all(_agree(pushed[name], read[name]) for name in pushed.keys() & read.keys())
    if isinstance(pushed, list) and isinstance(read, list):
        return len(pushed) == len(read) and all(map(_agree, pushed, read))
    return pushed == read


def _at_change(seen: ReceivedPush) -> RuleResult | None:
    reported = _moment(seen.document.get("event_at"))
    if reported is None or not seen.history:
        return None
    changed = datetime.fromisoformat(seen.history[-1].at).replace(tzinfo=UTC)
    return (
        KEPT if reported == changed else broken(f"event_at is {reported}, the last change was at {changed}")
    )


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
    return KEPT if is_null else broken("hook_hash is not null, although the endpoint has no subscription")


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
