"""Incoming SMS, made on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import format_datetime
from callr_sms_emulator._sms import (
    INCOMING,
    MAX_PARTS,
    REPLACED,
    Event,
    Message,
    NewSms,
    Notification,
    Progress,
    Segments,
    measure,
    read_keyword,
    write_head,
    write_tail,
)
from callr_sms_emulator._storage import HashTakenError, Unsubscribed

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import Store

_MAX_DRAWS = 10


class Incoming(NamedTuple):
    """An SMS to the account; an empty `to` is the account's number."""

    sender: str
    to: str
    text: str


class _Sent(msgspec.Struct):
    """The properties of an SMS that a reply needs."""

    type: str
    sender: str = msgspec.field(name="from")
    to: str


async def find_recipient(config: Config, store: Store, account: Account, sms_hash: str) -> str:
    """Return the number that can reply to an SMS: its recipient.

    The SMS was sent without a sender (sdk), or with the number of the account or one that the traffic rules
    put in place of it (choice).

    Raises:
        NotFoundError: The account has no SMS with this hash.
        InvalidRequestError: A reply to it is not possible.
    """
    stored = await store.get(account.login, sms_hash)
    if stored is None:
        raise _errors.unknown_hash(sms_hash, "reply_to")
    sms = msgspec.json.decode(stored.head + stored.tail, type=_Sent)
    if sms.type != "OUT":
        raise _errors.reply_to_incoming(sms_hash)
    if sms.sender not in {"", config.number, *REPLACED.values()}:
        raise _errors.reply_not_possible(sms_hash, sms.sender)
    return sms.to


async def receive(config: Config, store: Store, account: Account, incoming: Incoming) -> bytes:
    """Add an incoming SMS and notify of it; return its JSON. It is `RECEIVED` from the start (choice).

    Raises:
        InvalidRequestError: The text takes more parts than an SMS can have.
    """
    segments = measure(incoming.text)
    if segments.parts > MAX_PARTS:
        raise _errors.too_many_parts(segments.parts, segments.encoding, MAX_PARTS, "text")
    if account.traffic_rules != "none":
        await _follow(store, account, incoming)
    for _ in range(_MAX_DRAWS):
        now = account.clock.now()
        sms = _make(config, account, incoming, segments, now)
        event = Event(account.event_id(sms.hash, 1), 1, now, sms.tail)
        try:
            await store.add(sms, event)
        except HashTakenError:
            continue
        account.counters.sms["IN", "RECEIVED"] += 1
        account.notify(Notification(INCOMING, sms.hash, now, sms.head + sms.tail))
        return sms.head + sms.tail
    raise _errors.internal_error()


async def _follow(store: Store, account: Account, incoming: Incoming) -> None:
    """Note a STOP or START. Before the SMS itself, so that no STOP that was answered is lost."""
    keyword = read_keyword(incoming.text)
    if keyword == "STOP":
        await store.unsubscribed.add(account.login, Unsubscribed(incoming.sender, account.clock.now()))
    elif keyword == "START":
        await store.unsubscribed.remove(account.login, incoming.sender)


def _make(config: Config, account: Account, incoming: Incoming, segments: Segments, now: int) -> NewSms:
    date = format_datetime(now // 1000)
    message = Message(
        type="IN",
        hash=account.draw_hash(),
        sender=incoming.sender,
        to=incoming.to or config.number,
        text=incoming.text,
        options=None,
        encoding=segments.encoding,
        user_data="",
        b_customer_mode="POSTPAID",
        b_customer_debit="0.00",
        network=config.network,
        parts=segments.parts,
        nature="MARKETING",
        date_creation=date,
    )
    progress = Progress(status="RECEIVED", date_update=date, date_received=date)
    return NewSms(message.hash, account.login, "IN", now, None, write_head(message), write_tail(progress))
