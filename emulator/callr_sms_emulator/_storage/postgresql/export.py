"""Export and import of whole accounts in a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, NamedTuple, cast

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._sms import read_tail, read_target, write_tail
from callr_sms_emulator._storage.account_state import encode_state, read_exported_state
from callr_sms_emulator._storage.exchange import Message
from callr_sms_emulator._storage.export_lines import (
    FORMAT,
    AccountLine,
    AttemptPart,
    DeliveryPart,
    EventLine,
    SmsLine,
    SubscriptionLine,
    UnsubscribedLine,
    new_sms,
    write_line,
)
from callr_sms_emulator._storage.outbox import DeliveryState  # noqa: TC001 - msgspec reads the annotation
from callr_sms_emulator._storage.postgresql.inserts import insert
from callr_sms_emulator._storage.postgresql.unsubscribed import insert_unsubscribed
from callr_sms_emulator._storage.store import Unsubscribed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from callr_sms_emulator._sms import EventType
    from callr_sms_emulator._storage.export_lines import AnyLine
    from callr_sms_emulator._storage.postgresql.connections import Database
    from callr_sms_emulator._storage.postgresql.driver import Connection
    from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange

# A larger export is a file on disk while it is sent.
_IN_MEMORY = 4 * 1024 * 1024
_ROWS = 500  # that are read at a time
_NOT_ENDED = ("waiting", "held")

_STATE = "SELECT convert_to(state, 'UTF8') FROM account WHERE login = $1"
_SUBSCRIPTIONS = """
SELECT hash, types, convert_to(target, 'UTF8'), created FROM subscription WHERE account = $1 ORDER BY id
"""
_UNSUBSCRIBED = "SELECT number, at FROM unsubscribed WHERE account = $1 ORDER BY number"
_SMS = """
SELECT created, due, outcome, convert_to(head || tail, 'UTF8') FROM sms WHERE account = $1 ORDER BY id
"""
# A `json` keeps its text as it was stored, byte for byte.
_EVENTS = """
SELECT s.hash, e.type, e.event_id, e.sequence, e.event_at, convert_to(e.tail, 'UTF8'), convert_to(coalesce((
  SELECT json_agg(json_build_array(d.hook, d.receiver, d.due, d.tries, d.state, coalesce((
      SELECT json_agg(json_build_array(a.number, a.at, a.detail::json) ORDER BY a.id)
      FROM attempt AS a WHERE a.delivery = d.id
    ), '[]')) ORDER BY d.id)
  FROM delivery AS d WHERE d.sms = s.id AND d.event = e.id
), '[]')::text, 'UTF8')
FROM event AS e JOIN sms AS s ON s.id = e.sms WHERE s.account = $1 ORDER BY e.id
"""

_SET_STATE = "UPDATE account SET state = convert_from($1, 'UTF8') WHERE login = $2"
_ADD_SUBSCRIPTION = """
INSERT INTO subscription (hash, account, types, target, created)
VALUES ($1, $2, $3, convert_from($4, 'UTF8'), $5) ON CONFLICT (account, hash) DO NOTHING RETURNING id
"""
_HOOKS = "SELECT hash FROM subscription WHERE account = $1"
_FIND_SMS = "SELECT hash, id, webhook IS NOT NULL FROM sms WHERE account = $1 AND hash = ANY($2::text[])"
_ADD_EVENTS = """
INSERT INTO event (sms, type, event_id, sequence, event_at, tail)
SELECT sms, type, event_id, sequence, at, convert_from(tail, 'UTF8')
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bytea[])
  WITH ORDINALITY AS new (sms, type, event_id, sequence, at, tail, place)
ORDER BY place RETURNING id
"""
_ADD_DELIVERIES = """
INSERT INTO delivery (account, sms, event, hook, receiver, due, tries, state)
SELECT $1, sms, event, hook, receiver, due, tries, state
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::integer[], $8::text[])
  WITH ORDINALITY AS new (sms, event, hook, receiver, due, tries, state, place)
ORDER BY place RETURNING id
"""
_ADD_ATTEMPTS = """
INSERT INTO attempt (delivery, number, at, detail)
SELECT delivery, number, at, convert_from(detail, 'UTF8')
FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bytea[])
  WITH ORDINALITY AS new (delivery, number, at, detail, place)
ORDER BY place
"""


class _Delivery(NamedTuple):
    hook: str
    receiver: str
    due: int | None
    tries: int
    state: DeliveryState
    attempts: list[tuple[int, int, msgspec.Raw]]

    def part(self) -> DeliveryPart:
        attempts = [AttemptPart(*each) for each in self.attempts]
        return DeliveryPart(self.hook, self.receiver, self.due, self.tries, self.state, attempts)


_read_deliveries = msgspec.json.Decoder(list[_Delivery]).decode


@dataclass
class PostgresqlTransfer:
    """Exports and imports whole accounts in the database of a store."""

    _database: Database
    _exchange: PostgresqlExchange

    async def dump(self, account: str) -> IO[bytes]:
        """Return the lines of an account as of one moment, in a file positioned at its start; close it."""

        async def dump() -> IO[bytes]:
            file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
            try:
                async with (
                    self._database.connection() as connection,
                    connection.transaction(isolation="repeatable_read", readonly=True),
                ):
                    async for line in _lines(account, connection):
                        file.write(write_line(line))
            except BaseException:
                file.close()
                raise
            file.seek(0)
            return cast("IO[bytes]", file)

        return await self._database.thread.submit(dump)

    async def load(self, account: str, lines: Iterable[tuple[int, AnyLine]]) -> None:
        """Add what is in lines, each with its number, in one transaction."""
        given = [*lines]

        async def add(connection: Connection) -> None:
            for _, group in groupby(given, key=lambda each: type(each[1])):
                try:
                    await _Load(account, self._exchange.process, connection).add([*group])
                except _LineError as error:
                    raise _errors.at_line(error.number, error.reason) from None

        await self._database.write(add)
        self._exchange.announce(Message("account", account))


async def _lines(account: str, connection: Connection) -> AsyncIterator[AnyLine]:
    for (state,) in await connection.fetch(_STATE, account):
        yield AccountLine(FORMAT, read_exported_state(state))
    for sms_hash, types, target, created in await connection.fetch(_SUBSCRIPTIONS, account):
        names = cast("list[EventType]", types.split())
        yield SubscriptionLine(sms_hash, names, read_target(target), created)
    for row in await connection.fetch(_UNSUBSCRIBED, account):
        yield UnsubscribedLine(*row)
    async for created, due, outcome, sms in connection.cursor(_SMS, account, prefetch=_ROWS):
        yield SmsLine(created, due, outcome, msgspec.Raw(sms))
    async for row in connection.cursor(_EVENTS, account, prefetch=_ROWS):
        sms_hash, kind, event_id, sequence, at, tail, deliveries = row
        parts = [each.part() for each in _read_deliveries(deliveries)]
        yield EventLine(sms_hash, kind, event_id, sequence, at, read_tail(tail), parts)


class _LineError(Exception):
    """A line that cannot be imported, and why."""

    def __init__(self, number: int, reason: _errors.InvalidRequestError) -> None:
        super().__init__(number)
        self.number = number
        self.reason = reason


class _Load(NamedTuple):
    """Adds lines of one kind to an account."""

    account: str
    process: int
    connection: Connection

    async def add(self, lines: Sequence[tuple[int, AnyLine]]) -> None:
        """Add lines, each with its number.

        Raises:
            _LineError: One of them cannot be added.
        """
        await self._add_sms([(number, line) for number, line in lines if isinstance(line, SmsLine)])
        await self._add_events([(number, line) for number, line in lines if isinstance(line, EventLine)])
        for number, line in lines:
            if isinstance(line, AccountLine):
                await self.connection.execute(_SET_STATE, encode_state(line.state), self.account)
            elif isinstance(line, SubscriptionLine):
                target = msgspec.json.encode(line.target)
                row = (line.hash, self.account, " ".join(line.types), target, line.created)
                if await self.connection.fetchval(_ADD_SUBSCRIPTION, *row) is None:
                    raise _LineError(number, _errors.duplicate_hash(line.hash))
            elif isinstance(line, UnsubscribedLine):
                found = Unsubscribed(line.number, line.at)
                if not await insert_unsubscribed(self.account, found, self.connection):
                    raise _LineError(number, _errors.duplicate_number())

    async def _add_sms(self, lines: Sequence[tuple[int, SmsLine]]) -> None:
        if not lines:
            return
        added = [new_sms(line, self.account) for _, line in lines]
        found = await insert(added, self.process, self.connection)
        for (number, _), sms, result in zip(lines, added, found, strict=True):
            if isinstance(result, Exception):
                raise _LineError(number, _errors.duplicate_hash(sms.hash))

    async def _add_events(self, lines: Sequence[tuple[int, EventLine]]) -> None:
        if not lines:
            return
        wanted = [line.sms for _, line in lines]
        rows = await self.connection.fetch(_FIND_SMS, self.account, wanted)
        owners = {sms_hash: (number, has_webhook) for sms_hash, number, has_webhook in rows}
        hooks = {row[0] for row in await self.connection.fetch(_HOOKS, self.account)}
        for number, line in lines:
            if line.sms not in owners:
                raise _LineError(number, _errors.event_without_sms(line.sms))
            known = hooks | ({""} if owners[line.sms][1] else set())
            for place, part in enumerate(line.deliveries):
                if part.state in _NOT_ENDED and part.hook not in known:
                    name = f"deliveries[{place}].hook"
                    raise _LineError(number, _errors.delivery_without_webhook(name, part.hook))
        events = [
            (owners[line.sms][0], line.type, line.event_id, line.sequence, line.at, write_tail(line.progress))
            for _, line in lines
        ]
        numbers = [row[0] for row in await self.connection.fetch(_ADD_EVENTS, *zip(*events, strict=True))]
        await self._add_deliveries(
            [
                (owners[line.sms][0], event, part)
                for event, (_, line) in zip(numbers, lines, strict=True)
                for part in line.deliveries
            ]
        )

    async def _add_deliveries(self, added: Sequence[tuple[int, int, DeliveryPart]]) -> None:
        if not added:
            return
        rows = [
            (sms, event, part.hook, part.receiver, part.due, part.tries, part.state)
            for sms, event, part in added
        ]
        found = await self.connection.fetch(_ADD_DELIVERIES, self.account, *zip(*rows, strict=True))
        attempts = [
            (row[0], each.number, each.at, bytes(each.detail))
            for row, (_, _, part) in zip(found, added, strict=True)
            for each in part.attempts
        ]
        if attempts:
            await self.connection.execute(_ADD_ATTEMPTS, *zip(*attempts, strict=True))
