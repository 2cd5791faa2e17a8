"""The fault rules of an account."""

from __future__ import annotations

import builtins  # noqa: TC003 - `list` is a method here
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

from callr_sms_emulator_pytest._errors import CallrEmulatorError
from callr_sms_emulator_pytest._records import Fault, Sms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta
    from typing import Unpack

    from callr_sms_emulator_pytest._control import Control

Operation = Literal["listSms", "sendSms", "sendSmsByQuery", "getSms"]
EventType = Literal["sms.mt.status_update", "sms.mo"]
Garbage = Literal["bytes", "html", "empty", "truncated_json", "other_json", "wrong_type", "not_utf8"]

_NOT_FOUND = 404


class FaultRule(TypedDict, total=False):
    """A fault and its conditions; a condition that is left out matches everything.

    Keys:
        operation: The operations of the API.
        to: The recipient of the SMS, or its beginning with a star at the end: `+336*`.
        to_pattern: A regular expression that matches a part of the recipient.
        header: The name of a header of the request, or its name and value.
        share: The share of the matches that is hit: 0 to 1.
        skip: The number of matches to skip first.
        times: The highest number of hits.
        when: Whether it happens `before` the operation, which is then skipped, or `after` it.
        status: The HTTP status of the response.
        message: The message of the error response.
        headers: More headers of it.
        delay: The real time to delay the response: seconds, or a text like `2s`, `250ms`.
        cut: How much of the body is sent before the connection is closed: bytes, or a share like `50%`.
        reset: Whether the connection is reset.
        garbage: What is sent instead of a response of the API.
        silence: Whether there is never a response.
        webhook: What happens to an event; such a rule applies to events, not to requests.
        event: The types of the events.
        sms: The SMS of the events, or its hash.
        sms_status: The status of the SMS as of the event.
    """

    operation: Operation | Sequence[Operation]
    to: str
    to_pattern: str
    header: str | tuple[str, str]
    share: float
    skip: int
    times: int
    when: Literal["before", "after"]
    status: int
    message: str
    headers: Mapping[str, str]
    delay: float | str | timedelta
    cut: int | str
    reset: bool
    garbage: Garbage
    silence: bool
    webhook: Literal["duplicate", "reorder", "lose"]
    event: EventType | Sequence[EventType]
    sms: Sms | str
    sms_status: str


@dataclass(frozen=True)
class Faults:
    """The fault rules of the account; the first one that hits a request applies.

    All methods raise `CallrEmulatorError` if the emulator refuses the request.
    """

    _control: Control

    def add(self, **rule: Unpack[FaultRule]) -> Fault:
        """Append a rule; it applies to requests and events from now on."""
        return Fault.of(self._control.post("/faults", _write(rule)))

    @contextmanager
    def adding(self, **rule: Unpack[FaultRule]) -> Iterator[Fault]:
        """Add a rule for the duration of the block."""
        fault = self.add(**rule)
        try:
            yield fault
        finally:
            try:
                self.remove(fault)
            except CallrEmulatorError as error:
                if error.status != _NOT_FOUND:  # the block may have removed it
                    raise

    def get(self, fault: Fault | int) -> Fault:
        """Return a rule with its current counters."""
        return Fault.of(self._control.get(_path(fault)))

    def list(self) -> builtins.list[Fault]:
        """Return the rules in the order in which they apply."""
        return [Fault.of(each) for each in self._control.get("/faults")]

    def remove(self, fault: Fault | int) -> Fault:
        """Remove a rule; return it with its counters."""
        return Fault.of(self._control.delete(_path(fault)))

    def clear(self) -> None:
        """Remove all rules."""
        self._control.delete("/faults")


def _path(fault: Fault | int) -> str:
    return f"/faults/{fault.id if isinstance(fault, Fault) else fault}"


def _write(rule: FaultRule) -> dict[str, object]:
    """Return a rule as the control API takes it."""
    written: dict[str, object] = {**rule}
    for name in ("operation", "event"):
        if not isinstance(written.get(name, ""), str):
            written[name] = [*rule[name]]
    if "header" in rule:
        given = rule["header"]
        written["header"] = (
            {"name": given} if isinstance(given, str) else dict(zip(("name", "value"), given, strict=True))
        )
    if "headers" in rule:
        written["headers"] = {**rule["headers"]}
    if "sms" in rule and isinstance(rule["sms"], Sms):
        written["sms"] = rule["sms"].hash
    delay = rule.get("delay")
    if delay is not None and not isinstance(delay, (int, float, str)):
        written["delay"] = delay.total_seconds()
    return written
