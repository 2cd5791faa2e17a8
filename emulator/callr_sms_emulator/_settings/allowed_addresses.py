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
# Metadata of clouds, and their other services on such addresses. Some of these addresses look private.
_METADATA = tuple(
    ip_network(each)
    for each in (
        "169.254.0.0/16",  # almost all; also the credentials of containers on AWS
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure
        "192.0.0.192",  # Oracle
        "fd00:ec2::/32",  # AWS: instances, containers, pods
        "fd20:ce::254",  # Google
        "fd00:42::42",  # Scaleway
        "fd00:a9fe:a9fe::1",  # Akamai
    )
)
# Addresses of IPv6 that embed one of IPv4 in their last 32 bits: NAT64 (RFC 6052), IPv4-compatible (RFC 4291)
# and translated (RFC 2765) ones.
_EMBEDDING = tuple(map(ip_network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # RFC 8215, with 32 bits around a gap (RFC 6052, 2.2)
_LOW = 0xFFFFFFFF
_LAST_RESERVED = 0xFFFF  # up to here ::/96 is `::`, `::1` and addresses that 0.0.0.0/8 would be


@dataclass(frozen=True)
class AllowedAddresses:
    """The networks and host names that `--webhooks-to` allows."""

    networks: tuple[Network, ...]
    hosts: frozenset[str]

    def allows(self, host: str, address: str) -> bool:
        """Return whether a connection to `host`, which was resolved to `address`, is allowed."""
        found = _innermost(ip_address(address.partition("%")[0]))
        named = any(found in each for each in self.networks if each.prefixlen == each.max_prefixlen)
        if not named and any(each in never for each in (found, _low(found)) for never in _METADATA):
            return False
        if not named and any(found in never for never in _NEVER):
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
    number = int(address)
    if number > _LAST_RESERVED and any(address in each for each in _EMBEDDING):
        return _low(address)
    if address in _LOCAL_NAT64:
        return IPv4Address((number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _low(address: Address) -> Address:
    """Return the IPv4 address in the last 32 bits. A network may have a prefix of its own for NAT64."""
    return IPv4Address(int(address) & _LOW)


DEFAULT_ALLOWED_ADDRESSES = read_allowed_addresses("private")
