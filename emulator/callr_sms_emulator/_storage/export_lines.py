"""An account as lines of JSON, to be kept, moved to another emulator, or started from in every test.

The lines, in this order: one of the kind `account` with what is set for it; one `subscription` for each; one
`sms` for each in the order in which they were kept; one `event` for each, with its deliveries and their
tries. Neither login nor password is in them. Written, read and written again they are the same bytes.
"""

from collections.abc import Iterable
from typing import IO, Annotated, Literal, Protocol

import msgspec

from callr_sms_emulator._http import EXPECTED
from callr_sms_emulator._sms import EventType, Message, NewSms, Progress, Target, write_head, write_tail
from callr_sms_emulator._storage.account_state import AccountState
from callr_sms_emulator._storage.outbox import DeliveryState

FORMAT: Literal[1] = 1
MAX_LINE = 1024 * 1024
"""Bytes; the longest SMS, with every character escaped, needs less."""

_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]{8}\Z", extra={EXPECTED: "8 of 0-9, A-Z"})]
Seconds = Annotated[int, msgspec.Meta(ge=_FIRST, le=_LAST)]
Moment = Annotated[int, msgspec.Meta(ge=_FIRST * 1000, le=_LAST * 1000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class ExportLine(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind"):
    """One line."""


class AccountLine(ExportLine, tag="account"):
    """What is set for the account, and the version of this format."""

    format: Literal[1]
    state: AccountState


class SubscriptionLine(ExportLine, tag="subscription"):
    """Someone who is told; with the secret, without which nothing could be signed."""

    hash: Hash
    types: Annotated[list[EventType], msgspec.Meta(min_length=1)]
    target: Target
    created: Moment


class SmsLine(ExportLine, tag="sms"):
    """An SMS as it was written down last; `created` is in seconds since 1970, as in `date_creation`."""

    created: Seconds
    due: Moment | None
    outcome: str | None
    sms: msgspec.Raw


class AttemptPart(msgspec.Struct, forbid_unknown_fields=True):
    """One try of a delivery."""

    number: Count
    at: Moment
    detail: msgspec.Raw


class DeliveryPart(msgspec.Struct, forbid_unknown_fields=True):
    """One event for one hook; `hook` is empty for the webhook of the SMS."""

    hook: Annotated[
        str, msgspec.Meta(pattern=r"^([0-9A-Z]{8})?\Z", extra={EXPECTED: "8 of 0-9, A-Z, or nothing"})
    ]
    receiver: Annotated[
        str, msgspec.Meta(pattern=r"^https?://[^ ]+\Z", extra={EXPECTED: "http://host:port, or https"})
    ]
    due: Moment | None
    tries: Count
    state: DeliveryState
    attempts: list[AttemptPart]


class EventLine(ExportLine, tag="event"):
    """Something that happened to an SMS, and to whom it is told."""

    sms: Hash
    type: EventType
    event_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}\Z", extra={EXPECTED: "a UUID"})]
    sequence: Count
    at: Moment
    progress: Progress
    deliveries: list[DeliveryPart]


AnyLine = AccountLine | SubscriptionLine | SmsLine | EventLine

_encode = msgspec.json.Encoder().encode
_decode_message = msgspec.json.Decoder(Message).decode
_decode_progress = msgspec.json.Decoder(Progress).decode


class TransferStore(Protocol):
    """Gives out a whole account, and takes one in."""

    async def dump(self, account: str) -> IO[bytes]:
        """Give the lines of an account as of one moment, in a file that is at its beginning; close it."""

    async def load(self, account: str, lines: Iterable[tuple[int, AnyLine]]) -> None:
        """Keep what is in lines, each with its number, behind what came before, with nobody in between.

        Raises:
            InvalidRequestError: A hash stands twice, an event is of no SMS, or nobody is there to be told.
        """


def write_line(line: AnyLine) -> bytes:
    """Write a line with its end."""
    return _encode(line) + b"\n"


def new_sms(line: SmsLine, account: str) -> NewSms:
    """Give the row of an SMS that was found to be one."""
    message, progress = _decode_message(line.sms), _decode_progress(line.sms)
    webhook = (message.options or {}).get("webhook")
    return NewSms(
        hash=message.hash,
        account=account,
        direction=message.type,
        created=line.created * 1000,
        due=line.due,
        head=write_head(message),
        tail=write_tail(progress),
        outcome=line.outcome,
        webhook=None if webhook is None else _encode(webhook),
    )
