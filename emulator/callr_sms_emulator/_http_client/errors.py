"""Why a request got no response. The message is shown with the attempt to deliver.

The tree::

    TransportError                 the receiver was not reached, or did not respond with HTTP
    ├── ConnectError               there was no connection, so nothing was sent
    │   └── AddressNotAllowedError the emulator must not call the receiver's address
    ├── ResponseTimeoutError       no complete head of a response in time
    └── StaleConnectionError       a kept connection had been closed: nothing was seen of the request
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class TransportError(Exception):
    """There was no complete head of a response."""


class ConnectError(TransportError):
    """There is no connection to the receiver, whatever the request."""


class AddressNotAllowedError(ConnectError):
    """The address is outside what `--webhooks-to` allows."""

    def __init__(self, host: str, addresses: Iterable[str]) -> None:
        shown = ", ".join(addresses) or "nothing"
        super().__init__(
            f"{host} is {shown}, which the emulator may not call: start it with --webhooks-to {host} or any"
        )


class ResponseTimeoutError(TransportError):
    """The receiver did not respond in time."""


class StaleConnectionError(TransportError):
    """The receiver had closed the kept connection: it saw nothing of the request."""
