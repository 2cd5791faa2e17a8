"""Events of SMS, and their deliveries to subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import read_receiver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator._sms import Event
    from callr_sms_emulator._storage.postgresql.driver import Connection

# In place of the hash of a subscription: the webhook of the SMS itself.
_OWN = ""

_SUBSCRIBERS = """
SELECT hash, convert_to(target, 'UTF8') FROM subscription
WHERE account = $1 AND strpos(types, $2) > 0 ORDER BY id
"""
# Only the first of a chain is due; each end makes the next one due. The rows of the SMS are locked, so that
# the end of one that waits does not pass unseen.
_ADD = """
WITH added AS (
  INSERT INTO event (sms, type, event_id, sequence, event_at, tail)
  SELECT sms, $1, event_id, sequence, at, convert_from(tail, 'UTF8')
  FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::bytea[])
    WITH ORDINALITY AS new (sms, event_id, sequence, at, tail, place)
  ORDER BY place
  RETURNING id, sms, sequence, event_at
)
INSERT INTO delivery (account, sms, event, hook, receiver, due)
SELECT $7, new.sms, added.id, new.hook, new.receiver, CASE WHEN new.is_first AND NOT EXISTS (
    SELECT FROM delivery AS other WHERE other.sms = new.sms AND other.hook = new.hook
      AND other.state = 'waiting'
  ) THEN added.event_at END
FROM unnest($8::bigint[], $9::integer[], $10::text[], $11::text[], $12::boolean[])
  WITH ORDINALITY AS new (sms, sequence, hook, receiver, is_first, place)
JOIN added ON added.sms = new.sms AND added.sequence = new.sequence
ORDER BY new.place
"""


class Subscriber(NamedTuple):
    """A subscriber to an event: the hash of a subscription, or nothing, and the receiver."""

    hash: str
    receiver: str


class EventBatch(NamedTuple):
    """The events of one SMS (its row `sms`) in their order, and their subscribers."""

    sms: int
    subscribers: Sequence[Subscriber]
    events: Sequence[Event]


async def subscribers(connection: Connection, account: str, event_type: str) -> list[Subscriber]:
    """Return the subscriptions of an account to one type of event."""
    rows = await connection.fetch(_SUBSCRIBERS, account, event_type)
    return [Subscriber(each, read_receiver(target)) for each, target in rows]


def own_subscriber(webhook: bytes) -> Subscriber:
    """Return the webhook of an SMS itself as a subscriber."""
    return Subscriber(_OWN, read_receiver(webhook))


async def add_events(
    connection: Connection, account: str, event_type: str, batches: Sequence[EventBatch]
) -> int:
    """Write events, and a delivery of each to each subscriber; return the number of deliveries."""
    events = [
        (sms, event.event_id, event.sequence, event.at, event.tail)
        for sms, _, found in batches
        for event in found
    ]
    deliveries = [
        (sms, event.sequence, *hook, place == 0)
        for sms, hooks, found in batches
        for hook in hooks
        for place, event in enumerate(found)
    ]
    if deliveries:
        columns = (event_type, *zip(*events, strict=True), account, *zip(*deliveries, strict=True))
        await connection.execute(_ADD, *columns)
    return len(deliveries)
