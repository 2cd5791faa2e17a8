"""Deliveries of events to subscribers, and how the dispatcher works with the store.

A delivery is one event for one subscriber. Its states::

    waiting ──▶ delivered     a receiver accepted it
       │  ▲ ──▶ given_up      every attempt failed
       │  │ ──▶ lost          a fault withholds it for ever
       ├──┘                   an attempt failed: it waits for the next
       └─▶ held ──▶ waiting   a fault lets the next event go first; then it goes on

**In order.** Of the deliveries of one SMS to one subscriber, only the first that still waits has a `due`
moment. The others wait without one; the end of the first sets the `due` of the next. So a process that
delivers what is due delivers the events of an SMS in order, without a look at the others. One that is held
has no `due` either, while the first after it that waits has one; the end of that one sets the `due` of the
held one again.

**At least once.** What an account sends to a receiver is delivered by one process at a time: the one that
has claimed it. Results of attempts are written afterwards, so the next process repeats what was under way
when the one before it ended. On SQLite, one process delivers everything: the one with the delivery lock.

**Virtual time.** `due`, `event_at` and the moments of attempts are in the account's time: when a clock is
advanced by a day, all attempts of that day are made at once, each at its own `due`.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple, Protocol

DeliveryState = Literal["waiting", "held", "delivered", "given_up", "lost"]


class Subscription(NamedTuple):
    """A subscription to all events of some types of an account; `target` is JSON, as in `Delivery`.

    `created` is in milliseconds since 1970.
    """

    hash: str
    account: str
    types: tuple[str, ...]
    target: bytes
    created: int


class Delivery(NamedTuple):
    """One event for one subscriber.

    Attributes:
        id: Its number; later deliveries have higher ones.
        account: The login of the account.
        sms_hash: The hash of the SMS.
        hook_hash: The hash of the subscription; None for the webhook of the SMS itself.
        sequence: The number of the event among those of the SMS, from 1.
        type: `sms.mt.status_update` or `sms.mo`.
        event_id: The same for every subscriber and at every attempt.
        event_at: Milliseconds since 1970.
        tries: The number of attempts so far: the `try` of the next one.
        state: Its state, as above.
        due: When to attempt it (milliseconds since 1970); None when that is not known yet, or it has ended.
        target: JSON of `endpoint`, maybe `hmac_secret` and `hmac_algo`; None when the subscription is gone.
        sms: JSON of the SMS as of the event.
    """

    id: int
    account: str
    sms_hash: str
    hook_hash: str | None
    sequence: int
    type: str
    event_id: str
    event_at: int
    tries: int
    state: DeliveryState
    due: int | None
    target: str | None
    sms: str


DeliveryChain = list[Delivery]
"""Deliveries of one SMS to one subscriber: the first is due, the others wait for the one before them.

The `due` of those is the moment of their event, because they are never due earlier.
"""


class Attempt(NamedTuple):
    """One attempt: its number (from 0), when it was (milliseconds since 1970), and its record as JSON."""

    number: int
    at: int
    detail: bytes


class AttemptResult(NamedTuple):
    """The result of an attempt (see `Attempt`), and the state of its delivery after it.

    `waiting` has the `due` of the next attempt. After an end, `follower` is the `id` of the next delivery of
    the chain where that is known, and `follower_due` when it is due; otherwise the store finds it.
    """

    id: int
    number: int
    at: int
    detail: bytes
    state: DeliveryState
    due: int | None = None
    follower: int | None = None
    follower_due: int | None = None


class HoldResult(NamedTuple):
    """Whether a delivery is held now, and when the one that goes first is due, if it exists yet."""

    is_held: bool
    released: int | None = None


class Receiver(NamedTuple):
    """A receiver (`http://host:port`) that deliveries wait for.

    `first` is when the first of them is due, `following` when the first after the given moment is.
    """

    name: str
    first: int
    following: int | None


class DueQuery(NamedTuple):
    """Which chains to read: up to `limit` of an account for one receiver, whose first is due by `now`.

    A chain has all that waits when it is read, or its first `alone`; others may be added after it.
    """

    account: str
    receiver: str
    now: int
    limit: int
    alone: bool = False


class OutboxStore(Protocol):
    """Stores subscriptions and deliveries. Every `now` is the account's."""

    async def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription: it gets the events that are written from now on."""

    async def subscriptions(self, account: str) -> list[Subscription]:
        """Return the subscriptions of an account, in the order in which they were added."""

    async def unsubscribe(self, account: str, hook_hash: str) -> bool:
        """Remove a subscription and end its deliveries; return whether it existed."""

    async def waiting_accounts(self) -> list[str]:
        """Return which accounts have deliveries that wait."""

    async def acquire_delivery_lock(self) -> bool:
        """Acquire the right to deliver until the end of this process; False while another one holds it.

        Where claims decide, every process has it.
        """

    async def claim(self, account: str, receiver: str) -> bool:
        """Claim what an account sends to a receiver; False while another process delivers that.

        A claim ends with `release`, and with its process, however that ends.
        """

    async def release(self, account: str, receiver: str) -> None:
        """Give back a claim."""

    async def receivers(self, account: str, now: int) -> list[Receiver]:
        """Return the receivers that deliveries wait for."""

    async def due(self, search: DueQuery, known: Collection[int]) -> list[DeliveryChain]:
        """Return the chains whose first is due and not `known`, ordered by its `due`."""

    async def write_results(self, outcomes: list[AttemptResult]) -> list[int | None]:
        """Write results of attempts, in this order; return when a delivery found by each is due.

        After an end the next delivery of the chain is due at `follower_due`. Without a `follower` the store
        finds it, and it is due `at` the same moment, or at its event when that was later. A delivery that has
        ended otherwise meanwhile, or is gone, stays so.
        """

    async def hold(self, identity: int, attempt: Attempt) -> HoldResult:
        """Let the next delivery of the chain go first, and add the attempt that says so.

        Refused where another one of the chain is held, and where no next one exists or will come.
        """

    async def find(self, account: str, after: int, limit: int, sms_hash: str | None) -> list[Delivery]:
        """Return deliveries of an account, or of one SMS, whose `id` is above `after`, ordered by `id`."""

    async def get(self, account: str, identity: int) -> Delivery | None:
        """Return one delivery, or None."""

    async def attempts(self, identity: int) -> list[Attempt]:
        """Return the attempts of a delivery."""

    async def resend(self, account: str, identity: int, now: int) -> bool:
        """Make a delivery due at once, also one that has ended; False while it waits for an earlier one."""
