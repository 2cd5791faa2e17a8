"""Deliveries: what is to be told to whom, and how the one who tells them works with the store.

A delivery is one event for one hook. Its life::

    waiting ──▶ delivered     a receiver took it
       │  ▲ ──▶ given_up      every try failed
       │  │ ──▶ lost          a fault keeps it from its receiver
       ├──┘                   a try failed: waiting for the next
       └─▶ held ──▶ waiting   a fault lets the next event go first; then it goes on

**In order.** Of the deliveries of one SMS to one hook, only the first that is still waiting has a `due`
moment. The others wait without one; whatever ends the first gives the next its `due`. So whoever claims what
is due tells each hook the events of an SMS in order, without looking left or right. One that is held has no
`due` either, and the first behind it that waits has; what ends that one gives it its `due` back.

**At least once.** Of the processes that share a store one tells: the one that has the seat. What it has told
it writes down afterwards, so the next one tells again whatever was under way when it ended.

**Virtual time.** `due`, `event_at` and the moments of attempts are in the account's time: when a clock is
advanced by a day, all tries of that day are made at once, each at its own `due`.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple, Protocol

DeliveryState = Literal["waiting", "held", "delivered", "given_up", "lost"]


class Subscription(NamedTuple):
    """Someone who wants all events of some types of an account; `target` is JSON, as in `Delivery`."""

    hash: str
    account: str
    types: tuple[str, ...]
    target: bytes
    created: int


class Delivery(NamedTuple):
    """One event for one hook.

    Attributes:
        id: Of the delivery, in the order in which they were written.
        account: Whose SMS it is.
        sms_hash: Which SMS.
        hook_hash: Of the subscription; None for the webhook of the SMS itself.
        sequence: Counts the events of the SMS from 1.
        type: `sms.mt.status_update` or `sms.mo`.
        event_id: The same for every hook and at every try.
        event_at: Milliseconds since 1970.
        tries: How often it was tried: the `try` of the next one.
        state: What became of it.
        due: When to try (milliseconds since 1970), or None when there is nothing to do now.
        target: JSON of `endpoint`, and maybe `hmac_secret` and `hmac_algo`; None when nobody wants it now.
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
"""Deliveries of one SMS to one hook: the first is due, the others wait for the one before them.

Until then their `due` is the moment of their event: earlier they never are.
"""


class Attempt(NamedTuple):
    """One try: its number (from 0), when it was (milliseconds since 1970), and JSON of what came of it."""

    number: int
    at: int
    detail: bytes


class AttemptResult(NamedTuple):
    """What came of a try of a delivery (see `Attempt`), and what is next.

    `waiting` with the `due` of the next try, or its end. After an end, `follower` is the `id` of the next in
    line where that is known, and `follower_due` when it is due; otherwise the store looks for it.
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
    """Whether a delivery is held now, and when the one that goes first is due by that, if it is there."""

    is_held: bool
    released: int | None = None


class Receiver(NamedTuple):
    """A receiver that something waits for (`http://host:port`), and when.

    `first` is when the first of it is due, `following` when the first after the given moment is.
    """

    name: str
    first: int
    following: int | None


class DueQuery(NamedTuple):
    """What is to be read: up to `limit` lines of an account for one receiver, whose first is due by `now`.

    A line has all that waits when it is read, or its first `alone`; others may come behind it.
    """

    account: str
    receiver: str
    now: int
    limit: int
    alone: bool = False


class OutboxStore(Protocol):
    """Keeps subscriptions and deliveries. Every `now` is the account's."""

    async def subscribe(self, subscription: Subscription) -> None:
        """Keep a subscription: it is told of what is written down from now on."""

    async def subscriptions(self, account: str) -> list[Subscription]:
        """Give those of an account, in the order in which they were made."""

    async def unsubscribe(self, account: str, hook_hash: str) -> bool:
        """Remove a subscription and what was still to be told to it; tell whether there was one."""

    async def waiting_accounts(self) -> list[str]:
        """Tell which accounts have deliveries that wait."""

    async def acquire_delivery_lock(self) -> bool:
        """Become the one who tells, until the end of this process; False while another one is."""

    async def receivers(self, account: str, now: int) -> list[Receiver]:
        """Tell which receivers something waits for."""

    async def due(self, search: DueQuery, known: Collection[int]) -> list[DeliveryChain]:
        """Give lines whose first is due and not `known`, by its `due`."""

    async def write_results(self, outcomes: list[AttemptResult]) -> list[int | None]:
        """Write down what came of tries, in this order; tell when the next in line that we found is due.

        After an end the next delivery in line is due at `follower_due`. Where there is no `follower` we look
        for it, and it is due `at` the same moment, or at its event when that was later. A delivery that has
        ended otherwise meanwhile, or is gone, stays so.
        """

    async def hold(self, identity: int, attempt: Attempt) -> HoldResult:
        """Let the next delivery in line go first, and write down that it does.

        That is refused where another one of the line is held, and where there is none and none will come.
        """

    async def find(self, account: str, after: int, limit: int, sms_hash: str | None) -> list[Delivery]:
        """Give deliveries of an account whose `id` is above `after`, by `id`; maybe one SMS's."""

    async def get(self, account: str, identity: int) -> Delivery | None:
        """Give one delivery, or None."""

    async def attempts(self, identity: int) -> list[Attempt]:
        """Give the tries of a delivery."""

    async def resend(self, account: str, identity: int, now: int) -> bool:
        """Make a delivery due at once, also one that has ended; False when an earlier one is in its way."""
