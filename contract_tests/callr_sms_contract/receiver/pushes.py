"""The events that are pushed to a user's receiver, and how it has to respond.

All phone numbers are reserved for fiction. Every run has new event ids, because a receiver may remember them
from the run before.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

from callr_sms_contract.contract import ZERO_DATETIME, Contract, Webhook
from callr_sms_contract.oracle import ALGORITHMS, signature

Json = dict[str, Any]

TAKEN: Final = "2xx"
REFUSED: Final = "4xx"
AGENT: Final = "CALLR/API (callr-sms-contract)"
_TO: Final = "+33639981234"
_FROM: Final = "+447700900123"
_OTHER_SECRET: Final = "a word that nobody chose"  # noqa: S105 - it signs what is to be refused
_LONGEST_TEXT: Final = 255 * 153
"""The number of characters of the longest text that can be sent."""
_SECOND: Final = 19


@dataclass(frozen=True)
class Step:
    """One push."""

    event_id: str
    body: bytes
    signature: str | None = None
    """The value of the header; None leaves it out."""
    signs: bytes | None = None
    """The bytes that were signed with the receiver's own secret; None when none were."""
    algorithm: str = "SHA256"
    names: tuple[str, str] = ("X-CALLR-EventId", "X-CALLR-HmacSignature")

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the push."""
        own = {"User-Agent": AGENT, "Content-Type": "application/json", self.names[0]: self.event_id}
        return own if self.signature is None else {**own, self.names[1]: self.signature}


@dataclass(frozen=True)
class Case:
    """One test case: pushes one after the other, of which the last is judged."""

    check: str
    name: str
    webhook: Webhook
    steps: tuple[Step, ...]
    wanted: str = TAKEN
    at_once: bool = False
    """Whether all are pushed at the same time; then all are judged."""


class Pushes:
    """The cases for a receiver with `secret`; an empty one stands for a receiver that verifies nothing."""

    def __init__(self, contract: Contract, secret: str, algorithm: str) -> None:
        self._secret, self._algorithm = secret, algorithm
        self._run, self._number = token_hex(6), 0
        self._webhooks = {webhook.id: webhook for webhook in contract.webhooks}
        self._examples = {name: _example(contract, webhook) for name, webhook in self._webhooks.items()}

    def cases(self) -> Iterator[Case]:
        """Return all cases, in their order."""
        for name in sorted(self._webhooks):
            yield from self._valid(name)
            yield from self._again(name)
            yield from self._open(name)
            if self._secret:
                yield from self._forged(name)
        yield from self._courses()

    # --- what has to be accepted ---------------------------------------------------------------------------

    def _valid(self, name: str) -> Iterator[Case]:
        check = "event_is_taken"
        yield self._case(check, "an event", name, self._step(self._event(name)))
        text = '« fête » \\ " / \r\n\t <b>&amp;</b> \u2028 \u00a0 \U0001f44d'
        unusual = self._event(name, text=text, encoding="UNICODE")
        yield self._case(check, "an event in many scripts", name, self._step(unusual))
        escaped = json.dumps(self._event(name, text=text, encoding="UNICODE")).encode()
        yield self._case(check, "an event written with escapes", name, self._raw(escaped))
        spaced = json.dumps(self._event(name), indent=2).encode() + b"\n"
        yield self._case(check, "an event over many lines", name, self._raw(spaced))
        hooked = {**self._event(name), "hook_hash": "C4BZ9XKQ"}
        yield self._case(check, "an event of a subscription", name, self._step(hooked))
        small = self._step(self._event(name), names=("x-callr-eventid", "x-callr-hmacsignature"))
        yield self._case(check, "an event whose headers are in small letters", name, small)
        long = self._event(name, text="x" * _LONGEST_TEXT, parts=255, b_customer_debit="1989.00")
        yield self._case("large_event_is_taken", "an event with the longest text", name, self._step(long))
        many = tuple(self._step(self._event(name)) for _ in range(8))
        yield Case(check, "events at the same time", self._webhooks[name], many, at_once=True)

    def _again(self, name: str) -> Iterator[Case]:
        event = self._event(name)
        first, later = self._step(event), self._step({**event, "try": 1})
        yield self._case("replay_is_taken", "an event that comes again, byte for byte", name, first, first)
        yield self._case("replay_is_taken", "a later try of an event that was taken", name, first, later)
        late = self._step({**self._event(name), "try": 9})
        yield self._case("replay_is_taken", "an event of which the first tries were lost", name, late)

    def _open(self, name: str) -> Iterator[Case]:
        check = "unknown_is_taken"
        member = {**self._event(name, colour="green", mentions=[{"of": None}]), "region": {"code": 7}}
        yield self._case(check, "an event with new properties", name, self._step(member))
        optional = self._event(name)
        optional["data"]["options"] = {**(optional["data"]["options"] or {}), "validity_period": 60}
        yield self._case(check, "an event with new options", name, self._step(optional))

    def _courses(self) -> Iterator[Case]:
        """Return the events of one SMS from its first change to its last, also in reverse order."""
        name = "onSmsMtStatusUpdate"
        steps = tuple(self._step(event) for event in self._course(name))
        for number, step in enumerate(steps, 1):
            yield self._case("event_is_taken", f"change {number} of an SMS", name, step)
        back = tuple(self._step(event) for event in reversed(self._course(name)))
        yield self._case("late_event_is_taken", "an event that comes after later ones", name, *back)
        for status in ("ERROR", "FAILED", "EXPIRED"):
            failed = self._ending(name, status, "not delivered")
            yield self._case("event_is_taken", f"an SMS that ended as {status}", name, self._step(failed))
        new = self._ending(name, "HELD_BY_CARRIER", "")
        yield self._case("unknown_is_taken", "an event with a new status", name, self._step(new))

    # --- what has to be rejected -------------------------------------------------------------------------

    def _forged(self, name: str) -> Iterator[Case]:
        for title, step in self._forgeries(name):
            yield Case("forged_event_is_refused", f"an event {title}", self._webhooks[name], (step,), REFUSED)

    def _forgeries(self, name: str) -> Iterator[tuple[str, Step]]:
        """Return forged events, each with an id of its own."""
        own, body = self._new(name)
        yield (
            "that is signed with another secret",
            Step(own, body, signature(body, _OTHER_SECRET, self._algorithm)),
        )
        yield "without a signature", Step(*self._new(name), None)
        yield "with an empty signature", Step(*self._new(name), "")
        own, body = self._new(name)
        yield "with a signature of another event", self._signing(own, body, self._new("onSmsMo")[1])
        own, body = self._new(name)
        changed = body.replace(b'"try":0', b'"try":1')
        yield "that was changed after it was signed", self._signing(own, changed, body)
        event = self._event(name)
        anew = json.dumps(event).encode()
        yield (
            "whose JSON was written anew after it was signed",
            self._signing(event["event_id"], anew, _compact(event)),
        )
        other = next(each for each in reversed(ALGORITHMS) if each != self._algorithm)
        own, body = self._new(name)
        signed = signature(body, self._secret, other)
        yield "that is signed with another algorithm", Step(own, body, signed, body, other)

    def _new(self, name: str) -> tuple[str, bytes]:
        """Return the id and the body of a new event."""
        event = self._event(name)
        return event["event_id"], _compact(event)

    # --- events -----------------------------------------------------------------------------------------

    def _case(self, check: str, title: str, name: str, *steps: Step) -> Case:
        return Case(check, title, self._webhooks[name], steps)

    def _step(self, event: Json, **changes: Any) -> Step:  # noqa: ANN401 - what a step has
        return self._signing(event["event_id"], _compact(event), **changes)

    def _raw(self, body: bytes) -> Step:
        return self._signing(json.loads(body)["event_id"], body)

    def _signing(self, own: str, body: bytes, signs: bytes | None = None, **changes: Any) -> Step:  # noqa: ANN401 - as above
        if not self._secret:
            return Step(own, body, **changes)
        signs = body if signs is None else signs
        header = signature(signs, self._secret, self._algorithm)
        return Step(own, body, header, signs, self._algorithm, **changes)

    def _event(self, name: str, **sms: Any) -> Json:  # noqa: ANN401 - JSON
        """A new event of a new SMS, with these members."""
        self._number += 1
        event = copy.deepcopy(self._examples[name])
        event |= {"event_id": f"contract-tests-{self._run}-{self._number}", "try": 0}
        event["data"] |= {"hash": f"{self._number:08}", **sms}
        return event

    def _course(self, name: str) -> list[Json]:
        last = self._event(name)
        length = len(last["data"]["status_history"])
        return [self._until(last, number) for number in range(1, length + 1)]

    def _until(self, last: Json, length: int) -> Json:
        """The event of an earlier change of the same SMS."""
        event = copy.deepcopy(last)
        history = event["data"]["status_history"][:length]
        reached = {entry["new_status"]: entry["updated_at"][:_SECOND] for entry in history}
        event["event_id"] += f"-{length}"
        event["event_at"] = history[-1]["updated_at"].replace(" ", "T") + "Z"
        event["data"] |= {
            "status": history[-1]["new_status"],
            "status_history": history,
            "date_update": history[-1]["updated_at"][:_SECOND],
            "date_sent": reached.get("SENT", ZERO_DATETIME),
            "date_received": reached.get("RECEIVED", ZERO_DATETIME),
        }
        return event

    def _ending(self, name: str, status: str, error: str) -> Json:
        """The event of an SMS whose last change led to `status`."""
        event = self._until(self._event(name), 3)
        event["data"]["status_history"][-1]["new_status"] = status
        event["data"] |= {"status": status, "status_error": error}
        return event


def _example(contract: Contract, webhook: Webhook) -> Json:
    """The contract's own example of an event, with numbers that nobody has."""
    examples = webhook.definition["requestBody"]["content"]["application/json"]["examples"]
    event: Json = copy.deepcopy(contract.resolve(next(iter(examples.values())))[0]["value"])
    ends = {"to": _TO} if event["data"]["type"] == "OUT" else {"from": _FROM}
    event["data"] |= ends
    return event


def _compact(event: Json) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
