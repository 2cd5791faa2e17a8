"""Rows of SMS and their events, as the emulator and a store exchange them. All times are in milliseconds."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from callr_sms_emulator._sms.message import Direction

EventType = Literal["sms.mt.status_update", "sms.mo"]
NotificationType = EventType | Literal["sms.mt.created"]

STATUS_UPDATE: EventType = "sms.mt.status_update"
INCOMING: EventType = "sms.mo"
CREATED: NotificationType = "sms.mt.created"
"""Not an event of the vendor: only listeners in this process get it, when an SMS was sent."""


class Event(NamedTuple):
    """An event of an SMS, and its `tail` after it.

    `sequence` counts the events of one SMS from 1. `event_id` is the same
    for every subscriber and at every attempt.
    """

    event_id: str
    sequence: int
    at: int
    tail: bytes


class NewSms(NamedTuple):
    """A row: the columns that are searched, and the two pieces of its JSON.

    `created` and `due` are in milliseconds since 1970; without a further change `due` is None. `outcome`
    names the path of its statuses (None: the usual one), `webhook` is the JSON of its own `options.webhook`.
    """

    hash: str
    account: str
    direction: Direction
    created: int
    due: int | None
    head: bytes
    tail: bytes
    outcome: str | None = None
    webhook: bytes | None = None


class StoredSms(NamedTuple):
    """An SMS as it was last written: `head` and `tail` are its JSON, as of the moment before `due`."""

    head: bytes
    tail: bytes
    due: int | None
    outcome: str | None


class SmsList(NamedTuple):
    """Which SMS of an account to list: up to `limit` of those created by `last`, in order, as of `now`.

    The order is that of creation, and of the hash within a second; the list begins behind the place `after`.
    The times of creation are in seconds since 1970.
    """

    account: str
    direction: Direction
    after: tuple[int, str]
    last: int
    now: int
    limit: int


class ListPart(NamedTuple):
    """The JSON of listed SMS with commas between them; `rest` is the place of the last, None at the end."""

    sms: bytes
    rest: tuple[int, str] | None


class DueSms(NamedTuple):
    """An SMS whose next change is due."""

    id: int
    hash: str
    due: int
    outcome: str | None
    head: bytes
    tail: bytes
    webhook: bytes | None


class SmsUpdate(NamedTuple):
    """An SMS after its due changes: its tail, when the next one is due, and their events, if wanted."""

    tail: bytes
    due: int | None
    events: list[Event]


UpdateSms = Callable[[DueSms, int, bool], SmsUpdate]
"""Called with an SMS, the moment now, and whether events are wanted; makes the changes due by now."""


class SmsScan(NamedTuple):
    """Which SMS of an account to search, by their ascending numbers; None stands for any.

    `since` is in seconds since 1970. `pieces` occur in the searched text (see `searched_text`).
    """

    account: str
    below: int = 2**63 - 1
    above: int = 0
    type: str | None = None
    sender: str | None = None
    to: str | None = None
    status: str | None = None
    since: int | None = None
    pieces: tuple[str, ...] = ()

    @property
    def has_terms(self) -> bool:
        """Whether it restricts something that never changes, other than time."""
        return self.pieces != () or not self.type is self.sender is self.to is None


class SmsRow(NamedTuple):
    """The number of an SMS, and its JSON as it was last written."""

    id: int
    sms: bytes


class Found(NamedTuple):
    """SMS that were found, newest first; `rest` is the number below which others may be, None at the end."""

    rows: list[SmsRow]
    rest: int | None


class Notification(NamedTuple):
    """An event with the JSON of its SMS, for listeners in this process."""

    type: NotificationType
    hash: str
    at: int
    sms: bytes
    row: int | None = None


class AdvanceResult(NamedTuple):
    """The result of `Store.advance`.

    `next_due` is when the next change of any SMS of the account is due, `next_hooked` that of an SMS with a
    webhook of its own; `deliveries` counts those that were added to the outbox.
    """

    next_due: int | None
    next_hooked: int | None
    deliveries: int
    notifications: list[Notification]
