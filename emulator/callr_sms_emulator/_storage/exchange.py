"""What the processes that share a store send to each other, so that none of them has to look again and again.

A message may be lost: it says that something is to be read, or it is an event for listeners. Whoever must not
miss anything also looks from time to time.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from callr_sms_emulator._sms import Notification

MessageKind = Literal["account", "removed", "deliveries", "sms", "event", "gap", "lost"]


class Message(NamedTuple):
    """A message from another process, or about the connection to them.

    Attributes:
        kind: `account`: its settings or subscriptions changed. `removed`: it, or some of its SMS, were
            removed. `deliveries`: some are due, for which this process may have a claim. `sms`: events of its
            SMS. `event`: another event of the account. `gap`: messages were lost. `lost`: the claims of this
            process have ended.
        account: The login; empty for `gap` and `lost`.
        notifications: The events of `sms`.
        name: The name of `event`.
        data: The JSON of `event`.
    """

    kind: MessageKind
    account: str = ""
    notifications: tuple[Notification, ...] = ()
    name: str = ""
    data: bytes = b""


class Exchange(Protocol):
    """Exchanges messages with the other processes on a store."""

    def start(self, on_message: Callable[[Message], None]) -> None:
        """Call `on_message` in the running event loop with each message from now on."""

    def stop(self) -> None:
        """Call it no more."""

    @property
    def has_claims(self) -> bool:
        """Whether the claims of this process stand, as far as it knows."""

    def announce(self, message: Message) -> None:
        """Send a message to the others, soon."""

    async def hear(self, account: str, is_heard: Callable[[], bool]) -> None:
        """Have the others send the events of an account, until a look at `is_heard` is false."""
