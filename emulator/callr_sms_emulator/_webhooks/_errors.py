"""Why an attempt to deliver an event failed. The words are shown with the attempt.

The tree::

    DeliveryError                  the receiver was not reached, or did not answer with HTTP
    ├── UnreachableError           there was no connection, so nothing was sent
    │   └── AddressRefusedError    the emulator must not call the receiver's address
    └── SilentError                nothing in time
"""

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
