"""The hosts and origins that a request may name. A web page must not command the emulator of its reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address

_VENDOR = frozenset({"api.callr.com", "api.thecallr.com"})
"""The vendor's host (seed) and its former one (sdk-old): programs reach the emulator through a hosts file."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_HOST = re.compile(_NAME)
_AUTHORITY = re.compile(rf"(?:({_NAME})\.?|\[([0-9a-f:.]+)\])(?::([0-9]{{0,5}}))?")
_LAST_PORT = 65535
_ORIGIN = re.compile(rf"https?://(?:{_NAME}|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?")


@dataclass(frozen=True)
class AllowedHosts:
    """The values of `Host` that are accepted.

    Names of loopback, its addresses and the vendor's hosts are: nobody else can make them lead here. Any
    other name may be that of a web page whose owner made it lead to this machine (DNS rebinding).

    Attributes:
        hosts: More names and addresses, in lower case.
        any_address: Whether every address is accepted, because the emulator listens on all of its machine.
    """

    hosts: frozenset[str] = frozenset()
    any_address: bool = False

    def allows(self, host: str) -> bool:
        """Return whether a host, which `read_authority` returned, is accepted."""
        if host in self.hosts or host in _VENDOR or host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            address = ip_address(host)
        except ValueError:
            return False
        plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return self.any_address or (plain or address).is_loopback or str(plain or address) in self.hosts

    def bound_to(self, *names: str) -> AllowedHosts:
        """Return these and the names and addresses that the emulator listens on."""
        found = {name.lower().partition("%")[0] for name in names}
        is_any = any(_is_unspecified(name) for name in found)
        return replace(self, hosts=self.hosts | found, any_address=self.any_address or is_any)


def read_authority(value: str) -> str | None:
    """Return the name or the address in a `Host` header, in lower case; None if it is malformed."""
    found = _AUTHORITY.fullmatch(value.strip().lower())
    if found is None or int(found[3] or 0) > _LAST_PORT:
        return None
    name: str | None = found[1]
    return name if name is not None else found[2]


def read_host(text: str) -> str:
    """Return a host name or an address in lower case.

    Raises:
        ValueError: It is neither; the message says what was expected.
    """
    host = text.strip("[]").lower().rstrip(".")
    if not _HOST.fullmatch(host):
        try:
            return str(ip_address(host))
        except ValueError:
            message = f"{text!r}: expected a host name or an address, without http:// and without a port"
            raise ValueError(message) from None
    return host


def read_origin(text: str) -> str:
    """Return an origin in lower case.

    Raises:
        ValueError: It is not an origin; the message says what was expected.
    """
    origin = text.lower().removesuffix("/")
    found = _ORIGIN.fullmatch(origin)
    if found is None or int(found[1] or 0) > _LAST_PORT:
        message = (
            f"{text!r}: expected one origin like http://localhost:3000, which is a scheme, a host and a port"
        )
        raise ValueError(message)
    return origin


def _is_unspecified(name: str) -> bool:
    try:
        return ip_address(name).is_unspecified
    except ValueError:
        return name == ""
