"""Export and import of whole accounts in an SQLite database."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._sms import read_tail, read_target, write_tail
from callr_sms_emulator._storage.account_state import encode_state, read_exported_state
from callr_sms_emulator._storage.export_lines import (
    FORMAT,
    AccountLine,
    AnyLine,
    AttemptPart,
    DeliveryPart,
    EventLine,
    SmsLine,
    SubscriptionLine,
    UnsubscribedLine,
    new_sms,
    write_line,
)
from callr_sms_emulator._storage.sqlite.connections import Database
from callr_sms_emulator._storage.sqlite.sms import insert_sms
from callr_sms_emulator._storage.sqlite.unsubscribed import insert_unsubscribed, read_unsubscribed
from callr_sms_emulator._storage.store import HashTakenError, Unsubscribed

if TYPE_CHECKING:
    from callr_sms_emulator._sms import EventType
    from callr_sms_emulator._storage.outbox import DeliveryState

# A larger export is a file on disk while it is sent.
_IN_MEMORY = 4 * 1024 * 1024
_NOT_ENDED = ("waiting", "held")

_STATE = "SELECT state FROM account WHERE login = ?"
_SUBSCRIPTIONS = "SELECT hash, types, target, created FROM subscription WHERE account = ? ORDER BY id"
_UNSUBSCRIBED = "SELECT number, at FROM unsubscribed WHERE account = ? ORDER BY number"
_SMS = "SELECT created, due, outcome, head || tail FROM sms WHERE account = ? ORDER BY id"
_EVENTS = """
SELECT e.id, s.hash, e.type, e.event_id, e.sequence, e.event_at, e.tail
FROM event AS e JOIN sms AS s ON s.id = e.sms WHERE s.account = ? ORDER BY e.id
"""
_DELIVERIES = """
SELECT event, id, hook, receiver, due, tries, state FROM delivery WHERE account = ? ORDER BY event, id
"""
_ATTEMPTS = """
SELECT d.id, a.number, a.at, a.detail FROM attempt AS a JOIN delivery AS d ON d.id = a.delivery
WHERE d.account = ? ORDER BY d.event, d.id, a.id
"""

_SET_STATE = "UPDATE account SET state = CAST(? AS TEXT) WHERE login = ?"
_ADD_SUBSCRIPTION = """
INSERT INTO subscription (hash, account, types, target, created) VALUES (?, ?, ?, CAST(? AS TEXT), ?)
"""
_FIND_SMS = "SELECT id FROM sms WHERE hash = ? AND account = ?"
_HAS_HOOK = """
SELECT EXISTS (SELECT 1 FROM subscription WHERE account = ? AND hash = ?)
  OR EXISTS (SELECT 1 FROM sms WHERE id = ? AND webhook IS NOT NULL AND ? = '')
"""
_ADD_EVENT = """
INSERT INTO event (sms, type, event_id, sequence, event_at, tail) VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT))
"""
_ADD_DELIVERY = """
INSERT INTO delivery (account, sms, event, hook, receiver, due, tries, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_ATTEMPT = "INSERT INTO attempt (delivery, number, at, detail) VALUES (?, ?, ?, CAST(? AS TEXT))"


@dataclass
class SqliteTransfer:
    """Exports and imports whole accounts in the database of a store."""

    _database: Database

    async def dump(self, account: str) -> IO[bytes]:
        """Return the lines of an account as of one moment, in a file positioned at its start; close it."""
        return await self._database.read(partial(_dump, account))

    async def load(self, account: str, lines: Iterable[tuple[int, AnyLine]]) -> None:
        """Add what is in lines, each with its number, in one transaction."""

        def add(connection: sqlite3.Connection) -> None:
            for number, line in lines:
                try:
                    _add(account, line, connection)
                except _errors.InvalidRequestError as error:
                    raise _errors.at_line(number, error) from None

        await self._database.write_atomically(add)


def _dump(account: str, connection: sqlite3.Connection) -> IO[bytes]:
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    connection.execute("BEGIN")  # everything as of one moment
    try:
        for line in _lines(account, connection):
            file.write(write_line(line))
    except BaseException:
        file.close()
        raise
    finally:
        connection.execute("COMMIT")
    file.seek(0)
    return cast("IO[bytes]", file)


def _lines(account: str, connection: sqlite3.Connection) -> Iterator[AnyLine]:
    def select(statement: str) -> Iterator[tuple[Any, ...]]:
        return connection.execute(statement, (account,))

    for (state,) in select(_STATE):
        yield AccountLine(FORMAT, read_exported_state(state))
    for sms_hash, types, target, created in select(_SUBSCRIPTIONS):
        names = cast("list[EventType]", types.decode().split())
        yield SubscriptionLine(sms_hash.decode(), names, read_target(target), created)
    for row in select(_UNSUBSCRIBED):
        yield UnsubscribedLine(*read_unsubscribed(cast("tuple[bytes, int]", row)))
    for created, due, outcome, sms in select(_SMS):
        yield SmsLine(created, due, None if outcome is None else outcome.decode(), msgspec.Raw(sms))
    deliveries = _grouped(select(_DELIVERIES))
    attempts = _grouped(select(_ATTEMPTS))
    for event, sms_hash, kind, event_id, sequence, at, tail in select(_EVENTS):
        name = cast("EventType", kind.decode())
        parts = [_delivery(each, attempts) for each in deliveries(event)]
        yield EventLine(sms_hash.decode(), name, event_id.decode(), sequence, at, read_tail(tail), parts)


def _grouped(rows: Iterator[tuple[Any, ...]]) -> Callable[[int], list[tuple[Any, ...]]]:
    """Return a function that returns the rows of a group by its key, the first column, in ascending order."""
    groups = groupby(rows, key=lambda row: row[0])
    following = next(groups, None)

    def take(key: int) -> list[tuple[Any, ...]]:
        nonlocal following
        if following is None or following[0] != key:
            return []
        found = [row[1:] for row in following[1]]
        following = next(groups, None)
        return found

    return take


def _delivery(row: tuple[Any, ...], attempts: Callable[[int], list[tuple[Any, ...]]]) -> DeliveryPart:
    identity, hook, receiver, due, tries, state = row
    made = [AttemptPart(number, at, msgspec.Raw(detail)) for number, at, detail in attempts(identity)]
    state_name = cast("DeliveryState", state.decode())
    return DeliveryPart(hook.decode(), receiver.decode(), due, tries, state_name, made)


def _add(account: str, line: AnyLine, connection: sqlite3.Connection) -> None:
    if isinstance(line, AccountLine):
        connection.execute(_SET_STATE, (encode_state(line.state), account))
    elif isinstance(line, SubscriptionLine):
        row = (line.hash, account, " ".join(line.types), msgspec.json.encode(line.target), line.created)
        try:
            connection.execute(_ADD_SUBSCRIPTION, row)
        except sqlite3.IntegrityError:
            raise _errors.duplicate_hash(line.hash) from None
    elif isinstance(line, UnsubscribedLine):
        if not insert_unsubscribed(account, Unsubscribed(line.number, line.at), connection):
            raise _errors.duplicate_number()
    elif isinstance(line, SmsLine):
        sms = new_sms(line, account)
        try:
            insert_sms(sms, connection)
        except HashTakenError:
            raise _errors.duplicate_hash(sms.hash) from None
    else:
        _add_event(account, line, connection)


def _add_event(account: str, line: EventLine, connection: sqlite3.Connection) -> None:
    found = connection.execute(_FIND_SMS, (line.sms, account)).fetchone()
    if found is None:
        raise _errors.event_without_sms(line.sms)
    row = (found[0], line.type, line.event_id, line.sequence, line.at, write_tail(line.progress))
    event = connection.execute(_ADD_EVENT, row).lastrowid
    for number, part in enumerate(line.deliveries):
        if part.state in _NOT_ENDED:
            asked = (account, part.hook, found[0], part.hook)
            if not connection.execute(_HAS_HOOK, asked).fetchone()[0]:
                raise _errors.delivery_without_webhook(f"deliveries[{number}].hook", part.hook)
        about = (account, found[0], event, part.hook, part.receiver, part.due, part.tries, part.state)
        delivery = connection.execute(_ADD_DELIVERY, about).lastrowid
        made = [(delivery, each.number, each.at, bytes(each.detail)) for each in part.attempts]
        connection.executemany(_ADD_ATTEMPT, made)
