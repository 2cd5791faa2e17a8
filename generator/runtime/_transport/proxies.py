"""Proxies: the given one, or the one of the environment.

Like other tools, the client respects `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` and the settings of
Windows and macOS; unlike some of them, it uses no proxy for a server on the same machine. Over https the
proxy sees only the host name of the API; over http it sees everything.
"""

import os
import sys
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from .._errors import ConfigurationError

EXPECTED = "expected http://host:port, with login:password@ before the host if the proxy needs them"


class Proxy(NamedTuple):
    """A proxy. Its `repr` does not show the credentials.

    Attributes:
        url: Its URL, without credentials.
        auth: The login and the password, if it needs them.
    """

    url: str
    auth: tuple[bytes, bytes] | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.url!r})"


def parse_proxy(url: object) -> Proxy | None:
    """Return the proxy of a URL, or None for an invalid one.

    Nothing is raised, because the URL may hold a password.
    """
    if not isinstance(url, str) or not url.isascii() or not url.isprintable():
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or 80
    except ValueError:
        return None
    if parts.scheme != "http" or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    login, password = unquote_to_bytes(parts.username or ""), unquote_to_bytes(parts.password or "")
    return Proxy(f"http://{host}:{port}", (login, password) if parts.username else None)


def find_proxy(base_url: str) -> Proxy | None:
    """Return the proxy of the environment for a URL, if there is one.

    Raises:
        ConfigurationError: The environment names a proxy that the client cannot use.
    """
    if not _may_have_proxy():
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import, and rarely needed

    parts = urlsplit(base_url)
    if _is_this_machine(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    named = getproxies()
    name = parts.scheme if named.get(parts.scheme) else "all"
    if not named.get(name):
        return None
    found = parse_proxy(named[name])
    del named  # it may hold a password
    if found is None:
        raise ConfigurationError(f"{name.upper()}_PROXY: {EXPECTED}")
    return found


def _may_have_proxy() -> bool:
    return sys.platform in {"darwin", "win32"} or any(name.lower().endswith("_proxy") for name in os.environ)


def _is_this_machine(host: str) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415 - as above

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
