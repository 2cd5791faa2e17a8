"""Subscriptions and deliveries in an SQLite database."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from callr_sms_emulator._sms import Event, read_receiver
from callr_sms_emulator._storage.outbox import (
    Attempt,
    AttemptResult,
    Delivery,
    DeliveryChain,
    DueQuery,
    HoldResult,
    Receiver,
    Subscription,
)
from callr_sms_emulator._storage.sqlite.bulk import RowsStatement
from callr_sms_emulator._storage.sqlite.connections import Database
from callr_sms_emulator._storage.sqlite.delivery_lock import DeliveryLock

# In place of the hash of a subscription: the webhook of the SMS itself.
_OWN = ""

_SUBSCRIBERS = "SELECT hash, target FROM subscription WHERE account = ? AND instr(types, ?) ORDER BY id"
_SUBSCRIBE = """
INSERT INTO subscription (hash, account, types, target, created) VALUES (?, ?, ?, CAST(? AS TEXT), ?)
"""
_SUBSCRIPTIONS = """
SELECT hash, account, types, target, created FROM subscription WHERE account = ? ORDER BY id
"""
_UNSUBSCRIBE = "DELETE FROM subscription WHERE account = ? AND hash = ?"
_FORGET = """
UPDATE delivery SET due = NULL, state = 'given_up'
WHERE account = ? AND hook = ? AND state IN ('waiting', 'held')
"""

_IS_WAITING = "SELECT EXISTS (SELECT 1 FROM delivery WHERE sms = ? AND hook = ? AND state = 'waiting')"
_LAST_EVENT = "SELECT ifnull(max(id), 0) FROM event"
_ADD_EVENTS = RowsStatement(
    """
INSERT INTO event (id, sms, type, event_id, sequence, event_at, tail)
SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL
""",
    "(?, ?, ?, ?, ?, ?, CAST(? AS TEXT))",
)
_ADD_DELIVERIES = RowsStatement(
    """
INSERT INTO delivery (account, sms, event, hook, receiver, due)
SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL
""",
    "(?, ?, ?, ?, ?, ?)",
)
# All in one row, unordered: between any two rows SQLite would wait for the interpreter lock.
_DELIVERY = """
json_array(
  d.id, d.account, s.hash, nullif(d.hook, ''), e.sequence, e.type, e.event_id, e.event_at, d.tries, d.state,
  {due}, CASE d.hook WHEN '' THEN s.webhook ELSE u.target END, s.head || e.tail
)
"""
_ANY = _DELIVERY.format(due="d.due")
_IN_CHAIN = _DELIVERY.format(due="ifnull(d.due, e.event_at)")
_REST = """
JOIN sms AS s ON s.id = d.sms JOIN event AS e ON e.id = d.event
LEFT JOIN subscription AS u ON u.account = d.account AND u.hash = d.hook
"""
# Where another one of the chain is due, or held and so ahead of those after it, the first is read alone.
_CHAINS = f"""
WITH first AS (
  SELECT id, sms, hook FROM delivery
  WHERE account = ? AND receiver = ? AND due <= ? AND id NOT IN (SELECT value FROM json_each(?))
  ORDER BY due, id LIMIT ?
), led AS MATERIALIZED (
  SELECT id, sms, hook, ? AND NOT EXISTS (
    SELECT 1 FROM delivery AS other WHERE other.sms = first.sms AND other.hook = first.hook
    AND (other.state = 'held' OR other.due IS NOT NULL AND other.id != first.id)
  ) AS leads FROM first
)
SELECT '[' || ifnull(group_concat((
  SELECT json_group_array({_IN_CHAIN}) FROM delivery AS d {_REST}
  WHERE d.sms = led.sms AND d.hook = led.hook AND d.id >= led.id AND (leads OR d.id = led.id)
  AND d.state = 'waiting'
)), '') || ']' FROM led
"""  # noqa: S608 - of constants
_FIND = f"""
SELECT json_group_array({_ANY}) FROM (
  SELECT delivery.* FROM delivery JOIN sms ON sms.id = delivery.sms
  WHERE delivery.account = ? AND delivery.id > ? AND (? IS NULL OR hash = ?) ORDER BY delivery.id LIMIT ?
) AS d {_REST}
"""  # noqa: S608 - of constants
_GET = f"""
SELECT json_group_array({_ANY}) FROM delivery AS d {_REST} WHERE d.account = ? AND d.id = ?
"""  # noqa: S608 - of constants
# A delivery that has ended meanwhile stays as it was.
_UPDATE = RowsStatement(
    """
WITH changed (id, state, due, tries) AS MATERIALIZED (VALUES {rows})
UPDATE delivery SET state = changed.state, due = changed.due, tries = ifnull(changed.tries, delivery.tries)
FROM changed WHERE delivery.id = changed.id AND delivery.state = 'waiting'
""",
    "(?, ?, ?, ?)",
)
_ATTEMPTED = RowsStatement(
    """
INSERT INTO attempt (delivery, number, at, detail)
SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL
""",
    "(?, ?, ?, CAST(? AS TEXT))",
)
_ATTEMPT_WIDTH = 4  # results begin with these columns
# Without `->>`, because some systems have an SQLite older than 3.38.
_NEXT_IN_CHAIN = """
SELECT json_group_array(json_array(place, next, max(moment, event_at))) FROM (
  SELECT place, n.id AS next, moment, e.event_at FROM (
    SELECT json_extract(j.value, '$[0]') AS place, json_extract(j.value, '$[2]') AS moment, (
      SELECT n.id FROM delivery AS n WHERE n.sms = d.sms AND n.hook = d.hook
        AND n.state IN ('waiting', 'held') ORDER BY n.id LIMIT 1
    ) AS next
    FROM json_each(?) AS j CROSS JOIN delivery AS d ON d.id = json_extract(j.value, '$[1]')
  ) CROSS JOIN delivery AS n ON n.id = next CROSS JOIN event AS e ON e.id = n.event
  WHERE n.due IS NULL
)
"""
_RELEASE = RowsStatement(
    """
WITH released (id, due) AS MATERIALIZED (VALUES {rows})
UPDATE delivery SET state = 'waiting', due = released.due FROM released WHERE delivery.id = released.id
""",
    "(?, ?)",
)
_FOLLOWER = """
SELECT n.id, n.due, (SELECT event_at FROM event WHERE id = n.event)
FROM delivery AS d JOIN delivery AS n ON n.sms = d.sms AND n.hook = d.hook
WHERE d.id = ? AND n.state = 'waiting' ORDER BY n.id LIMIT 1
"""
_MAKE_DUE = "UPDATE delivery SET due = ? WHERE id = ?"
# Only if another event of this SMS waits or will come: otherwise it would be held for ever.
_HOLD = """
UPDATE delivery SET state = 'held', due = NULL WHERE id = ? AND state = 'waiting'
AND NOT EXISTS (SELECT 1 FROM delivery AS n
  WHERE n.sms = delivery.sms AND n.hook = delivery.hook AND n.state = 'held')
AND (EXISTS (SELECT 1 FROM delivery AS n
    WHERE n.sms = delivery.sms AND n.hook = delivery.hook AND n.id > delivery.id AND n.state = 'waiting')
  OR EXISTS (SELECT 1 FROM sms WHERE sms.id = delivery.sms AND sms.due IS NOT NULL))
"""
# Steps from one receiver, or account, to the next in the index, without reading their deliveries.
_RECEIVERS = """
WITH RECURSIVE each (receiver) AS (
  SELECT min(receiver) FROM delivery WHERE account = :account AND due IS NOT NULL
  UNION ALL
  SELECT (SELECT min(receiver) FROM delivery
    WHERE account = :account AND receiver > each.receiver AND due IS NOT NULL)
  FROM each WHERE receiver IS NOT NULL
)
SELECT CAST(receiver AS BLOB), (SELECT min(due) FROM delivery AS d
  WHERE d.account = :account AND d.receiver = each.receiver AND d.due IS NOT NULL),
  (SELECT min(due) FROM delivery AS d
  WHERE d.account = :account AND d.receiver = each.receiver AND d.due > :now)
FROM each WHERE receiver IS NOT NULL
"""
_ACCOUNTS = """
WITH RECURSIVE each (account) AS (
  SELECT min(account) FROM delivery WHERE due IS NOT NULL
  UNION ALL
  SELECT (SELECT min(account) FROM delivery WHERE account > each.account AND due IS NOT NULL)
  FROM each WHERE account IS NOT NULL
)
SELECT CAST(account AS BLOB) FROM each WHERE account IS NOT NULL
"""
_ATTEMPTS = "SELECT number, at, detail FROM attempt WHERE delivery = ? ORDER BY number"
_RESEND = """
UPDATE delivery SET state = 'waiting', due = ?
WHERE account = ? AND id = ? AND (state != 'waiting' OR due IS NOT NULL)
"""


class SqliteOutbox:
    """Stores subscriptions and deliveries in the database of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = DeliveryLock(database.name)

    async def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription: it gets the events that are written from now on."""
        row = subscription._replace(types=" ".join(subscription.types))  # type: ignore[arg-type] # as stored
        await self._database.write(lambda at: at.execute(_SUBSCRIBE, row))

    async def subscriptions(self, account: str) -> list[Subscription]:
        """Return the subscriptions of an account, in the order in which they were added."""
        rows = self._database.read_now(lambda at: at.execute(_SUBSCRIPTIONS, (account,)).fetchall())
        return [
            Subscription(name.decode(), login.decode(), tuple(types.decode().split()), target, at)
            for name, login, types, target, at in rows
        ]

    async def unsubscribe(self, account: str, hook_hash: str) -> bool:
        """Remove a subscription and end its deliveries; return whether it existed."""

        def remove(connection: sqlite3.Connection) -> bool:
            found = connection.execute(_UNSUBSCRIBE, (account, hook_hash)).rowcount > 0
            if found:
                connection.execute(_FORGET, (account, hook_hash))
            return found

        return await self._database.write_atomically(remove)

    async def acquire_delivery_lock(self) -> bool:
        """Acquire the right to deliver until the end of this process; False while another one holds it."""
        self._database.check_files()
        return self._lock.acquire()

    async def claim(self, account: str, receiver: str) -> bool:  # noqa: ARG002 - the lock is for all of them
        """Return whether this process delivers."""
        return True

    async def release(self, account: str, receiver: str) -> None:
        """Do nothing: the lock lasts until the end of the process."""

    def close(self) -> None:
        """Release the right to deliver."""
        self._lock.release()

    async def receivers(self, account: str, now: int) -> list[Receiver]:
        """Return the receivers that deliveries wait for."""
        search = {"account": account, "now": now}
        rows = await self._database.read(lambda at: at.execute(_RECEIVERS, search).fetchall())
        return [Receiver(name.decode(), first, following) for name, first, following in rows]

    async def waiting_accounts(self) -> list[str]:
        """Return the logins of accounts whose deliveries wait."""
        rows = await self._database.read(lambda at: at.execute(_ACCOUNTS).fetchall())
        return [login.decode() for (login,) in rows]

    async def due(self, search: DueQuery, known: Collection[int]) -> list[DeliveryChain]:
        """Return the chains whose first is due and not `known`, ordered by its `due`."""
        *wanted, limit, alone = search
        values = (*wanted, json.dumps([*known]), limit, not alone)
        (found,) = await self._database.read(lambda at: at.execute(_CHAINS, values).fetchone())
        chains = _read_chains(found)
        for chain in chains:
            chain.sort()
        return sorted(chains, key=lambda chain: (chain[0].due or 0, chain[0].id))

    async def write_results(self, results: list[AttemptResult]) -> list[int | None]:
        """Write results of attempts, in this order; return when a delivery found by each is due."""
        return await self._database.write_atomically(partial(_write_results, results))

    async def hold(self, identity: int, attempt: Attempt) -> HoldResult:
        """Let the next delivery of the chain go first, and add the attempt that says so."""
        return await self._database.write_atomically(partial(_hold, identity, attempt))

    async def find(self, account: str, after: int, limit: int, sms_hash: str | None) -> list[Delivery]:
        """Return deliveries of an account, or of one SMS, whose `id` is above `after`, ordered by `id`."""
        search = (account, after, sms_hash, sms_hash, limit)
        found = await self._database.read(partial(_deliveries, _FIND, search))
        return sorted(found, key=lambda each: each.id)

    async def get(self, account: str, identity: int) -> Delivery | None:
        """Return one delivery, or None."""
        found = self._database.read_now(partial(_deliveries, _GET, (account, identity)))
        return found[0] if found else None

    async def attempts(self, identity: int) -> list[Attempt]:
        """Return the attempts of a delivery."""
        rows = self._database.read_now(lambda at: at.execute(_ATTEMPTS, (identity,)).fetchall())
        return [Attempt._make(row) for row in rows]

    async def resend(self, account: str, identity: int, now: int) -> bool:
        """Make a delivery due at once, also one that has ended; False while it waits for an earlier one."""
        done = await self._database.write(lambda at: at.execute(_RESEND, (now, account, identity)).rowcount)
        return done > 0


class Subscriber(NamedTuple):
    """A subscriber to an event: the hash of a subscription, or nothing, and the receiver."""

    hash: str
    receiver: str


def subscribers(connection: sqlite3.Connection, account: str, event_type: str) -> list[Subscriber]:
    """Return the subscriptions of an account to one type of event."""
    rows = connection.execute(_SUBSCRIBERS, (account, event_type)).fetchall()
    return [Subscriber(each.decode(), read_receiver(target)) for each, target in rows]


def own_subscriber(webhook: bytes) -> Subscriber:
    """Return the webhook of an SMS itself as a subscriber."""
    return Subscriber(_OWN, read_receiver(webhook))


class EventBatch(NamedTuple):
    """The events of one SMS (its row `sms`) in their order, and their subscribers."""

    sms: int
    subscribers: Sequence[Subscriber]
    events: Sequence[Event]


_read_deliveries = msgspec.json.Decoder(list[Delivery]).decode


_read_chains = msgspec.json.Decoder(list[DeliveryChain]).decode
_read_released = msgspec.json.Decoder(list[tuple[int, int, int]]).decode


def add_events(
    connection: sqlite3.Connection, account: str, event_type: str, batches: Sequence[EventBatch]
) -> int:
    """Write events, and a delivery of each to each subscriber; return the number of deliveries."""
    (last,) = connection.execute(_LAST_EVENT).fetchone()
    events: list[tuple[object, ...]] = []
    deliveries: list[tuple[object, ...]] = []
    for sms, hooks, found in batches:
        first = last + 1 + len(events)
        events += [(first + index, sms, event_type, *event) for index, event in enumerate(found)]
        for hook in hooks:
            has_waiting = False
            if found and found[0].sequence != 1:  # the first event of an SMS has none before it
                (has_waiting,) = connection.execute(_IS_WAITING, (sms, hook.hash)).fetchone()
            for index, event in enumerate(found):
                # Only the first of a chain is due; each end makes the next one due.
                due = None if index or has_waiting else event.at
                deliveries.append((account, sms, first + index, *hook, due))
    _ADD_EVENTS.execute(connection, events)
    _ADD_DELIVERIES.execute(connection, deliveries)
    return len(deliveries)


def _deliveries(select: str, search: tuple[object, ...], connection: sqlite3.Connection) -> list[Delivery]:
    (found,) = connection.execute(select, search).fetchone()
    return _read_deliveries(found)


def _write_results(results: list[AttemptResult], connection: sqlite3.Connection) -> list[int | None]:
    changes: dict[int, tuple[object, ...]] = {}  # by delivery: the last of several attempts in a batch counts
    for each in results:
        changes[each.id] = (each.id, each.state, each.due, each.number + 1)
        if each.follower is not None:
            changes[each.follower] = (each.follower, "waiting", each.follower_due, None)
    _UPDATE.execute(connection, [*changes.values()])
    _ATTEMPTED.execute(connection, [each[:_ATTEMPT_WIDTH] for each in results])
    ended = [
        (place, each.id, each.at)
        for place, each in enumerate(results)
        if each.state != "waiting" and each.follower is None
    ]
    return _release(ended, len(results), connection)


def _release(
    ended: Sequence[tuple[int, int, int]], count: int, connection: sqlite3.Connection
) -> list[int | None]:
    """Make the next delivery after each of these due, not before the moment; return by place when it is."""
    released: list[int | None] = [None] * count
    if ended:
        (found,) = connection.execute(_NEXT_IN_CHAIN, (msgspec.json.encode(ended).decode(),)).fetchone()
        rows = _read_released(found)
        _RELEASE.execute(connection, [(identity, due) for _, identity, due in rows])
        for place, _, due in rows:
            released[place] = due
    return released


def _hold(identity: int, attempt: Attempt, connection: sqlite3.Connection) -> HoldResult:
    if connection.execute(_HOLD, (identity,)).rowcount == 0:
        return HoldResult(is_held=False)
    _ATTEMPTED.execute(connection, [(identity, *attempt)])
    follower, due, event_at = connection.execute(_FOLLOWER, (identity,)).fetchone() or (None, None, 0)
    if follower is None or due is not None:
        return HoldResult(is_held=True)
    due = max(attempt.at, event_at)
    connection.execute(_MAKE_DUE, (due, follower))
    return HoldResult(is_held=True, released=due)
