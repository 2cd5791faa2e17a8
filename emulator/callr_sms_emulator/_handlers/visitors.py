"""Who sends a request: a program, a page of an allowed origin, or a foreign web page, which is refused.

A browser sends requests to 127.0.0.1 for every page that asks for it, and a page may make its own name lead
there. It says so, though: `Host` is the name in the address, `Origin` is the page's, and `Sec-Fetch-Site` is
how the two are related (Fetch Metadata). Programs send the first only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._api import is_api
from callr_sms_emulator._http import FAULT_HEADER
from callr_sms_emulator._page import is_page
from callr_sms_emulator._settings import read_authority

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from callr_sms_emulator._http import Headers, Request, Send
    from callr_sms_emulator._settings import Config

_HOST, _ORIGIN, _SITE = b"host", b"origin", b"sec-fetch-site"
# Browsers send it with navigations. It is all they say to an address without TLS other than loopback.
_NAVIGATION = b"upgrade-insecure-requests"
_TELLING = frozenset({_HOST, _ORIGIN, _SITE, _NAVIGATION})
_OWN_SITE = frozenset({b"same-origin", b"none"})
_MOST_REMEMBERED = 64
_READING = ("GET", "HEAD")

_PREFLIGHT = b"access-control-request-method"
_VARY = (b"vary", b"Origin")
_PERMISSIONS: Headers = [
    (b"access-control-allow-methods", b"GET, POST, DELETE"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, " + FAULT_HEADER.title()),
    (b"access-control-allow-private-network", b"true"),
    (b"access-control-max-age", b"600"),
]
_EXPOSED = (b"access-control-expose-headers", b"Allow, Retry-After, " + FAULT_HEADER.title())


class Visitors:
    """Checks who sends a request, and answers what browsers ask before they send one (CORS)."""

    def __init__(self, config: Config) -> None:
        self._allowed = config.allowed_hosts
        self._origins = config.cors
        self._has_page = config.page
        self._hosts: set[bytes] = set()  # values of `Host` that were accepted
        self.has_origins = bool(config.cors)

    def check(self, request: Request[Any]) -> None:
        """Check the hosts and origins that a request names. Every request is, so most end here.

        Raises:
            InvalidRequestError: `Host` is missing, is there twice, or is malformed.
            ForbiddenError: The host or the origin is not allowed.
        """
        telling = [header for header in request.headers if header[0] in _TELLING]
        if len(telling) != 1 or telling[0][0] != _HOST or telling[0][1] not in self._hosts:
            self._check(request, telling)

    def _check(self, request: Request[Any], telling: Headers) -> None:
        host = self._check_host(request, [value for name, value in telling if name == _HOST])
        if self._has_page and request.method in _READING and is_page(request.path):
            return  # a link to the page may stand anywhere: its files are the same for all, and have no data
        origins = [value for name, value in telling if name == _ORIGIN]
        if len(origins) == 1 and self._is_allowed(origins[0]):
            return
        for origin in origins:
            if origin.partition(b"://")[2].lower() != host.lower():
                raise _errors.origin_not_allowed(origin.decode("latin-1"))
        sites = [value for name, value in telling if name == _SITE]
        for site in sites:
            if site not in _OWN_SITE:
                raise _errors.site_not_allowed("Sec-Fetch-Site", site.decode("latin-1"))
        navigations = [value for name, value in telling if name == _NAVIGATION]
        if navigations and not sites and not origins and is_api(request.path):
            raise _errors.site_not_allowed("Upgrade-Insecure-Requests", "1")

    def _check_host(self, request: Request[Any], hosts: list[bytes]) -> bytes:
        if not hosts and request.scope.get("http_version") == "1.0":
            return b""
        host = read_authority(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
        if host is None:
            raise _errors.bad_host(hosts)
        if not self._allowed.allows(host):
            raise _errors.host_not_allowed(host)
        if len(self._hosts) < _MOST_REMEMBERED:
            self._hosts.add(hosts[0])
        return hosts[0].strip()

    def _is_allowed(self, origin: bytes) -> bool:
        return origin.decode("latin-1").lower() in self._origins

    def permit(self, request: Request[Any], send: Send) -> Send:
        """Return a `send` that lets a browser show the response to a page whose origin is allowed."""
        origin = _find(request.headers, _ORIGIN)
        extra = [_VARY]
        if origin is not None and self._is_allowed(origin):
            extra += [(b"access-control-allow-origin", origin), _EXPOSED]

        async def forward(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        return forward

    async def answer_preflight(self, request: Request[Any], send: Send) -> bool:
        """Answer a request that only asks whether another one may be sent; return False for all others."""
        origin = _find(request.headers, _ORIGIN)
        if request.method != "OPTIONS" or origin is None or _find(request.headers, _PREFLIGHT) is None:
            return False
        await send({"type": "http.response.start", "status": 204, "headers": _PERMISSIONS})
        await send({"type": "http.response.body", "body": b""})
        return True


def _find(headers: Headers, name: bytes) -> bytes | None:
    return next((value for each, value in headers if each == name), None)
