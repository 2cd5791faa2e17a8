"""Why an attempt to deliver an event failed. The words are shown with the attempt.

The tree::

    DeliveryError                  the receiver was not reached, or did not answer with HTTP
    ├── UnreachableError           there was no connection, so nothing was sent
    │   └── AddressRefusedError    the emulator must not call the receiver's address
    └── SilentError                nothing in time

    WithheldError                  a fault keeps it back: nothing was sent
    ├── LostError                  for ever
    └── HeldError                  until the next event of its SMS has been told
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class DeliveryError(Exception):
    """The attempt failed without a complete head of an answer."""


class UnreachableError(DeliveryError):
    """There is no connection, for whatever is to be sent."""


class AddressRefusedError(UnreachableError):
    """The address is outside what `--webhooks-to` allows."""

    def __init__(self, host: str, addresses: Iterable[str]) -> None:
        shown = ", ".join(addresses) or "nothing"
        super().__init__(
            f"{host} is {shown}, which the emulator may not call: start it with --webhooks-to {host} or any"
        )


class SilentError(DeliveryError):
    """The receiver did not answer in time."""


class WithheldError(Exception):
    """The event was kept back on purpose; `mark` is of the fault."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(f"{mark.webhook} by fault {mark.rule}")
        self.mark = mark


class LostError(WithheldError):
    """It never reaches its receiver."""


class HeldError(WithheldError):
    """It waits for the next one, which is due at `released`, or not there yet; that was written down."""

    def __init__(self, mark: Mark, released: int | None) -> None:
        super().__init__(mark)
        self.released = released


class Mark(NamedTuple):
    """Which fault a try has met: the number of its rule, and what that does to events."""

    rule: int
    webhook: str
