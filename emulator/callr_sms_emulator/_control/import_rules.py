"""What a line of an import must be: of the right format, with statuses and dates that the API can show.

References and uniqueness are left to the database. Whether an SMS can have come to its status is not checked.
A refusal names the property and what was expected. Of a value it says the kind alone, because that may be
anybody's text, number or secret; only statuses, dates and moments are repeated.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeVar, cast

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._api import (
    USER_DATA_LIMIT,
    read_endpoint,
    read_hmac_algorithm,
    read_hmac_secret,
    read_options,
)
from callr_sms_emulator._clock import ZERO_DATETIME, parse_datetime
from callr_sms_emulator._schemas import find_flaw, matching
from callr_sms_emulator._sms import MAX_PARTS, OUTCOMES, STATUSES, Direction, Encoding, Progress
from callr_sms_emulator._storage import (
    AccountLine,
    AnyLine,
    EventLine,
    Hash,
    SmsLine,
    SubscriptionLine,
    UnsubscribedLine,
)
from callr_sms_emulator._webhooks import AttemptDetail

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_KINDS: dict[str, type[AnyLine]] = {
    "account": AccountLine,
    "subscription": SubscriptionLine,
    "unsubscribed": UnsubscribedLine,
    "sms": SmsLine,
    "event": EventLine,
}
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
_DATE_LENGTH = len(ZERO_DATETIME)
_MILLISECONDS = re.compile(r"\.[0-9]{3}")


class SmsPart(Progress, forbid_unknown_fields=True, kw_only=True):
    """An SMS as the API shows it (capture). What it may leave out is what a new one has."""

    type: Direction
    hash: Hash
    sender: Annotated[
        str,
        matching(
            r"\+[1-9][0-9]{6,14}|[A-Za-z0-9 _-]{0,11}",
            "nothing, E.164 with the plus, a shortcode, or 1 to 11 of a-z, A-Z, 0-9, space, dash, underscore",
        ),
    ] = msgspec.field(name="from")
    to: Annotated[
        str,
        matching(
            r"\+[1-9][0-9]{6,14}|[0-9]{3,8}",
            "E.164 with the plus, 7 to 15 digits, the first not 0, or a shortcode of 3 to 8 digits",
        ),
    ]
    text: Annotated[str, msgspec.Meta(min_length=1)]
    options: dict[str, object] | None
    encoding: Encoding
    user_data: Annotated[str, msgspec.Meta(max_length=USER_DATA_LIMIT)]
    b_customer_mode: Literal["PREPAID", "POSTPAID"]
    b_customer_debit: Annotated[
        str, matching(r"[0-9]{1,12}(\.[0-9]{1,9})?", 'a decimal in a string, like "7.80"')
    ]
    network: Annotated[str, matching(r"([0-9]{5,6})?", "5 or 6 digits (MCC and MNC), or nothing")]
    parts: Annotated[int, msgspec.Meta(ge=1, le=MAX_PARTS)]
    nature: Literal["ALERTING", "MARKETING"]
    date_creation: str


_decode_line: Callable[[bytes], AnyLine] = msgspec.json.Decoder(AnyLine).decode
_decode_sms = msgspec.json.Decoder(SmsPart).decode
_decode_detail = msgspec.json.Decoder(AttemptDetail).decode


def read_line(data: bytes) -> AnyLine:
    """Read a line.

    Raises:
        InvalidRequestError: It has what the API could not show; the message names the property.
    """
    try:
        line = _decode_line(data)
    except _UNREADABLE:
        raise _explain_line(data) from None
    if isinstance(line, SmsLine):
        _check_sms(line)
    elif isinstance(line, SubscriptionLine):
        _check_subscription(line)
    elif isinstance(line, EventLine):
        _check_event(line)
    return line


def _check_sms(line: SmsLine) -> None:
    if line.outcome is not None and line.outcome not in OUTCOMES:
        raise _errors.not_one_of("outcome", line.outcome, OUTCOMES)
    sms = _decode(line.sms, "sms.", SmsPart, _decode_sms)
    _check_date("sms.date_creation", sms.date_creation)
    # A list finds an SMS by the one and shows the other.
    if line.created != parse_datetime(sms.date_creation):
        raise _errors.bad_value(
            "created", line.created, "the moment of sms.date_creation, in seconds since 1970"
        )
    _privately("sms.options", sms.options, lambda name, value: read_options(value, name))
    _check_progress("sms", sms)


def _check_subscription(line: SubscriptionLine) -> None:
    target = line.target
    _privately("target.endpoint", target.endpoint, read_endpoint)
    _privately("target.hmac_algo", target.hmac_algo, read_hmac_algorithm)
    if target.hmac_secret is not None:
        read_hmac_secret("target.hmac_secret", target.hmac_secret)


def _check_event(line: EventLine) -> None:
    _check_progress("progress", line.progress)
    for number, delivery in enumerate(line.deliveries):
        for index, attempt in enumerate(delivery.attempts):
            prefix = f"deliveries[{number}].attempts[{index}].detail."
            _decode(attempt.detail, prefix, AttemptDetail, _decode_detail)


def _check_progress(name: str, progress: Progress) -> None:
    """Check that each status exists, and each date."""
    _check_status(f"{name}.status", progress.status)
    _check_date(f"{name}.date_update", progress.date_update)
    for key, date in (("date_sent", progress.date_sent), ("date_received", progress.date_received)):
        if date != ZERO_DATETIME:
            _check_date(f"{name}.{key}", date)
    for index, change in enumerate(progress.status_history):
        here = f"{name}.status_history[{index}]"
        _check_status(f"{here}.old_status", change.old_status)
        _check_status(f"{here}.new_status", change.new_status)
        date, rest = change.updated_at[:_DATE_LENGTH], change.updated_at[_DATE_LENGTH:]
        if parse_datetime(date) is None or not _MILLISECONDS.fullmatch(rest):
            raise _errors.bad_value(
                f"{here}.updated_at",
                change.updated_at,
                'YYYY-MM-DD HH:MM:SS.mmm in UTC, like "2012-04-24 23:42:00.123"',
            )


def _check_status(name: str, status: str) -> None:
    if status not in STATUSES:
        raise _errors.not_one_of(name, status, STATUSES)


def _check_date(name: str, value: str) -> None:
    if parse_datetime(value) is None:
        raise _errors.bad_datetime(name, value)


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
        raise _errors.private_value(broken.parameter or name, expected) from None


def _decode(raw: msgspec.Raw, prefix: str, kind: type[msgspec.Struct], decode: Callable[[bytes], T]) -> T:
    data = bytes(raw)
    try:
        return decode(data)
    except _UNREADABLE:
        raise _explain(data, kind, prefix) from None


def _explain_line(data: bytes) -> _errors.InvalidRequestError:
    found = _read_json(data, "line")
    if not isinstance(found, dict):
        return _errors.bad_property("line", found, "a JSON object")
    kind = cast("dict[str, object]", found).get("kind")
    if kind is None:
        return _errors.missing_parameter("kind", f"one of {', '.join(_KINDS)}")
    if not isinstance(kind, str) or kind not in _KINDS:
        return _errors.not_one_of("kind", kind, _KINDS)
    return _explain(data, _KINDS[kind], "")


def _explain(data: bytes, kind: type[msgspec.Struct], prefix: str) -> _errors.InvalidRequestError:
    name = prefix.rstrip(".") or "line"
    error = find_flaw(_read_json(data, name), kind, prefix)
    return error or _errors.bad_json(name, "it cannot be read as what GET /_emulator/export writes")


def _refuse_constant(constant: str) -> NoReturn:
    raise _errors.bad_json("line", f"{constant} is not a JSON value (RFC 8259)")


def _read_json(data: bytes, name: str) -> object:
    """Read JSON to explain what is wrong with it; no number is repeated, so each may be of any length."""
    try:
        return cast("object", json.loads(data.decode(), parse_int=float, parse_constant=_refuse_constant))
    except UnicodeDecodeError as error:
        raise _errors.bad_json(name, f"the byte at offset {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _errors.bad_json(name, f"{error.msg} (character {error.pos + 1})") from None
    except RecursionError:
        raise _errors.bad_json(name, "nested too deeply") from None
