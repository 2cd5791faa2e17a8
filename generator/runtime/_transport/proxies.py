"""Proxies: the given one, or the one of the environment.

Like other tools, the client respects `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` and the settings of
Windows and macOS; unlike some of them, it uses no proxy for a server on the same machine. Over https the
proxy sees only the host name of the API; over http it sees everything.
"""

import os
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from .._errors import ConfigurationError
from .._support import LazyModule

if TYPE_CHECKING:
    from urllib import parse
else:
    parse = LazyModule("urllib.parse")

EXPECTED: Final = (
    "expected http://, https:// or socks5:// and host:port, with login:password@ before the host if needed; "
    "write the characters @ : / # ? % of a login or password as %40 %3A %2F %23 %3F %25"
)

_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_MAX_SOCKS_LOGIN: Final = 255


class Proxy(NamedTuple):
    """A proxy. Its `repr` does not show the credentials.

    Attributes:
        scheme: `http`, `https` or `socks5`.
        host: Its host; an IPv6 address without brackets.
        port: Its port.
        auth: The login and the password, if it needs them.
    """

    scheme: str
    host: str
    port: int
    auth: tuple[bytes, bytes] | None = None

    @property
    def url(self) -> str:
        """Its URL, without credentials."""
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS5."""
        return self.scheme == "socks5"

    def __repr__(self) -> str:
        return f"Proxy({self.url!r})"


def parse_proxy(url: object) -> Proxy | None:
    """Return the proxy of a URL, or None for an invalid one.

    Nothing is raised, because the URL may hold a password.
    """
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return None
    try:
        parts = parse.urlsplit(url if "://" in url else f"http://{url}")
        usual = _PORTS[parts.scheme]
        port = usual if parts.port is None else parts.port
    except (ValueError, KeyError):
        return None
    host, scheme = parts.hostname or "", parts.scheme.replace("socks5h", "socks5")
    # A path, a query or a fragment is the end of a password with / ? or # in it.
    if not host or not host.isascii() or not port or parts.path not in {"", "/"} or parts.query or "#" in url:
        return None
    auth = _read_login(parts)
    return None if auth and not _can_carry(scheme, *auth) else Proxy(scheme, host, port, auth)


def _read_login(parts: "parse.SplitResult") -> tuple[bytes, bytes] | None:
    if not parts.username and not parts.password:
        return None
    return parse.unquote_to_bytes(parts.username or ""), parse.unquote_to_bytes(parts.password or "")


def _can_carry(scheme: str, login: bytes, password: bytes) -> bool:
    if scheme == "socks5":  # RFC 1929
        return all(0 < len(part) <= _MAX_SOCKS_LOGIN for part in (login, password))
    return b":" not in login  # RFC 7617


def find_proxy(base_url: str) -> Proxy | None:
    """Return the proxy of the environment for a URL, if there is one.

    Raises:
        ConfigurationError: The environment names a proxy that the client cannot use.
    """
    if not _may_have_proxy():
        return None
    # Slow to import, and rarely needed.
    from urllib.request import getproxies, getproxies_environment, proxy_bypass  # noqa: PLC0415

    from .no_proxy import is_excluded  # noqa: PLC0415

    parts = parse.urlsplit(base_url)
    host = parts.hostname or ""
    if _is_this_machine(host):
        return None
    named = getproxies_environment()
    if not named:
        named = {} if proxy_bypass(parts.netloc) else getproxies()
    elif is_excluded(named.get("no", ""), host, parts.port or _PORTS[parts.scheme]):
        return None
    name = parts.scheme if named.get(parts.scheme) else "all"
    if not named.get(name):
        return None
    found = parse_proxy(named[name])
    del named  # it may hold a password
    problem = find_problem(found)
    if problem:
        raise ConfigurationError(f"{name.upper()}_PROXY: {problem}")
    return found


def find_problem(proxy: Proxy | None) -> str | None:
    """Return why a proxy cannot be used, or None. An invalid URL is passed as None."""
    if proxy is None:
        return EXPECTED
    if proxy.is_socks:
        from importlib.util import find_spec  # noqa: PLC0415 - slow to import, and rarely needed

        if not find_spec("socksio"):
            return f'SOCKS needs a package that is not installed; run pip install "{_distribution()}[socks]"'
    return None


def _distribution() -> str:
    package = __name__.rsplit(".", 2)[0]
    # By its name: where this file stands before it is copied, the module does not exist.
    return str(LazyModule(f"{package}._generated").DISTRIBUTION)


def _may_have_proxy() -> bool:
    return sys.platform in {"darwin", "win32"} or any(name.lower().endswith("_proxy") for name in os.environ)


def _is_this_machine(host: str) -> bool:
    from .no_proxy import read_address  # noqa: PLC0415 - as above

    address = read_address(host)
    if address is not None:  # a connection to the unspecified address stays on the machine, too
        return address.is_loopback or address.is_unspecified
    return f".{host.rstrip('.')}".endswith(".localhost")
