"""Subscriptions and deliveries in an SQLite database."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, cast

from callr_sms_emulator._database import Database
from callr_sms_emulator._outbox import Attempt, Delivery, DeliveryState, Subscription
from callr_sms_emulator._store import Event

OWN = ""
"""Stands for the webhook of the SMS itself, where the hash of a subscription stands otherwise."""

_SUBSCRIBERS = "SELECT hash FROM subscription WHERE account = ? AND type = ? ORDER BY id"
_SUBSCRIBE = """
INSERT INTO subscription (hash, account, type, target, created) VALUES (?, ?, ?, CAST(? AS TEXT), ?)
"""
_SUBSCRIPTIONS = """
SELECT hash, account, type, target, created FROM subscription WHERE account = ? ORDER BY id
"""
_UNSUBSCRIBE = "DELETE FROM subscription WHERE account = ? AND hash = ?"
_FORGET = (
    "UPDATE delivery SET due = NULL, state = 'given_up' WHERE account = ? AND hook = ? AND state = 'waiting'"
)

_IS_WAITING = "SELECT EXISTS (SELECT 1 FROM delivery WHERE sms = ? AND hook = ? AND state = 'waiting')"
_PUT = """
INSERT INTO delivery (account, sms, hook, type, due, event_id, sequence, event_at, tail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))
"""
_SELECT = """
SELECT d.id, d.account, s.hash, d.hook, d.sequence, d.type, d.event_id, d.event_at, d.tries, d.state, d.due,
  CASE d.hook WHEN '' THEN s.webhook ELSE u.target END, s.head || d.tail
FROM delivery AS d JOIN sms AS s ON s.id = d.sms
LEFT JOIN subscription AS u ON u.account = d.account AND u.hash = d.hook
"""
_DUE = f"{_SELECT} WHERE d.account = ? AND d.due <= ? AND d.leased <= ? ORDER BY d.due, d.id LIMIT ?"
_LEASE = "UPDATE delivery SET leased = ? WHERE id = ?"
_SETTLE = "UPDATE delivery SET state = ?, due = ?, tries = tries + ?, leased = 0 WHERE id = ?"
_ATTEMPT = "INSERT OR REPLACE INTO attempt (delivery, number, at, detail) VALUES (?, ?, ?, CAST(? AS TEXT))"
_RELEASE_NEXT = """
UPDATE delivery SET due = max(event_at, ?) WHERE id = (
  SELECT n.id FROM delivery AS n JOIN delivery AS d ON n.sms = d.sms AND n.hook = d.hook
  WHERE d.id = ? AND n.state = 'waiting' ORDER BY n.sequence LIMIT 1
) AND due IS NULL
"""
_NEXT_DUE = "SELECT min(due) FROM delivery WHERE account = ? AND due IS NOT NULL"
_ALL_DUE = "SELECT account, min(due) FROM delivery WHERE due IS NOT NULL GROUP BY account"
_FIND = f"{_SELECT} WHERE d.account = ? AND d.id > ? AND (? IS NULL OR s.hash = ?) ORDER BY d.id LIMIT ?"
_GET = f"{_SELECT} WHERE d.account = ? AND d.id = ?"
_ATTEMPTS = "SELECT number, at, detail FROM attempt WHERE delivery = ? ORDER BY number"
_RESEND = """
UPDATE delivery SET state = 'waiting', due = ?, leased = 0 WHERE account = ? AND id = ? AND state != 'waiting'
"""


class SqliteOutbox:
    """Keeps subscriptions and deliveries in the database of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def subscribe(self, subscription: Subscription) -> None:
        """Keep a subscription: it is told of what is written down from now on."""
        await self._database.write(lambda at: at.execute(_SUBSCRIBE, subscription))

    async def subscriptions(self, account: str) -> list[Subscription]:
        """Give those of an account, in the order in which they were made."""
        rows = self._database.peek(lambda at: at.execute(_SUBSCRIPTIONS, (account,)).fetchall())
        return [Subscription(h.decode(), a.decode(), t.decode(), target, at) for h, a, t, target, at in rows]

    async def unsubscribe(self, account: str, hook_hash: str) -> bool:
        """Remove a subscription and what was still to be told to it; tell whether there was one."""
        return await self._database.write_whole(partial(_unsubscribe, account, hook_hash))

    async def claim(self, account: str, now: int, limit: int, *, real_now: int, lease: int) -> list[Delivery]:
        """Take up to `limit` deliveries that are due by `now`, oldest first."""
        search = (account, now, real_now, limit)
        return await self._database.write_whole(partial(_claim, search, real_now + lease))

    async def settle(
        self, delivery: Delivery, attempt: Attempt | None, state: DeliveryState, due: int | None
    ) -> None:
        """Write down a try and what is next: `waiting` with the next `due`, or the end of this delivery."""
        await self._database.write_whole(partial(_settle, delivery, attempt, state, due))

    async def next_due(self, account: str) -> int | None:
        """Tell when the next delivery of an account is due."""
        found: int | None = self._database.peek(lambda at: at.execute(_NEXT_DUE, (account,)).fetchone()[0])
        return found

    async def all_due(self) -> list[tuple[str, int]]:
        """Tell which accounts have deliveries that wait, and when the first of each is due."""
        rows = await self._database.read(lambda at: at.execute(_ALL_DUE).fetchall())
        return [(login.decode(), due) for login, due in rows]

    async def find(self, account: str, after: int, limit: int, sms_hash: str | None) -> list[Delivery]:
        """Give deliveries of an account whose `id` is above `after`, by `id`."""
        search = (account, after, sms_hash, sms_hash, limit)
        return await self._database.read(lambda at: _deliveries(at.execute(_FIND, search)))

    async def get(self, account: str, identity: int) -> Delivery | None:
        """Give one delivery, or None."""
        found = self._database.peek(lambda at: _deliveries(at.execute(_GET, (account, identity))))
        return found[0] if found else None

    async def attempts(self, identity: int) -> list[Attempt]:
        """Give the tries of a delivery."""
        rows = self._database.peek(lambda at: at.execute(_ATTEMPTS, (identity,)).fetchall())
        return [Attempt._make(row) for row in rows]

    async def resend(self, account: str, identity: int, now: int) -> bool:
        """Make a delivery that has ended due once more; tell whether there was such a one."""
        done = await self._database.write(lambda at: at.execute(_RESEND, (now, account, identity)).rowcount)
        return done > 0


def subscribers(connection: sqlite3.Connection, account: str, event_type: str) -> list[str]:
    """Give the hashes of the subscriptions of an account to one type of event."""
    rows = connection.execute(_SUBSCRIBERS, (account, event_type)).fetchall()
    return [each.decode() for (each,) in rows]


def put(  # noqa: PLR0913, PLR0917 - a row has that many columns
    connection: sqlite3.Connection,
    account: str,
    sms: int,
    event_type: str,
    hooks: Sequence[str],
    events: Sequence[Event],
) -> int:
    """Write the deliveries of the events of one SMS (its row `sms`) to each hook; give how many."""
    rows: list[tuple[object, ...]] = []
    for hook in hooks:
        (is_waiting,) = connection.execute(_IS_WAITING, (sms, hook)).fetchone()
        for index, event in enumerate(events):
            # Only the first in line is due; the others become so one after the other.
            due = None if index or is_waiting else event.at
            rows.append((account, sms, hook, event_type, due, *event))
    connection.executemany(_PUT, rows)
    return len(rows)


def _deliveries(rows: Iterable[tuple[Any, ...]]) -> list[Delivery]:
    return [_delivery(row) for row in rows]


def _delivery(row: tuple[Any, ...]) -> Delivery:
    identity, account, sms_hash, hook, sequence, kind, event_id, event_at, tries, state, due, target, sms = (
        row
    )
    return Delivery(
        id=identity,
        account=account.decode(),
        sms_hash=sms_hash.decode(),
        hook_hash=hook.decode() or None,
        sequence=sequence,
        type=kind.decode(),
        event_id=event_id.decode(),
        event_at=event_at,
        tries=tries,
        state=cast("DeliveryState", state.decode()),
        due=due,
        target=target,
        sms=sms,
    )


def _unsubscribe(account: str, hook_hash: str, connection: sqlite3.Connection) -> bool:
    found = connection.execute(_UNSUBSCRIBE, (account, hook_hash)).rowcount > 0
    if found:
        connection.execute(_FORGET, (account, hook_hash))
    return found


def _claim(
    search: tuple[str, int, int, int], leased_until: int, connection: sqlite3.Connection
) -> list[Delivery]:
    found = _deliveries(connection.execute(_DUE, search))
    connection.executemany(_LEASE, [(leased_until, each.id) for each in found])
    return found


def _settle(
    delivery: Delivery,
    attempt: Attempt | None,
    state: DeliveryState,
    due: int | None,
    connection: sqlite3.Connection,
) -> None:
    connection.execute(_SETTLE, (state, due, int(attempt is not None), delivery.id))
    if attempt is not None:
        connection.execute(_ATTEMPT, (delivery.id, *attempt))
    if state != "waiting":
        now = delivery.event_at if attempt is None else attempt.at
        connection.execute(_RELEASE_NEXT, (now, delivery.id))
