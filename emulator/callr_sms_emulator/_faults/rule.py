"""A rule: which requests or events it matches, and its effect on them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._faults.effect import TOKEN, Effect, check_effect, has_effect
from callr_sms_emulator._sms import EventType, compile_pattern

Operation = Literal["listSms", "sendSms", "sendSmsByQuery", "getSms"]
"""The operation ids of the contract."""

Trick = Literal["duplicate", "reorder", "lose"]

_MOST_TIMES = 1_000_000_000
_TO = re.compile(r"\+[0-9]{1,15}\*?|\*")
_HASH = re.compile(r"[0-9A-Z]{8}")
_STATUS = re.compile(r"[A-Z_]{1,32}")
_OF_REQUESTS = ("operation", "header")
_OF_EVENTS = ("event", "sms", "sms_status")


class WantedHeader(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """A header that a request must have, with this value or with any."""

    name: str
    value: str | None = None


class Rule(Effect, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
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
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    skip: Annotated[int, msgspec.Meta(ge=0, le=_MOST_TIMES)] = 0
    times: Annotated[int, msgspec.Meta(ge=1, le=_MOST_TIMES)] | None = None
    webhook: Trick | None = None
    event: EventType | list[EventType] | None = None
    sms: str | None = None
    sms_status: str | None = None


def check_rule(rule: Rule) -> None:
    """Check a rule.

    Raises:
        InvalidRequestError: The rule contradicts itself, or a value is malformed. The message names the field
            and what was expected.
    """
    _check_conditions(rule)
    if rule.webhook is not None:
        _check_of_events(rule)
        return
    for name in _OF_EVENTS:
        if getattr(rule, name) is not None:
            raise _errors.bad_fault(name, "is for events", "`webhook` with it")
    if not has_effect(rule):
        raise _errors.missing_parameter(
            "status", "an effect: one of status, delay, cut, reset, garbage, silence or webhook"
        )
    check_effect(rule)


def _check_conditions(rule: Rule) -> None:
    if rule.to is not None and not _TO.fullmatch(rule.to):
        raise _errors.bad_value("to", rule.to, "a number in E.164, or its beginning and a star, like +3361*")
    if rule.to_pattern is not None:
        _errors.refuse_lone_surrogate("to_pattern", rule.to_pattern)
        compile_pattern(rule.to_pattern, "to_pattern")
    if rule.header is not None:
        _check_header(rule.header)
    for name in ("operation", "event"):
        if getattr(rule, name) == []:
            raise _errors.bad_value(name, [], "at least one value")
    if rule.sms is not None and not _HASH.fullmatch(rule.sms):
        raise _errors.bad_value("sms", rule.sms, "the hash of an SMS: 8 characters of 0-9 and A-Z")
    if rule.sms_status is not None and not _STATUS.fullmatch(rule.sms_status):
        raise _errors.bad_value("sms_status", rule.sms_status, "a status, like RECEIVED")


def _check_of_events(rule: Rule) -> None:
    named = [name for name in _OF_REQUESTS if getattr(rule, name) is not None]
    named += [
        each.name for each in msgspec.structs.fields(Effect) if getattr(rule, each.name) != each.default
    ]
    if named:
        raise _errors.bad_fault(named[0], "is for requests", "no `webhook` with it")


def _check_header(wanted: WantedHeader) -> None:
    if not TOKEN.fullmatch(wanted.name):
        raise _errors.bad_value("header.name", wanted.name, "the name of a header")
    _errors.refuse_lone_surrogate("header.value", wanted.value or "")
