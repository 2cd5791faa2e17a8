"""An account as lines of JSON: a backup, a move to another emulator, or the start of every test.

The lines, in this order: one of the kind `account` with its settings; one `subscription` for each; one
`unsubscribed` for each number that wants no marketing; one `sms` for each in the order in which they were
stored; one `event` for each, with its deliveries and their attempts. Neither login nor password is in them.
An export that is imported and exported again has the same bytes.
"""

from collections.abc import Iterable
from typing import IO, Annotated, Literal, Protocol

import msgspec

from callr_sms_emulator._schemas import matching
from callr_sms_emulator._sms import EventType, Message, NewSms, Progress, Target, write_head, write_tail
from callr_sms_emulator._storage.account_state import AccountState
from callr_sms_emulator._storage.outbox import DeliveryState

FORMAT: Literal[1] = 1
MAX_LINE = 1024 * 1024
"""Bytes; the longest SMS, with every character escaped, needs less."""

_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999
Hash = Annotated[str, matching("[0-9A-Z]{8}", "8 characters of 0-9 and A-Z")]
Seconds = Annotated[int, msgspec.Meta(ge=_FIRST, le=_LAST)]
Moment = Annotated[int, msgspec.Meta(ge=_FIRST * 1000, le=_LAST * 1000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class ExportLine(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind"):
    """One line."""


class AccountLine(ExportLine, tag="account"):
    """The settings of the account, and the version of this format."""

    format: Literal[1]
    state: AccountState


class SubscriptionLine(ExportLine, tag="subscription"):
    """A subscription, with its secret, without which no event could be signed."""

    hash: Hash
    types: Annotated[list[EventType], msgspec.Meta(min_length=1)]
    target: Target
    created: Moment


class UnsubscribedLine(ExportLine, tag="unsubscribed"):
    """A number that wants no marketing, and since when."""

    number: Annotated[str, matching(r"\+[1-9][0-9]{6,14}", "E.164 with the plus, 7 to 15 digits")]
    at: Moment


class SmsLine(ExportLine, tag="sms"):
    """An SMS as it was last written; `created` is in seconds since 1970, as in `date_creation`."""

    created: Seconds
    due: Moment | None
    outcome: str | None
    sms: msgspec.Raw


class AttemptPart(msgspec.Struct, forbid_unknown_fields=True):
    """One attempt of a delivery."""

    number: Count
    at: Moment
    detail: msgspec.Raw


class DeliveryPart(msgspec.Struct, forbid_unknown_fields=True):
    """The delivery of an event to one subscriber; `hook` is empty for the webhook of the SMS."""

    hook: Annotated[str, matching("([0-9A-Z]{8})?", "8 characters of 0-9 and A-Z, or nothing")]
    receiver: Annotated[str, matching("https?://[^ ]+", "http://host:port, or https")]
    due: Moment | None
    tries: Count
    state: DeliveryState
    attempts: list[AttemptPart]


class EventLine(ExportLine, tag="event"):
    """An event of an SMS, and its deliveries."""

    sms: Hash
    type: EventType
    event_id: Annotated[str, matching("[0-9a-f-]{36}", "a UUID")]
    sequence: Count
    at: Moment
    progress: Progress
    deliveries: list[DeliveryPart]


AnyLine = AccountLine | SubscriptionLine | UnsubscribedLine | SmsLine | EventLine

_encode = msgspec.json.Encoder().encode
_decode_message = msgspec.json.Decoder(Message).decode
_decode_progress = msgspec.json.Decoder(Progress).decode


class TransferStore(Protocol):
    """Exports and imports whole accounts."""

    async def dump(self, account: str) -> IO[bytes]:
        """Return the lines of an account as of one moment, in a file positioned at its start; close it."""

    async def load(self, account: str, lines: Iterable[tuple[int, AnyLine]]) -> None:
        """Add what is in lines, each with its number, in one transaction.

        Raises:
            InvalidRequestError: A hash occurs twice, an event has no SMS, or a delivery no subscriber.
        """


def write_line(line: AnyLine) -> bytes:
    """Return a line with its line feed."""
    return _encode(line) + b"\n"


def new_sms(line: SmsLine, account: str) -> NewSms:
    """Return the row of an SMS that was validated."""
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
