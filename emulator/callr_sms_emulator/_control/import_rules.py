"""What a line of an import must be: nothing comes in that the API could not show.

A refusal names the member and what was expected. Of what was given it tells the kind alone, for it may be
anybody's text, number or secret; only statuses, dates and moments are repeated.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeVar, cast

import msgspec

from callr_sms_emulator import _dates, _errors
from callr_sms_emulator._api import (
    USER_DATA_LIMIT,
    is_sender,
    read_endpoint,
    read_hmac_algorithm,
    read_hmac_secret,
    read_options,
)
from callr_sms_emulator._http import EXPECTED, explain_privately, value_at
from callr_sms_emulator._sms import INCOMING, MAX_PARTS, PATHS, Direction, Encoding, Progress
from callr_sms_emulator._storage import AccountLine, AnyLine, EventLine, Hash, SmsLine, SubscriptionLine
from callr_sms_emulator._webhooks import AttemptDetail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callr_sms_emulator._sms import Change

T = TypeVar("T")

_KINDS: dict[str, type[AnyLine]] = {
    "account": AccountLine,
    "subscription": SubscriptionLine,
    "sms": SmsLine,
    "event": EventLine,
}
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)

_LIFE = ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED")
"""The statuses that others come after, in their order."""
_STATUSES = tuple(dict.fromkeys(status for path in PATHS.values() for status in path))
_MOMENT_LENGTH = len("0000-00-00 00:00:00")
_MILLISECONDS = re.compile(r"\.[0-9]{3}")
_SHORTCODE = re.compile(r"[0-9]{1,11}")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class SmsPart(Progress, forbid_unknown_fields=True, kw_only=True):
    """An SMS as the API shows it (capture). What it may leave out is what a new one has."""

    type: Direction
    hash: Hash
    sender: str = msgspec.field(name="from")
    to: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^\+[1-9][0-9]{6,14}\Z",
            extra={EXPECTED: "E.164 with the plus, 7 to 15 digits, the first not 0"},
        ),
    ]
    text: Annotated[str, msgspec.Meta(min_length=1)]
    options: dict[str, object] | None
    encoding: Encoding
    user_data: Annotated[str, msgspec.Meta(max_length=USER_DATA_LIMIT)]
    b_customer_mode: Literal["PREPAID", "POSTPAID"]
    b_customer_debit: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[0-9]{1,12}(\.[0-9]{1,9})?\Z", extra={EXPECTED: 'a decimal in a string, like "7.80"'}
        ),
    ]
    network: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^([0-9]{5,6})?\Z", extra={EXPECTED: "5 or 6 digits (MCC and MNC), or nothing"}
        ),
    ]
    parts: Annotated[int, msgspec.Meta(ge=1, le=MAX_PARTS)]
    nature: Literal["ALERTING", "MARKETING"]
    date_creation: str


_decode_line: Callable[[bytes], AnyLine] = msgspec.json.Decoder(AnyLine).decode
_decode_sms = msgspec.json.Decoder(SmsPart).decode
_decode_detail = msgspec.json.Decoder(AttemptDetail).decode


def read_line(data: bytes) -> AnyLine:
    """Read a line.

    Raises:
        InvalidRequestError: It is none, or holds what the API could not show; the message names the member.
    """
    try:
        line = _decode_line(data)
    except _UNREADABLE as error:
        raise _explain_line(data, str(error)) from None
    if isinstance(line, SmsLine):
        _check_sms_line(line)
    elif isinstance(line, SubscriptionLine):
        _check_subscription(line)
    elif isinstance(line, EventLine):
        _check_event(line)
    return line


# --- an SMS ---------------------------------------------------------------------------------------------


def _check_sms_line(line: SmsLine) -> None:
    if line.outcome is not None and line.outcome not in PATHS:
        raise _errors.not_one_of("outcome", line.outcome, PATHS)
    sms = _decode(line.sms, "sms.", SmsPart, _decode_sms)
    _check_sms(sms)
    if line.created != _dates.parse(sms.date_creation):
        raise _errors.bad_value(
            "created", line.created, "the moment of sms.date_creation, in seconds since 1970"
        )
    if line.due is not None and line.due < _last_change(sms):
        raise _errors.bad_value("due", line.due, "no moment before that of the last change of the SMS")


def _check_sms(sms: SmsPart) -> None:
    _check_date("sms.date_creation", sms.date_creation)
    _check_sender(sms)
    _privately("sms.options", sms.options, lambda name, value: read_options(value, name))
    first = "RECEIVED" if sms.type == "IN" else "CREATED"
    _check_progress("sms", sms, first, sms.date_creation)


def _check_sender(sms: SmsPart) -> None:
    sender = sms.sender
    if sms.type == "IN":
        if not _PHONE_NUMBER.fullmatch(sender):
            raise _errors.bad_member("sms.from", sender, "E.164 with the plus, for the SMS came in")
    elif sender and not is_sender(sender) and not _SHORTCODE.fullmatch(sender):
        raise _errors.bad_member(
            "sms.from",
            sender,
            "nothing, a shortcode, or 1 to 11 of a-z, A-Z, 0-9, space, dash, underscore with a letter",
        )


def _last_change(sms: SmsPart) -> int:
    """Give the moment of the last change, or of the making, in milliseconds since 1970."""
    history = sms.status_history
    shown = history[-1].updated_at if history else sms.date_creation
    milliseconds = int(shown[_MOMENT_LENGTH + 1 :] or 0)
    return (_dates.parse(shown[:_MOMENT_LENGTH]) or 0) * 1000 + milliseconds


# --- its progress ---------------------------------------------------------------------------------------


def _check_progress(name: str, progress: Progress, first: str, created: str) -> None:
    """Check that statuses and dates are some, and that they say what the history says.

    `first` is the status that the SMS began with, `created` when that was.
    """
    _check_status(f"{name}.status", progress.status)
    _check_date(f"{name}.date_update", progress.date_update)
    for member, value in (("date_sent", progress.date_sent), ("date_received", progress.date_received)):
        if value != _dates.ZERO:
            _check_date(f"{name}.{member}", value)
    history = progress.status_history
    _check_history(f"{name}.status_history", history, first, created)
    reached = {first: created} | {each.new_status: each.updated_at[:_MOMENT_LENGTH] for each in history}
    said = {
        "status": [*reached][-1],
        "date_update": [*reached.values()][-1],
        "date_sent": reached.get("SENT", _dates.ZERO),
        "date_received": reached.get("RECEIVED", _dates.ZERO),
    }
    for member, wanted in said.items():
        found = getattr(progress, member)
        if found != wanted:
            raise _errors.bad_value(
                f"{name}.{member}", found, f"{_errors.show(wanted)}, as {name}.status_history has it"
            )
    if progress.status_error and progress.status != "ERROR":
        raise _errors.bad_member(
            f"{name}.status_error", progress.status_error, f"nothing with the status {progress.status}"
        )


def _check_history(name: str, history: Sequence[Change], first: str, created: str) -> None:
    """Check that each change goes on from the one before it, to a status that comes later in a life."""
    status, moment = first, created
    for index, change in enumerate(history):
        here = f"{name}[{index}]"
        _check_status(f"{here}.old_status", change.old_status)
        _check_status(f"{here}.new_status", change.new_status)
        _check_moment(f"{here}.updated_at", change.updated_at)
        if change.old_status != status:
            raise _errors.bad_value(
                f"{here}.old_status", change.old_status, f'"{status}", as it was until then'
            )
        if _place(change.new_status) <= _place(status):
            raise _errors.bad_value(
                f"{here}.new_status", change.new_status, f'a status that follows "{status}"'
            )
        if change.updated_at < moment:  # the form sorts as the time does
            raise _errors.bad_value(f"{here}.updated_at", change.updated_at, f'no moment before "{moment}"')
        status, moment = change.new_status, change.updated_at


def _place(status: str) -> int:
    """Give where in a life a status stands: the last ones are all at its end."""
    return _LIFE.index(status) if status in _LIFE else len(_LIFE)


def _check_status(name: str, status: str) -> None:
    if status not in _STATUSES:
        raise _errors.not_one_of(name, status, _STATUSES)


def _check_date(name: str, value: str) -> None:
    if _dates.parse(value) is None:
        raise _errors.bad_datetime(name, value)


def _check_moment(name: str, value: str) -> None:
    date, rest = value[:_MOMENT_LENGTH], value[_MOMENT_LENGTH:]
    if _dates.parse(date) is None or not _MILLISECONDS.fullmatch(rest):
        raise _errors.bad_value(name, value, 'YYYY-MM-DD HH:MM:SS.mmm in UTC, like "2012-04-24 23:42:00.123"')


# --- the other lines ------------------------------------------------------------------------------------


def _check_subscription(line: SubscriptionLine) -> None:
    target = line.target
    _privately("target.endpoint", target.endpoint, read_endpoint)
    _privately("target.hmac_algo", target.hmac_algo, read_hmac_algorithm)
    if target.hmac_secret is not None:
        read_hmac_secret("target.hmac_secret", target.hmac_secret)


def _check_event(line: EventLine) -> None:
    """Check an event; its SMS came before it, which the store looks at."""
    progress = line.progress
    if line.type != INCOMING and not progress.status_history:
        raise _errors.bad_member(
            "progress.status_history", [], f"the change that an event of the type {line.type} tells of"
        )
    first = "RECEIVED" if line.type == INCOMING else "CREATED"
    created = (
        progress.date_update if line.type == INCOMING else ""
    )  # before any other, where that is not said
    _check_progress("progress", progress, first, created)
    for number, delivery in enumerate(line.deliveries):
        for index, attempt in enumerate(delivery.attempts):
            prefix = f"deliveries[{number}].attempts[{index}].detail."
            _decode(attempt.detail, prefix, AttemptDetail, _decode_detail)


# --- what is wrong, in words ----------------------------------------------------------------------------


def _privately(name: str, value: object, read: Callable[[str, object], object]) -> None:
    """Read a value as a request's is read; where it is refused, say so without it."""
    try:
        read(name, value)
    except _errors.InvalidRequestError as error:
        broken = error.broken
        if broken is None or broken.value is None or broken.rule == "known":
            raise
        _, _, expected = error.message.rpartition(": expected ")
        member = broken.parameter or name
        raise _errors.bad_member(member, value_at(value, member.removeprefix(name)), expected) from None


def _decode(raw: msgspec.Raw, prefix: str, kind: type[msgspec.Struct], decode: Callable[[bytes], T]) -> T:
    data = bytes(raw)
    try:
        return decode(data)
    except _UNREADABLE as error:
        raise _explain(data, kind, str(error), prefix) from None


def _explain_line(data: bytes, words: str) -> _errors.InvalidRequestError:
    found = _read_json(data, "line")
    if not isinstance(found, dict):
        return _errors.bad_member("line", found, "a JSON object")
    kind = cast("dict[str, object]", found).get("kind")
    if kind is None:
        return _errors.missing_parameter("kind", f"one of {', '.join(_KINDS)}")
    if not isinstance(kind, str) or kind not in _KINDS:
        return _errors.not_one_of("kind", kind, _KINDS)
    return _explain(data, _KINDS[kind], words, "")


def _explain(data: bytes, kind: type[msgspec.Struct], words: str, prefix: str) -> _errors.InvalidRequestError:
    found = _read_json(data, prefix.rstrip(".") or "line")
    if not isinstance(found, dict):
        return _errors.bad_member(prefix.rstrip("."), found, "an object")
    return explain_privately(cast("dict[str, object]", found), kind, words, prefix)


def _refuse_constant(constant: str) -> NoReturn:
    raise _errors.bad_json("line", f"{constant} is no JSON value (RFC 8259)")


def _read_json(data: bytes, name: str) -> object:
    """Read JSON for what can be said of it: a number is none of that, so it may be of any length."""
    try:
        return cast("object", json.loads(data.decode(), parse_int=float, parse_constant=_refuse_constant))
    except UnicodeDecodeError as error:
        raise _errors.bad_json(name, f"the byte at offset {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _errors.bad_json(name, f"{error.msg} (character {error.pos + 1})") from None
    except RecursionError:
        raise _errors.bad_json(name, "nested too deeply") from None
