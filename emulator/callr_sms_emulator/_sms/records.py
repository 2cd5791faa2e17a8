"""Rows of SMS and of their events, as the life of an SMS and a store exchange them."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from callr_sms_emulator._sms.message import Direction

EventType = Literal["sms.mt.status_update", "sms.mo"]
NotificationType = EventType | Literal["sms.mt.created"]

STATUS_UPDATE: EventType = "sms.mt.status_update"
INCOMING: EventType = "sms.mo"
CREATED: NotificationType = "sms.mt.created"
"""No event of the vendor's: only those who listen in this process hear that an SMS was sent."""


class Event(NamedTuple):
    """Something that happened to an SMS, and its `tail` from then on.

    `sequence` counts the events of one SMS from 1; `at` is in milliseconds since 1970. `event_id` is the same
    for every subscriber and at every attempt.
    """

    event_id: str
    sequence: int
    at: int
    tail: bytes


class NewSms(NamedTuple):
    """A row: the columns that are searched, and the two pieces of its JSON.

    `created` and `due` are in milliseconds since 1970; `due` is None when no change is to come.
    `outcome` names how its life goes (None: as usual), `webhook` is the JSON of its own `options.webhook`.
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
    """An SMS as it was written down last: `head` and `tail` make its JSON, as of the moment before `due`."""

    head: bytes
    tail: bytes
    due: int | None
    outcome: str | None


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
    """What an SMS has become: its tail, when its next change is due, and each change, if they were wanted."""

    tail: bytes
    due: int | None
    events: list[Event]


UpdateSms = Callable[[DueSms, int, bool], SmsUpdate]
"""Takes an SMS, now, and whether each change is wanted as an event; makes the changes due by now."""


class SmsScan(NamedTuple):
    """Which SMS of an account to go through, by the numbers of their rows, which grow.

    `contains` are pieces of JSON that stand in the head.
    """

    account: str
    below: int = 2**63 - 1
    above: int = 0
    contains: tuple[bytes, ...] = ()


class SmsRow(NamedTuple):
    """The number of a row, and the JSON of its SMS as it was written down last."""

    id: int
    sms: bytes


class Notification(NamedTuple):
    """An event with the JSON of its SMS, for those in this process who listen."""

    type: NotificationType
    hash: str
    at: int
    sms: bytes
    row: int | None = None


class AdvanceResult(NamedTuple):
    """What `Store.advance` did, and what is next.

    `next_due` is when the next change of any SMS of the account is due, `next_hooked` that of an SMS with a
    webhook of its own; `deliveries` counts what was put in the outbox.
    """

    next_due: int | None
    next_hooked: int | None
    deliveries: int
    notifications: list[Notification]
