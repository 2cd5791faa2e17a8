"""The work of the four endpoints, for REST and JSON-RPC alike."""

from collections.abc import AsyncIterator, Callable
from functools import lru_cache, partial

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts import Account
from callr_sms_emulator._api import ListRequest, SendRequest
from callr_sms_emulator._clock import format_datetime
from callr_sms_emulator._engine.status_timer import StatusTimer
from callr_sms_emulator._settings import Config
from callr_sms_emulator._sms import (
    CREATED,
    MARKETING,
    MAX_PARTS,
    REPLACED,
    STOP_MARK,
    UNSUBSCRIBED,
    ListPart,
    Message,
    NewSms,
    Notification,
    Progress,
    Segments,
    SmsList,
    StoredSms,
    find_outcome,
    in_hours,
    is_french,
    measure,
    refuse,
    write_head,
    write_tail,
)
from callr_sms_emulator._storage import HashTakenError, Store

_FIRST_STATUS = "CREATED"
_BILLING_MODE = "POSTPAID"
# Of 36**8 hashes ten draws are never all in use, even with a hundred million SMS.
_MAX_DRAWS = 10

# What is read of a list at a time: so many, and about so many bytes of long ones.
_MOST_LISTED = 1024
_LISTED_BYTES = 1024 * 1024

_encode = msgspec.json.Encoder().encode


class SmsService:
    """Sends, reads and lists the SMS of accounts."""

    def __init__(self, config: Config, store: Store, status_timer: StatusTimer) -> None:
        self._config = config
        self._store = store
        self._status_timer = status_timer
        self._debit = lru_cache(maxsize=MAX_PARTS)(lambda parts: f"{config.price * parts:.2f}")

    async def send(self, account: Account, request: SendRequest) -> str:
        """Add an SMS and schedule its first change; return its hash.

        Raises:
            ApiError: The text takes more parts than an SMS can have, or the recipient or the sender stands
                for an error.
        """
        text = request.body
        if request.sender and STOP_MARK in text:  # any sender but the empty one is custom (choice)
            text = text.replace(STOP_MARK, self._config.stop_number)
        segments = measure(text, request.force_encoding)
        if segments.parts > MAX_PARTS:
            raise _errors.too_many_parts(segments.parts, segments.encoding, MAX_PARTS)
        refuse(request.to, request.sender)
        is_regulated = account.traffic_rules != "none"
        if is_regulated and request.sender in self._config.senders and is_french(request.to):
            request = request._replace(sender=REPLACED[request.nature])
        for _ in range(_MAX_DRAWS):
            sms = self._make(account, request, text, segments)
            if is_regulated and request.nature == MARKETING:
                sms = sms._replace(outcome=await self._regulate(account, request.to, sms.outcome))
            try:
                await self._store.add(sms)
            except HashTakenError:
                continue
            account.counters.sms["OUT", _FIRST_STATUS] += 1
            if sms.due is not None:
                self._status_timer.note(account, sms.due, is_hooked=sms.webhook is not None)
            if account.is_heard:
                account.notify(Notification(CREATED, sms.hash, account.clock.now(), sms.head + sms.tail))
            refuse(request.to, request.sender, sms.hash)
            return sms.hash
        raise _errors.internal_error()

    async def get(self, account: Account, sms_hash: str) -> bytes:
        """Return the JSON of one SMS.

        Raises:
            NotFoundError: The account has no SMS with this hash.
        """
        found = await self._store.get(account.login, sms_hash)
        if found is None:
            raise _errors.unknown_hash(sms_hash)
        return account.status_flow.show(found, account.clock.now())

    async def find(
        self, account: Account, request: ListRequest, before: bytes, after: bytes
    ) -> bytes | AsyncIterator[bytes]:
        """Return the JSON array of the SMS created within the bounds, oldest first, in some other JSON.

        A long one comes in parts, each read when the client has got the one before; so an SMS that is
        deleted or changes meanwhile is in it as of then.
        """
        now = account.clock.now()
        # No hash is empty, so the first second is within the bounds.
        wanted = SmsList(
            account.login, request.direction, (request.first, ""), request.last, now, _MOST_LISTED
        )
        show = partial(account.status_flow.show, now=now)
        part = await self._store.read_list(wanted, show)
        if part.rest is None:
            return b"%b[%b]%b" % (before, part.sms, after)
        return self._read_on(wanted, part, show, (before, after))

    async def _read_on(
        self, wanted: SmsList, part: ListPart, show: Callable[[StoredSms], bytes], around: tuple[bytes, bytes]
    ) -> AsyncIterator[bytes]:
        yield b"%b[%b" % (around[0], part.sms)
        while part.rest is not None:
            fitting = wanted.limit * _LISTED_BYTES // len(part.sms)
            wanted = wanted._replace(after=part.rest, limit=max(1, min(_MOST_LISTED, fitting)))
            part = await self._store.read_list(wanted, show)
            if part.sms:
                yield b",%b" % part.sms
        yield b"]%b" % around[1]

    async def _regulate(self, account: Account, to: str, outcome: str | None) -> str | None:
        """Return the outcome of marketing by the rules of France."""
        if await self._store.unsubscribed.has(account.login, to):
            return UNSUBSCRIBED
        return in_hours(outcome) if is_french(to) else outcome

    def _make(self, account: Account, request: SendRequest, text: str, segments: Segments) -> NewSms:
        now = account.clock.now()
        date = format_datetime(now // 1000)
        options = request.options or {}
        message = Message(
            type="OUT",
            hash=account.draw_hash(),
            sender=request.sender,
            to=request.to,
            text=text,
            options=request.options,
            encoding=segments.encoding,
            user_data=str(options.get("user_data", "")),
            b_customer_mode=_BILLING_MODE,
            b_customer_debit=self._debit(segments.parts),
            network=self._config.network,
            parts=segments.parts,
            nature=request.nature,
            date_creation=date,
        )
        return NewSms(
            hash=message.hash,
            account=account.login,
            direction=message.type,
            created=now,
            due=now + account.status_flow.first_delay,
            head=write_head(message),
            tail=write_tail(Progress(status=_FIRST_STATUS, date_update=date)),
            outcome=find_outcome(request.to, message.nature),
            webhook=_encode(options["webhook"]) if "webhook" in options else None,
        )
