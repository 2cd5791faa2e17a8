"""A rule: which requests or events it matches, and its effect on them."""

from __future__ import annotations

from typing import Literal

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._faults.effect import Effect, check_effect, has_effect
from callr_sms_emulator._sms import EventType, compile_pattern

Operation = Literal["listSms", "sendSms", "sendSmsByQuery", "getSms"]
"""The operation ids of the contract."""

Trick = Literal["duplicate", "reorder", "lose"]

_OF_REQUESTS = ("operation", "header")
_OF_EVENTS = ("event", "sms", "sms_status")


class WantedHeader(msgspec.Struct, omit_defaults=True, frozen=True):
    """A header that a request must have, with this value or with any."""

    name: str
    value: str | None = None


class Rule(Effect, omit_defaults=True, frozen=True):
    """A rule as the control API accepts it. Missing conditions match everything.

    Attributes:
        operation: One operation, or several.
        to: The recipient of the SMS, or its beginning with a star at the end.
        to_pattern: A regular expression to search for in the recipient.
        header: A header of the request.
        share: The share of matches that the rule is applied to, from 0 to 1.
        skip: The number of matches before it is applied.
        times: How often it is applied at most.
        webhook: What happens to an event. Such a rule is for events, not for requests.
        event: One type of event, or several.
        sms: The hash of the SMS.
        sms_status: The status of the SMS in the event.
    """

    operation: Operation | list[Operation] | None = None
    to: str | None = None
    to_pattern: str | None = None
    header: WantedHeader | None = None
    share: float = 1.0
    skip: int = 0
    times: int | None = None
    webhook: Trick | None = None
    event: EventType | list[EventType] | None = None
    sms: str | None = None
    sms_status: str | None = None


def check_rule(rule: Rule) -> None:
    """Check what the schema of a rule cannot say.

    Raises:
        InvalidRequestError: The rule contradicts itself, or a value is malformed. The message names the field
            and what was expected.
    """
    if rule.to_pattern is not None:
        compile_pattern(rule.to_pattern, "to_pattern")
    if rule.webhook is not None:
        fields = msgspec.structs.fields(Effect)
        named = [name for name in _OF_REQUESTS if getattr(rule, name) is not None]
        named += [each.name for each in fields if getattr(rule, each.name) != each.default]
        if named:
            raise _errors.bad_fault(named[0], "is for requests", "no `webhook` with it")
        return
    for name in _OF_EVENTS:
        if getattr(rule, name) is not None:
            raise _errors.bad_fault(name, "is for events", "`webhook` with it")
    if not has_effect(rule):
        raise _errors.missing_parameter(
            "status", "an effect: one of status, delay, cut, reset, garbage, silence or webhook"
        )
    check_effect(rule)
