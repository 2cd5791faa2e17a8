"""Subscriptions and deliveries in a PostgreSQL database."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING

from callr_sms_emulator._storage.exchange import Message
from callr_sms_emulator._storage.outbox import Attempt, Delivery, HoldResult, Receiver, Subscription

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from callr_sms_emulator._storage.outbox import AttemptResult, DeliveryChain, DueQuery
    from callr_sms_emulator._storage.postgresql.connections import Database
    from callr_sms_emulator._storage.postgresql.driver import Connection
    from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange

_CANCEL_S = 2.0

_SUBSCRIBE = """
INSERT INTO subscription (hash, account, types, target, created)
VALUES ($1, $2, $3, convert_from($4, 'UTF8'), $5)
"""
_SUBSCRIPTIONS = """
SELECT hash, account, types, convert_to(target, 'UTF8'), created FROM subscription
WHERE account = $1 ORDER BY id
"""
_UNSUBSCRIBE = "DELETE FROM subscription WHERE account = $1 AND hash = $2 RETURNING id"
_FORGET = """
UPDATE delivery SET due = NULL, state = 'given_up'
WHERE account = $1 AND hook = $2 AND state IN ('waiting', 'held')
"""
_DELIVERY = """
d.id, d.account, s.hash, nullif(d.hook, ''), e.sequence, e.type, e.event_id, e.event_at, d.tries, d.state,
{due}, CASE d.hook WHEN '' THEN s.webhook ELSE u.target END, s.head || e.tail
"""
_ANY = _DELIVERY.format(due="d.due")
_IN_CHAIN = _DELIVERY.format(due="coalesce(d.due, e.event_at)")
_REST = """
JOIN sms AS s ON s.id = d.sms JOIN event AS e ON e.id = d.event
LEFT JOIN subscription AS u ON u.account = d.account AND u.hash = d.hook
"""
# Where another one of the chain is due, or held and so ahead of those after it, the first is read alone.
_CHAINS = f"""
WITH first AS MATERIALIZED (
  SELECT id, sms, hook, due FROM delivery
  WHERE account = $1 AND receiver = $2 AND due <= $3 AND NOT id = ANY($4::bigint[])
  ORDER BY due, id LIMIT $5
), led AS MATERIALIZED (
  SELECT id, sms, hook, due, $6 AND NOT EXISTS (
    SELECT FROM delivery AS other WHERE other.sms = first.sms AND other.hook = first.hook
    AND (other.state = 'held' OR other.due IS NOT NULL AND other.id <> first.id)
  ) AS leads FROM first
)
SELECT led.id, {_IN_CHAIN} FROM led
JOIN delivery AS d ON d.sms = led.sms AND d.hook = led.hook AND d.id >= led.id AND (leads OR d.id = led.id)
  AND d.state = 'waiting' {_REST}
ORDER BY led.due, led.id, d.id
"""  # noqa: S608 - of constants
_FIND = f"""
SELECT {_ANY} FROM delivery AS d {_REST}
WHERE d.account = $1 AND d.id > $2 AND ($3::text IS NULL OR s.hash = $3) ORDER BY d.id LIMIT $4
"""  # noqa: S608 - of constants
_GET = f"SELECT {_ANY} FROM delivery AS d {_REST} WHERE d.account = $1 AND d.id = $2"  # noqa: S608 - of constants

# Not those that were removed meanwhile.
_NOT_CLAIMED = """
SELECT d.id FROM delivery AS d WHERE d.id = ANY($1::bigint[]) AND NOT EXISTS (
  SELECT FROM claim AS c JOIN process AS p ON p.id = c.process
  WHERE c.account = d.account AND c.receiver = d.receiver AND c.process = $2 AND p.expires > now()
)
"""
# In the order of their numbers, so that no two processes wait for each other.
_LOCK_SMS = """
SELECT FROM sms WHERE id IN (SELECT sms FROM delivery WHERE id = ANY($1::bigint[]))
ORDER BY id FOR NO KEY UPDATE
"""
# A delivery that has ended meanwhile stays as it was.
_UPDATE = """
UPDATE delivery SET state = changed.state, due = changed.due, tries = coalesce(changed.tries, delivery.tries)
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::integer[]) AS changed (id, state, due, tries)
WHERE delivery.id = changed.id AND delivery.state = 'waiting'
"""
# Not of a delivery that was removed meanwhile. Results are written again when the connection was lost, maybe
# after the commit: each attempt counts once.
_ATTEMPTED = """
INSERT INTO attempt (delivery, number, at, detail)
SELECT made.delivery, number, at, convert_from(detail, 'UTF8')
FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bytea[])
  WITH ORDINALITY AS made (delivery, number, at, detail, place)
JOIN delivery ON delivery.id = made.delivery
WHERE NOT EXISTS (
  SELECT FROM attempt AS a WHERE a.delivery = made.delivery AND a.number = made.number AND a.at = made.at
    AND a.detail = convert_from(made.detail, 'UTF8')
)
ORDER BY place
"""
_ATTEMPT_WIDTH = 4  # results begin with these columns
_RELEASE = """
WITH found AS (
  SELECT ended.place, ended.moment, (
    SELECT n.id FROM delivery AS n WHERE n.sms = d.sms AND n.hook = d.hook
      AND n.state IN ('waiting', 'held') ORDER BY n.id LIMIT 1
  ) AS next
  FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS ended (place, id, moment)
  JOIN delivery AS d ON d.id = ended.id
), released AS (
  SELECT place, n.id, greatest(moment, e.event_at) AS due
  FROM found JOIN delivery AS n ON n.id = next JOIN event AS e ON e.id = n.event WHERE n.due IS NULL
)
UPDATE delivery SET state = 'waiting', due = released.due FROM released WHERE delivery.id = released.id
RETURNING released.place, released.due
"""
_FOLLOWER = """
SELECT n.id, n.due, (SELECT event_at FROM event WHERE id = n.event)
FROM delivery AS d JOIN delivery AS n ON n.sms = d.sms AND n.hook = d.hook
WHERE d.id = $1 AND n.state = 'waiting' ORDER BY n.id LIMIT 1
"""
_MAKE_DUE = "UPDATE delivery SET due = $1 WHERE id = $2"
# Only if another event of this SMS waits or will come: otherwise it would be held for ever.
_HOLD = """
UPDATE delivery SET state = 'held', due = NULL WHERE id = $1 AND state = 'waiting'
AND NOT EXISTS (SELECT FROM delivery AS n
  WHERE n.sms = delivery.sms AND n.hook = delivery.hook AND n.state = 'held')
AND (EXISTS (SELECT FROM delivery AS n
    WHERE n.sms = delivery.sms AND n.hook = delivery.hook AND n.id > delivery.id AND n.state = 'waiting')
  OR EXISTS (SELECT FROM sms WHERE sms.id = delivery.sms AND sms.due IS NOT NULL))
RETURNING id
"""
# Steps from one receiver, or account, to the next in the index, without reading their deliveries.
_RECEIVERS = """
WITH RECURSIVE each (receiver) AS (
  (SELECT min(receiver) FROM delivery WHERE account = $1 AND due IS NOT NULL)
  UNION ALL
  SELECT (SELECT min(receiver) FROM delivery
    WHERE account = $1 AND receiver > each.receiver AND due IS NOT NULL)
  FROM each WHERE receiver IS NOT NULL
)
SELECT receiver, (SELECT min(due) FROM delivery AS d
  WHERE d.account = $1 AND d.receiver = each.receiver AND d.due IS NOT NULL),
  (SELECT min(due) FROM delivery AS d WHERE d.account = $1 AND d.receiver = each.receiver AND d.due > $2)
FROM each WHERE receiver IS NOT NULL
"""
_ACCOUNTS = """
WITH RECURSIVE each (account) AS (
  (SELECT min(account) FROM delivery WHERE due IS NOT NULL)
  UNION ALL
  SELECT (SELECT min(account) FROM delivery WHERE account > each.account AND due IS NOT NULL)
  FROM each WHERE account IS NOT NULL
)
SELECT account FROM each WHERE account IS NOT NULL
"""
_ATTEMPTS = """
SELECT number, at, convert_to(detail, 'UTF8') FROM attempt WHERE delivery = $1 ORDER BY number, id
"""
_RESEND = """
UPDATE delivery SET state = 'waiting', due = $1
WHERE account = $2 AND id = $3 AND (state <> 'waiting' OR due IS NOT NULL) RETURNING id
"""
_CLAIM = """
INSERT INTO claim (account, receiver, process)
SELECT $1, $2, $3 WHERE EXISTS (SELECT FROM process WHERE id = $3 AND expires > now())
ON CONFLICT (account, receiver) DO UPDATE SET process = $3
WHERE claim.process = $3
  OR NOT EXISTS (SELECT FROM process WHERE process.id = claim.process AND process.expires > now())
RETURNING process
"""
_GIVE_BACK = "DELETE FROM claim WHERE account = $1 AND receiver = $2 AND process = $3"


class PostgresqlOutbox:
    """Stores subscriptions and deliveries in the database of a store."""

    def __init__(self, database: Database, exchange: PostgresqlExchange) -> None:
        self._database = database
        self._exchange = exchange

    async def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription: it gets the events that are written from now on."""
        row = subscription._replace(types=" ".join(subscription.types))  # type: ignore[arg-type] # as stored
        await self._database.write(lambda at: at.execute(_SUBSCRIBE, *row))
        self._exchange.announce(Message("account", subscription.account))

    async def subscriptions(self, account: str) -> list[Subscription]:
        """Return the subscriptions of an account, in the order in which they were added."""
        rows = await self._database.read(lambda at: at.fetch(_SUBSCRIPTIONS, account))
        return [
            Subscription(name, login, tuple(types.split()), target, at)
            for name, login, types, target, at in rows
        ]

    async def unsubscribe(self, account: str, hook_hash: str) -> bool:
        """Remove a subscription and end its deliveries; return whether it existed."""

        async def remove(connection: Connection) -> bool:
            found = await connection.fetchval(_UNSUBSCRIBE, account, hook_hash) is not None
            if found:
                await connection.execute(_FORGET, account, hook_hash)
            return found

        was_there = await self._database.write(remove)
        self._exchange.announce(Message("removed", account))
        return was_there

    # --- who delivers -----------------------------------------------------------------------------------

    async def acquire_delivery_lock(self) -> bool:
        """Return True: every process delivers what it has claimed."""
        return True

    async def claim(self, account: str, receiver: str) -> bool:
        """Claim what an account sends to a receiver; False while another process delivers that."""
        process = self._exchange.process
        if not self._exchange.has_claims:
            return False
        found = await self._database.write(lambda at: at.fetchval(_CLAIM, account, receiver, process))
        return found is not None

    async def release(self, account: str, receiver: str) -> None:
        """Give back a claim."""
        process = self._exchange.process
        await self._database.write(lambda at: at.execute(_GIVE_BACK, account, receiver, process))

    # --- what is to be delivered ------------------------------------------------------------------------

    async def receivers(self, account: str, now: int) -> list[Receiver]:
        """Return the receivers that deliveries wait for."""
        rows = await self._database.read(lambda at: at.fetch(_RECEIVERS, account, now))
        return [Receiver(*row) for row in rows]

    async def waiting_accounts(self) -> list[str]:
        """Return the logins of accounts whose deliveries wait."""
        return [row[0] for row in await self._database.read(lambda at: at.fetch(_ACCOUNTS))]

    async def due(self, search: DueQuery, known: Collection[int]) -> list[DeliveryChain]:
        """Return the chains whose first is due and not `known`, ordered by its `due`."""
        *wanted, limit, alone = search
        rows = await self._database.read(lambda at: at.fetch(_CHAINS, *wanted, [*known], limit, not alone))
        return [
            [Delivery(*values) for _, *values in chain] for _, chain in groupby(rows, key=lambda row: row[0])
        ]

    async def find(self, account: str, after: int, limit: int, sms_hash: str | None) -> list[Delivery]:
        """Return deliveries of an account, or of one SMS, whose `id` is above `after`, ordered by `id`."""
        rows = await self._database.read(lambda at: at.fetch(_FIND, account, after, sms_hash, limit))
        return [Delivery(*row) for row in rows]

    async def get(self, account: str, identity: int) -> Delivery | None:
        """Return one delivery, or None."""
        row = await self._database.read(lambda at: at.fetchrow(_GET, account, identity))
        return None if row is None else Delivery(*row)

    async def attempts(self, identity: int) -> list[Attempt]:
        """Return the attempts of a delivery."""
        return [Attempt(*row) for row in await self._database.read(lambda at: at.fetch(_ATTEMPTS, identity))]

    # --- what came of it --------------------------------------------------------------------------------

    async def write_results(self, outcomes: list[AttemptResult]) -> list[int | None]:
        """Write results of attempts, in this order; return when a delivery found by each is due.

        Those whose claim has ended are dropped: another process makes the attempts again.
        """
        process = self._exchange.process

        async def write(connection: Connection) -> tuple[set[int], list[int | None]]:
            rows = await connection.fetch(_NOT_CLAIMED, [each.id for each in outcomes], process)
            lost = {row[0] for row in rows}
            return lost, await _write_results([each for each in outcomes if each.id not in lost], connection)

        lost, written = await self._database.write(write)
        if not lost:
            return written
        await asyncio.sleep(_CANCEL_S)  # until the workers are cancelled: none of them goes on after this
        found = iter(written)
        return [None if each.id in lost else next(found) for each in outcomes]

    async def hold(self, identity: int, attempt: Attempt) -> HoldResult:
        """Let the next delivery of the chain go first, and add the attempt that says so."""

        async def hold(connection: Connection) -> HoldResult:
            await connection.fetch(_LOCK_SMS, [identity])
            if await connection.fetchval(_HOLD, identity) is None:
                return HoldResult(is_held=False)
            await connection.execute(_ATTEMPTED, [identity], *([each] for each in attempt))
            follower, due, event_at = await connection.fetchrow(_FOLLOWER, identity) or (None, None, 0)
            if follower is None or due is not None:
                return HoldResult(is_held=True)
            due = max(attempt.at, event_at)
            await connection.execute(_MAKE_DUE, due, follower)
            return HoldResult(is_held=True, released=due)

        return await self._database.write(hold)

    async def resend(self, account: str, identity: int, now: int) -> bool:
        """Make a delivery due at once, also one that has ended; False while it waits for an earlier one."""
        found = await self._database.write(lambda at: at.fetchval(_RESEND, now, account, identity))
        return found is not None


async def _write_results(results: list[AttemptResult], connection: Connection) -> list[int | None]:
    if not results:
        return []
    ended = [
        (place, each.id, each.at)
        for place, each in enumerate(results)
        if each.state != "waiting" and each.follower is None
    ]
    if ended:  # an event that is written now waits, and finds the end of the one before it
        await connection.fetch(_LOCK_SMS, [identity for _, identity, _ in ended])
    changes: dict[int, tuple[object, ...]] = {}  # by delivery: the last of several attempts in a batch counts
    for each in results:
        changes[each.id] = (each.id, each.state, each.due, each.number + 1)
        if each.follower is not None:
            changes[each.follower] = (each.follower, "waiting", each.follower_due, None)
    await connection.execute(_UPDATE, *zip(*changes.values(), strict=True))
    await connection.execute(_ATTEMPTED, *zip(*(each[:_ATTEMPT_WIDTH] for each in results), strict=True))
    return await _release(ended, len(results), connection)


async def _release(
    ended: Sequence[tuple[int, int, int]], count: int, connection: Connection
) -> list[int | None]:
    """Make the next delivery after each of these due, not before the moment; return by place when it is."""
    released: list[int | None] = [None] * count
    if ended:
        for place, due in await connection.fetch(_RELEASE, *zip(*ended, strict=True)):
            released[place] = due
    return released
