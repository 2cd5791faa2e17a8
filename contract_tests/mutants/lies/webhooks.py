"""Servers that are wrong about signatures, event ids, order and retries of webhooks."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from mutants.builders import Maker, Mutant
from mutants.webhook_proxy import DONE, Change, Deliver, Hook, Push, WebhookProxy, signed

KIND: Final = "webhooks"
"""Of all lies about webhooks."""
_LAST: Final = 4
"""The change that brings an SMS to its end."""


def pushes(change: Callable[[Push], Push]) -> Maker:
    """Change every push."""
    return lambda: WebhookProxy(lambda pushed, send: send(change(pushed)))


def carries(make: Callable[[], Change]) -> Maker:
    """Deliver pushes another way, with a state."""
    return lambda: WebhookProxy(make())


def _signs(sign: Callable[[bytes, Hook], str]) -> Maker:
    """Sign pushes of hooks with a secret another way."""

    def change(pushed: Push) -> Push:
        return replace(pushed, signature=sign(pushed.raw, pushed.hook)) if pushed.hook.secret else pushed

    return pushes(change)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _reserialised(body: bytes, hook: Hook) -> str:
    return _b64(signed(json.dumps(json.loads(body)).encode(), hook))


def _of_first_try(body: bytes, hook: Hook) -> str:
    event = {**json.loads(body), "try": 0}
    return _b64(signed(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), hook))


SIGNATURES = (
    Mutant(
        "hook-other-secret",
        KIND,
        "events are signed with another secret",
        _signs(lambda body, hook: _b64(signed(body, replace(hook, secret=f"{hook.secret}x")))),
    ),
    Mutant(
        "hook-signs-another-text",
        KIND,
        "the signature is over the event as another program would write it",
        _signs(_reserialised),
    ),
    Mutant("hook-signs-first-try", KIND, "each try has the signature of the first", _signs(_of_first_try)),
    Mutant(
        "hook-signs-data",
        KIND,
        "only the SMS in the event is signed",
        _signs(lambda body, hook: _b64(signed(json.dumps(json.loads(body)["data"]).encode(), hook))),
    ),
    Mutant(
        "hook-signature-hex",
        KIND,
        "the signature is hexadecimal",
        _signs(lambda body, hook: signed(body, hook).hex()),
    ),
    Mutant(
        "hook-signature-url-safe",
        KIND,
        "the signature is base64 for URLs",
        _signs(lambda body, hook: base64.urlsafe_b64encode(signed(body, hook)).decode()),
    ),
    Mutant(
        "hook-signature-unpadded",
        KIND,
        "the signature is base64 without padding",
        _signs(lambda body, hook: _b64(signed(body, hook)).rstrip("=")),
    ),
    Mutant(
        "hook-signature-named",
        KIND,
        "the algorithm stands before the signature",
        _signs(lambda body, hook: f"{hook.algorithm.lower()}={_b64(signed(body, hook))}"),
    ),
    Mutant(
        "hook-always-sha256",
        KIND,
        "events are signed with SHA256, whatever was asked for",
        _signs(lambda body, hook: _b64(signed(body, replace(hook, algorithm="SHA256")))),
    ),
    Mutant(
        "hook-secret-ascii",
        KIND,
        "only the ASCII characters of a secret count",
        _signs(
            lambda body, hook: _b64(
                signed(body, replace(hook, secret=hook.secret.encode("ascii", "ignore").decode()))
            )
        ),
    ),
    Mutant(
        "hook-secret-cut",
        KIND,
        "only the first 64 characters of a secret count",
        _signs(lambda body, hook: _b64(signed(body, replace(hook, secret=hook.secret[:64])))),
    ),
    Mutant(
        "hook-secret-trimmed",
        KIND,
        "spaces around a secret do not count",
        _signs(lambda body, hook: _b64(signed(body, replace(hook, secret=hook.secret.strip())))),
    ),
    Mutant(
        "hook-unsigned",
        KIND,
        "events are not signed",
        pushes(lambda pushed: replace(pushed, signature=None)),
    ),
    Mutant(
        "hook-signed-unasked",
        KIND,
        "events are signed although no secret was given",
        pushes(
            lambda pushed: (
                pushed
                if pushed.hook.secret
                else replace(pushed, signature=_b64(signed(pushed.raw, pushed.hook)))
            )
        ),
    ),
)


@dataclass
class _NumberedIds:
    """Give every push its own id."""

    number: int = 0

    def __call__(self, pushed: Push, send: Deliver) -> int:
        self.number += 1
        return send(pushed.having(event_id=f"{pushed.event['event_id']}-{self.number}"))


@dataclass
class _Again:
    """Report another response of the receiver to the right server."""

    when: Callable[[int], object]
    answer: int

    def __call__(self, pushed: Push, send: Deliver) -> int:
        status = send(pushed)
        return self.answer if self.when(status) else status


EVENT_IDS = (
    Mutant(
        "hook-id-each-try", KIND, "each try of an event has an event_id of its own", carries(_NumberedIds)
    ),
    Mutant(
        "hook-id-of-sms",
        KIND,
        "the events of an SMS share one event_id",
        pushes(lambda pushed: pushed.having(event_id=pushed.event["data"]["hash"])),
    ),
    Mutant(
        "hook-id-constant",
        KIND,
        "all events have the same event_id",
        pushes(lambda pushed: pushed.having(event_id="event")),
    ),
    Mutant(
        "hook-id-header-missing",
        KIND,
        "the header of the event_id is missing",
        pushes(lambda pushed: replace(pushed, id=None)),
    ),
    Mutant(
        "hook-id-header-other",
        KIND,
        "the header of the event_id says another",
        pushes(lambda pushed: replace(pushed, id=f"{pushed.event['event_id']}-{pushed.event['try']}")),
    ),
    Mutant(
        "hook-try-stays-zero", KIND, "try is always 0", pushes(lambda pushed: pushed.having(**{"try": 0}))
    ),
    Mutant(
        "hook-try-from-one",
        KIND,
        "try is 1 at first",
        pushes(lambda pushed: pushed.having(**{"try": pushed.event["try"] + 1})),
    ),
    Mutant(
        "hook-try-doubles",
        KIND,
        "try goes on by two",
        pushes(lambda pushed: pushed.having(**{"try": 2 * pushed.event["try"]})),
    ),
    Mutant(
        "hook-never-again",
        KIND,
        "an event that was not taken is given up",
        carries(lambda: _Again(lambda status: not _is_taken(status), DONE)),
    ),
    Mutant(
        "hook-gives-up-at-404",
        KIND,
        "an event that was answered 404 is given up",
        carries(lambda: _Again(lambda status: status == 404, DONE)),
    ),
    Mutant(
        "hook-redirect-is-taken",
        KIND,
        "an event that was answered with a redirect is given up",
        carries(lambda: _Again(lambda status: status == 302, DONE)),
    ),
    Mutant(
        "hook-again-after-204",
        KIND,
        "an event is tried again after 204",
        carries(lambda: _Again(lambda status: status == 204, 500)),
    ),
    Mutant(
        "hook-only-200-counts",
        KIND,
        "an event is tried again after any 2xx but 200",
        carries(lambda: _Again(lambda status: _is_taken(status) and status != DONE, 500)),
    ),
)


def _is_taken(status: int) -> bool:
    return 200 <= status < 300


@dataclass
class _Swapped:
    """Deliver the second event of an SMS before the first."""

    held: dict[str, Push] = field(default_factory=dict)

    def __call__(self, pushed: Push, send: Deliver) -> int:
        name = pushed.event["data"]["hash"]
        if pushed.change == 1:
            self.held[name] = pushed
            return DONE
        status = send(pushed)
        first = self.held.pop(name, None)
        if first is not None:
            send(first)
        return status


def _loses(when: Callable[[Push], object]) -> Maker:
    return carries(lambda: lambda pushed, send: DONE if when(pushed) else send(pushed))


def _twice(pushed: Push, send: Deliver) -> int:
    status = send(pushed)
    if _is_taken(status):
        send(pushed.having(event_id=f"{pushed.event['event_id']}-again"))
    return status


def _replayed(pushed: Push, send: Deliver) -> int:
    status = send(pushed)
    if _is_taken(status):
        send(pushed.having(**{"try": pushed.event["try"] + 1}))
    return status


COURSE = (
    Mutant("hook-swapped", KIND, "the second event of an SMS comes before the first", carries(_Swapped)),
    Mutant("hook-never", KIND, "no event is ever pushed", _loses(lambda _: True)),
    Mutant("hook-loses-first", KIND, "no event has PENDING", _loses(lambda pushed: pushed.change == 1)),
    Mutant("hook-loses-one", KIND, "no event has REMOTE_QUEUED", _loses(lambda pushed: pushed.change == 3)),
    Mutant("hook-loses-last", KIND, "no event has RECEIVED", _loses(lambda pushed: pushed.change == _LAST)),
    Mutant(
        "hook-only-last",
        KIND,
        "only the final status of an SMS is an event",
        _loses(lambda pushed: pushed.change != _LAST),
    ),
    Mutant(
        "hook-loses-unsigned",
        KIND,
        "no event is sent where no secret was given",
        _loses(lambda pushed: not pushed.hook.secret),
    ),
    Mutant("hook-tells-twice", KIND, "each change is two events", carries(lambda: _twice)),
    Mutant("hook-repeats", KIND, "an event that was taken is pushed once more", carries(lambda: _replayed)),
)


WEBHOOKS = (*SIGNATURES, *EVENT_IDS, *COURSE)
