"""`NO_PROXY`: the servers that are reached without a proxy.

Its entries are separated by commas or spaces, in any letter case, and each is one of:

- `*`: every server
- `example.com`, `.example.com`, `*.example.com`: a host and all hosts below it; in Unicode or in `xn--` form
- `192.168.*`: a pattern
- `10.1.2.3`, `fd00::1`, `[fd00::1]`: an address
- `10.0.0.0/8`, `fd00::/8`: the addresses of a network
- any of the names and addresses with `:port` at the end, an IPv6 address in brackets then: that port only
"""

import re
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from unicodedata import normalize

_NAME_AND_PORT = r"(\[[^\]]*\](?:/[0-9]+)?|[^:]*):([0-9]{1,5})"
_Address = IPv4Address | IPv6Address


def is_excluded(no_proxy: str, host: str, port: int) -> bool:
    """Return whether `NO_PROXY` names a server. The host of an IPv6 address is without brackets."""
    name, address = _normalize(host), read_address(host)
    for entry in re.split(r"[\s,]+", no_proxy):
        found = re.fullmatch(_NAME_AND_PORT, entry)
        if found and int(found[2]) != port:
            continue
        pattern = found[1] if found else entry
        if pattern == "*" or _is_address_in(address, pattern) or _is_name_below(name, _normalize(pattern)):
            return True
    return False


def _is_address_in(address: _Address | None, pattern: str) -> bool:
    if address is None:
        return False
    try:
        return address in ip_network(re.sub(r"[][]", "", pattern), strict=False)
    except ValueError:
        return False


def _is_name_below(name: str, pattern: str) -> bool:
    if not pattern.strip("*."):
        return False
    domain = pattern.removeprefix("*").lstrip(".")
    return name == domain or name.endswith(f".{domain}") or ("*" in pattern and fnmatchcase(name, pattern))


def read_address(host: str) -> _Address | None:
    """Return the address that a host is, that of IPv4 for one mapped into IPv6; None for a name."""
    try:
        address = ip_address(host.rstrip("."))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _normalize(name: str) -> str:
    """Return a name in lower case and Unicode, without dots at its end."""
    labels = normalize("NFKC", name.lower()).replace("\u3002", ".").rstrip(".").split(".")
    return ".".join(_decode(label) for label in labels)


def _decode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label
