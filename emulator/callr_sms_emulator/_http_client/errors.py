"""Why a request got no response. The message is shown with the attempt to deliver.

The tree::

    TransportError                 the receiver was not reached, or did not respond with HTTP
    ├── ConnectError               there was no connection, so nothing was sent
    │   └── AddressNotAllowedError the emulator must not call the receiver's address
    ├── ResponseTimeoutError       no complete head of a response in time
    └── StaleConnectionError       a kept connection had been closed: nothing was seen of the request
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
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
        found = [*addresses]
        # Of link-local addresses, multicast and the like neither `any` nor a host name allows one.
        special = [each for each in map(_plain, found) if not each.is_global or each.is_multicast]
        cure = special[0] if special else f"{host} or any"
        super().__init__(
            f"{host} is {', '.join(found) or 'nothing'}, which the emulator may not call: "
            f"start it with --webhooks-to {cure}"
        )


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return an address, or the IPv4 address that it maps."""
    found = ip_address(address.partition("%")[0])
    return found if isinstance(found, IPv4Address) else found.ipv4_mapped or found


class ResponseTimeoutError(TransportError):
    """The receiver did not respond in time."""


class StaleConnectionError(TransportError):
    """The receiver had closed the kept connection: it saw nothing of the request."""
