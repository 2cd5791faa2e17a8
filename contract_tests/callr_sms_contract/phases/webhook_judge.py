"""Judges pushed events: the request, its headers, its body, and the rules of webhooks."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from callr_sms_contract import events
from callr_sms_contract.contract import Contract, Schemas
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import (
    EVENT_RULES,
    ReceivedPush,
    RuleStatus,
    SmsEvents,
    Violation,
    WebhookEvent,
)
from callr_sms_contract.settings import WEBHOOKS_PHASE
from callr_sms_contract.wire import Push, Request, read_body

RULES_CHECK: Final = "event_rules"
STATUS_UPDATE: Final = "onSmsMtStatusUpdate"
"""The operationId of the webhook that `options.webhook` subscribes to."""
_JSON_TYPE: Final = "application/json"
_LONGEST_BODY: Final = 2000


class EventJudge:
    """Judges the pushes of one run."""

    def __init__(
        self,
        contract: Contract,
        emit: Callable[[events.Event], None],
        excluded: frozenset[str] = frozenset(),
    ) -> None:
        self.webhook = next(each for each in contract.webhooks if each.id == STATUS_UPDATE)
        self._excluded = excluded
        self._contract, self._schemas, self._emit = contract, Schemas(contract), emit
        self._by_id: dict[str, WebhookEvent] = {}

    def take(self, push: Push, course: SmsEvents, sent: Request, *, may_have_missed: bool) -> None:
        """Judge a push to the endpoint of `course`, whose SMS the request `sent` created, and remember it."""
        document = _read(push.request.body)
        own = document.get("event_id")
        same = self._by_id.get(own) if isinstance(own, str) else None
        seen = ReceivedPush(course, push, document, same, may_have_missed)
        self._emit(events.RequestMade(WEBHOOKS_PHASE, self.webhook.label))
        self._emit(events.PushRecorded(self.webhook, push, document))
        for check, inspect in _CHECKS.items():
            self._note(check, list(inspect(self, seen)), push, sent)
        self._remember(seen)

    def missed(self, rule: str, reason: str, sent: Request) -> None:
        """Report an event that did not arrive."""
        self._emit(events.RuleJudged(self.webhook.label, rule, RuleStatus.BROKEN))
        self._note(RULES_CHECK, [self._broken(rule, reason)], None, sent)

    def _remember(self, seen: ReceivedPush) -> None:
        if seen.same is not None:
            seen.same.pushes.append(seen.push)
            return
        event = WebhookEvent(seen.document, seen.change, [seen.push])
        seen.course.events.append(event)
        own = seen.document.get("event_id")
        if isinstance(own, str):
            self._by_id[own] = event

    def _note(self, check: str, violations: list[Violation], push: Push | None, sent: Request) -> None:
        violations = [each for each in violations if each.rule not in self._excluded]
        self._emit(events.CheckFinished(self.webhook.label, check, passed=not violations))
        for violation in violations:
            message = "\n".join([violation.message, *(_shown_push(push) if push else ())])
            failure = Failure(
                self.webhook.label,
                check,
                violation.title,
                message,
                (sent,),
                status=0,
                response="",
                rule=violation.rule,
                is_ours=True,
                has_script=False,
            )
            self._emit(events.FailureFound(violation.key, failure))

    def request(self, seen: ReceivedPush) -> Iterator[Violation]:
        """Check that it is a `POST` of JSON to the endpoint of the SMS, its query included."""
        request = seen.push.request
        if request.method != "POST":
            yield Violation("The event is not sent with POST", f"{request.method} came", "method")
        if request.url != seen.course.endpoint:
            wanted, got = (_target(url) for url in (seen.course.endpoint, request.url))
            yield Violation(
                "The event is sent to another URL than the endpoint", f"{got} instead of {wanted}", "endpoint"
            )
        kind = request.headers.get("content-type")
        if (kind or "").partition(";")[0].strip().lower() != _JSON_TYPE:
            yield Violation("The event is not sent as JSON", f"Content-Type is {kind!r}", "content-type")

    def headers(self, seen: ReceivedPush) -> Iterator[Violation]:
        """Check that the headers of the contract are present and well-formed."""
        for number, node in enumerate(self.webhook.definition.get("parameters", ())):
            header, reference = self._contract.resolve(node)
            name, pointer = header["name"], reference or f"{self.webhook.pointer}/parameters/{number}"
            value = seen.push.request.headers.get(name.lower())
            if value is None:
                if header.get("required"):
                    yield Violation(f"The header {name} is missing", "the contract requires it", f"no-{name}")
                continue
            for wrong in self._schemas.violations(f"{pointer}/schema", value):
                yield Violation(f"The header {name} is not what the contract says", wrong, f"bad-{name}")

    def schema(self, seen: ReceivedPush) -> Iterator[Violation]:
        """Check the body against its schema, formats included."""
        if not seen.document:
            problem = read_body(_JSON_TYPE, seen.push.request.body).problem or "it is not a JSON object"
            yield Violation("The event is not a JSON object", problem, "not-json")
            return
        pointer = f"{self.webhook.pointer}/requestBody/content/application~1json/schema"
        for wrong in self._schemas.violations(pointer, seen.document):
            place = ".".join(step for step in wrong.partition(":")[0].split(".") if not step.isdecimal())
            yield Violation("The event is not what the contract says", wrong, place)

    def rules(self, seen: ReceivedPush) -> Iterator[Violation]:
        """Check the rules of webhooks."""
        for name in self.webhook.rules:
            result = EVENT_RULES[name](seen)
            if result is None:
                continue
            self._emit(events.RuleJudged(self.webhook.label, name, result.status))
            if result.status is RuleStatus.BROKEN:
                yield self._broken(name, result.reason)

    def _broken(self, rule: str, reason: str) -> Violation:
        message = f"rule {rule} ({self._contract.rule_source(rule)}): {reason}"
        return Violation(f"The events are not as they should be: {rule}", message, rule, rule)


_CHECKS: Final[Mapping[str, Callable[[EventJudge, ReceivedPush], Iterator[Violation]]]] = {
    "event_request": EventJudge.request,
    "event_headers": EventJudge.headers,
    "event_schema_with_formats": EventJudge.schema,
    RULES_CHECK: EventJudge.rules,
}
EVENT_CHECKS: Final = tuple(_CHECKS)
"""The checks of pushed events, by the names that reports use."""


def _read(body: bytes) -> Mapping[str, Any]:
    for document in read_body(_JSON_TYPE, body).readings[-1:]:
        if isinstance(document, dict):
            return document
    return {}


def hash_in(body: bytes) -> str | None:
    """Return the hash of the SMS in a pushed event."""
    data = _read(body).get("data")
    found = data.get("hash") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def _target(url: str) -> str:
    found = urlsplit(url)
    return f"{found.path}?{found.query}" if found.query else found.path


def _shown_push(push: Push) -> Iterator[str]:
    """Return the push in readable lines."""
    request = push.request
    yield f"{request.method} {_target(request.url)}, response {push.status or 'none: closed'}"
    for name in ("content-type", "user-agent", "x-callr-eventid", "x-callr-hmacsignature"):
        if name in request.headers:
            yield f"{name}: {request.headers[name]}"
    text = request.body[:_LONGEST_BODY].decode("utf-8", "replace")
    yield json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
