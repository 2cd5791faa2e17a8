"""The addresses that webhooks may be sent to. An emulator must not call the internet by accident."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

EXPECTED = "loopback, private, any, or host names, addresses and networks like 203.0.113.0/24"

_LOOPBACK = ("127.0.0.0/8", "::1/128")
_PRIVATE = (*_LOOPBACK, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
_ANY = ("0.0.0.0/0", "::/0")
_WORDS = {"loopback": _LOOPBACK, "private": _PRIVATE, "any": _ANY}
# Never a receiver: "this host", cloud metadata and other link-local, multicast, reserved, broadcast.
_NEVER = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "fe80::/10", "ff00::/8"),
    )
)
# Cloud metadata, too; the first of these networks looks private.
_METADATA = (ip_network("fd00:ec2::254/128"), ip_network("100.100.100.200/32"))
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class AllowedAddresses:
    """The networks and host names that `--webhooks-to` allows."""

    networks: tuple[Network, ...]
    hosts: frozenset[str]

    def allows(self, host: str, address: str) -> bool:
        """Return whether a connection to `host`, which was resolved to `address`, is allowed."""
        found = _innermost(ip_address(address.partition("%")[0]))
        named = any(found in each for each in self.networks if each.prefixlen == each.max_prefixlen)
        if not named and any(found in each for each in (*_NEVER, *_METADATA)):
            return False
        return host.lower().rstrip(".") in self.hosts or any(found in each for each in self.networks)


def read_allowed_addresses(text: str) -> AllowedAddresses:
    """Parse a comma-separated list of `loopback`, `private`, `any`, host names, addresses and networks.

    Raises:
        ValueError: A part is something else; the message names it.
    """
    networks: list[Network] = []
    hosts: set[str] = set()
    for part in (each.strip().lower() for each in text.split(",")):
        if part in _WORDS:
            networks += map(ip_network, _WORDS[part])
        elif (network := _read_network(part)) is not None:
            networks.append(network)
        else:
            hosts.add(_read_host(part))
    return AllowedAddresses(tuple(networks), frozenset(hosts))


def _read_network(part: str) -> Network | None:
    try:
        return ip_network(part.strip("[]"), strict=False)
    except ValueError:
        return None


def _read_host(part: str) -> str:
    labels = part.rstrip(".").split(".")
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    if not all(label and set(label) <= allowed for label in labels) or labels[-1].isdigit():
        message = f"{part!r}: expected {EXPECTED}, separated by commas"
        raise ValueError(message)
    return ".".join(labels)


def _innermost(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address embeds, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


DEFAULT_ALLOWED_ADDRESSES = read_allowed_addresses("private")
