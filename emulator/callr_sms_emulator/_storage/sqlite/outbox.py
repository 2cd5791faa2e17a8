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

# Stands for the webhook of the SMS itself, where the hash of a subscription stands otherwise.
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
_PUT_EVENTS = RowsStatement(
    """
INSERT INTO event (id, sms, type, event_id, sequence, event_at, tail)
SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL
""",
    "(?, ?, ?, ?, ?, ?, CAST(? AS TEXT))",
)
_PUT = RowsStatement(
    """
INSERT INTO delivery (account, sms, event, hook, receiver, due)
SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL
""",
    "(?, ?, ?, ?, ?, ?)",
)
# One row that has them all, in no order: between any two rows SQLite would wait for the interpreter lock.
_DELIVERY = """
json_array(
  d.id, d.account, s.hash, nullif(d.hook, ''), e.sequence, e.type, e.event_id, e.event_at, d.tries, d.state,
  {due}, CASE d.hook WHEN '' THEN s.webhook ELSE u.target END, s.head || e.tail
)
"""
_AS_IT_IS = _DELIVERY.format(due="d.due")
_IN_LINE = _DELIVERY.format(due="ifnull(d.due, e.event_at)")
_REST = """
JOIN sms AS s ON s.id = d.sms JOIN event AS e ON e.id = d.event
LEFT JOIN subscription AS u ON u.account = d.account AND u.hash = d.hook
"""
# Where another one in line is due, or held and so to go on before those behind it, the first comes alone.
_LINES = f"""
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
  SELECT json_group_array({_IN_LINE}) FROM delivery AS d {_REST}
  WHERE d.sms = led.sms AND d.hook = led.hook AND d.id >= led.id AND (leads OR d.id = led.id)
  AND d.state = 'waiting'
)), '') || ']' FROM led
"""  # noqa: S608 - of constants
_FIND = f"""
SELECT json_group_array({_AS_IT_IS}) FROM (
  SELECT delivery.* FROM delivery JOIN sms ON sms.id = delivery.sms
  WHERE delivery.account = ? AND delivery.id > ? AND (? IS NULL OR hash = ?) ORDER BY delivery.id LIMIT ?
) AS d {_REST}
"""  # noqa: S608 - of constants
_GET = f"""
SELECT json_group_array({_AS_IT_IS}) FROM delivery AS d {_REST} WHERE d.account = ? AND d.id = ?
"""  # noqa: S608 - of constants
# Nothing that has ended meanwhile is touched.
_SETTLE = RowsStatement(
    """
WITH told (id, state, due, tries) AS MATERIALIZED (VALUES {rows})
UPDATE delivery SET state = told.state, due = told.due, tries = ifnull(told.tries, delivery.tries)
FROM told WHERE delivery.id = told.id AND delivery.state = 'waiting'
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
_ATTEMPT_WIDTH = 4  # so do outcomes begin
# Not with `->>`, which came with SQLite 3.38: some systems have an older one.
_NEXT_IN_LINE = """
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
_LET_GO_FIRST = "UPDATE delivery SET due = ? WHERE id = ?"
# Only where something of this SMS stands behind it or is to come, or it would be held for ever.
_HOLD = """
UPDATE delivery SET state = 'held', due = NULL WHERE id = ? AND state = 'waiting'
AND NOT EXISTS (SELECT 1 FROM delivery AS n
  WHERE n.sms = delivery.sms AND n.hook = delivery.hook AND n.state = 'held')
AND (EXISTS (SELECT 1 FROM delivery AS n
    WHERE n.sms = delivery.sms AND n.hook = delivery.hook AND n.id > delivery.id AND n.state = 'waiting')
  OR EXISTS (SELECT 1 FROM sms WHERE sms.id = delivery.sms AND sms.due IS NOT NULL))
"""
# From one receiver, or account, to the next by the index: what waits for each is not read.
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
    """Keeps subscriptions and deliveries in the database of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = DeliveryLock(database.name)

    async def subscribe(self, subscription: Subscription) -> None:
        """Keep a subscription: it is told of what is written down from now on."""
        row = subscription._replace(types=" ".join(subscription.types))  # type: ignore[arg-type] # as it is kept
        await self._database.write(lambda at: at.execute(_SUBSCRIBE, row))

    async def subscriptions(self, account: str) -> list[Subscription]:
        """Give those of an account, in the order in which they were made."""
        rows = self._database.read_now(lambda at: at.execute(_SUBSCRIPTIONS, (account,)).fetchall())
        return [
            Subscription(name.decode(), login.decode(), tuple(types.decode().split()), target, at)
            for name, login, types, target, at in rows
        ]

    async def unsubscribe(self, account: str, hook_hash: str) -> bool:
        """Remove a subscription and what was still to be told to it; tell whether there was one."""
        return await self._database.write_atomically(partial(_unsubscribe, account, hook_hash))

    async def acquire_delivery_lock(self) -> bool:
        """Become the one who tells, until the end of this process; False while another one is."""
        return self._lock.acquire()

    def close(self) -> None:
        """Leave the seat to another process."""
        self._lock.release()

    async def receivers(self, account: str, now: int) -> list[Receiver]:
        """Tell which receivers something waits for."""
        search = {"account": account, "now": now}
        rows = await self._database.read(lambda at: at.execute(_RECEIVERS, search).fetchall())
        return [Receiver(name.decode(), first, following) for name, first, following in rows]

    async def waiting_accounts(self) -> list[str]:
        """Tell which accounts have deliveries that wait."""
        rows = await self._database.read(lambda at: at.execute(_ACCOUNTS).fetchall())
        return [login.decode() for (login,) in rows]

    async def due(self, search: DueQuery, known: Collection[int]) -> list[DeliveryChain]:
        """Give lines whose first is due and not `known`, by its `due`."""
        *wanted, limit, alone = search
        values = (*wanted, json.dumps([*known]), limit, not alone)
        return await self._database.read(partial(_lines, values))

    async def write_results(self, outcomes: list[AttemptResult]) -> list[int | None]:
        """Write down what came of tries, in this order; tell when the next in line of each is due by it."""
        return await self._database.write_atomically(partial(_settle, outcomes))

    async def hold(self, identity: int, attempt: Attempt) -> HoldResult:
        """Let the next delivery in line go first, and write down that it does."""
        return await self._database.write_atomically(partial(_hold, identity, attempt))

    async def find(self, account: str, after: int, limit: int, sms_hash: str | None) -> list[Delivery]:
        """Give deliveries of an account whose `id` is above `after`, by `id`."""
        search = (account, after, sms_hash, sms_hash, limit)
        found = await self._database.read(partial(_deliveries, _FIND, search))
        return sorted(found, key=lambda each: each.id)

    async def get(self, account: str, identity: int) -> Delivery | None:
        """Give one delivery, or None."""
        found = self._database.read_now(partial(_deliveries, _GET, (account, identity)))
        return found[0] if found else None

    async def attempts(self, identity: int) -> list[Attempt]:
        """Give the tries of a delivery."""
        rows = self._database.read_now(lambda at: at.execute(_ATTEMPTS, (identity,)).fetchall())
        return [Attempt._make(row) for row in rows]

    async def resend(self, account: str, identity: int, now: int) -> bool:
        """Make a delivery due at once, also one that has ended; False when an earlier one is in its way."""
        done = await self._database.write(lambda at: at.execute(_RESEND, (now, account, identity)).rowcount)
        return done > 0


class Subscriber(NamedTuple):
    """Who is to be told: the hash of a subscription, or nothing, and the receiver."""

    hash: str
    receiver: str


def subscribers(connection: sqlite3.Connection, account: str, event_type: str) -> list[Subscriber]:
    """Give the subscriptions of an account to one type of event."""
    rows = connection.execute(_SUBSCRIBERS, (account, event_type)).fetchall()
    return [Subscriber(each.decode(), read_receiver(target)) for each, target in rows]


def own_hook(webhook: bytes) -> Subscriber:
    """Give the hook that an SMS has of its own."""
    return Subscriber(_OWN, read_receiver(webhook))


class EventBatch(NamedTuple):
    """The events of one SMS (its row `sms`) in their order, and who is to be told of them."""

    sms: int
    hooks: Sequence[Subscriber]
    events: Sequence[Event]


_read_deliveries = msgspec.json.Decoder(list[Delivery]).decode


_read_lines = msgspec.json.Decoder(list[DeliveryChain]).decode
_read_released = msgspec.json.Decoder(list[tuple[int, int, int]]).decode


def put(connection: sqlite3.Connection, account: str, event_type: str, news: Sequence[EventBatch]) -> int:
    """Write events, and a delivery of each to each hook; give how many deliveries."""
    (last,) = connection.execute(_LAST_EVENT).fetchone()
    events: list[tuple[object, ...]] = []
    deliveries: list[tuple[object, ...]] = []
    for sms, hooks, found in news:
        first = last + 1 + len(events)
        events += [(first + index, sms, event_type, *event) for index, event in enumerate(found)]
        for hook in hooks:
            is_waiting = _is_waiting(connection, sms, hook, found)
            for index, event in enumerate(found):
                # Only the first in line is due; the others become so one after the other.
                due = None if index or is_waiting else event.at
                deliveries.append((account, sms, first + index, *hook, due))
    _PUT_EVENTS.execute(connection, events)
    _PUT.execute(connection, deliveries)
    return len(deliveries)


def _is_waiting(connection: sqlite3.Connection, sms: int, hook: Subscriber, events: Sequence[Event]) -> bool:
    """Tell whether something before these events is still to be told; nothing is before the first of all."""
    if not events or events[0].sequence == 1:
        return False
    (found,) = connection.execute(_IS_WAITING, (sms, hook.hash)).fetchone()
    return bool(found)


def _deliveries(select: str, search: tuple[object, ...], connection: sqlite3.Connection) -> list[Delivery]:
    (found,) = connection.execute(select, search).fetchone()
    return _read_deliveries(found)


def _lines(search: tuple[object, ...], connection: sqlite3.Connection) -> list[DeliveryChain]:
    (found,) = connection.execute(_LINES, search).fetchone()
    lines = _read_lines(found)
    for line in lines:
        line.sort()
    return sorted(lines, key=lambda line: (line[0].due or 0, line[0].id))


def _unsubscribe(account: str, hook_hash: str, connection: sqlite3.Connection) -> bool:
    found = connection.execute(_UNSUBSCRIBE, (account, hook_hash)).rowcount > 0
    if found:
        connection.execute(_FORGET, (account, hook_hash))
    return found


def _settle(outcomes: list[AttemptResult], connection: sqlite3.Connection) -> list[int | None]:
    told: dict[int, tuple[object, ...]] = {}  # by delivery: of several tries in a batch the last one counts
    for each in outcomes:
        told[each.id] = (each.id, each.state, each.due, each.number + 1)
        if each.follower is not None:
            told[each.follower] = (each.follower, "waiting", each.follower_due, None)
    _SETTLE.execute(connection, [*told.values()])
    _ATTEMPTED.execute(connection, [each[:_ATTEMPT_WIDTH] for each in outcomes])
    ended = [
        (place, each.id, each.at)
        for place, each in enumerate(outcomes)
        if each.state != "waiting" and each.follower is None
    ]
    return _release(ended, len(outcomes), connection)


def _release(
    ended: Sequence[tuple[int, int, int]], count: int, connection: sqlite3.Connection
) -> list[int | None]:
    """Let what stands behind each of these in line be due, from that moment on; tell by place when it is."""
    released: list[int | None] = [None] * count
    if ended:
        (found,) = connection.execute(_NEXT_IN_LINE, (msgspec.json.encode(ended).decode(),)).fetchone()
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
    connection.execute(_LET_GO_FIRST, (due, follower))
    return HoldResult(is_held=True, released=due)
