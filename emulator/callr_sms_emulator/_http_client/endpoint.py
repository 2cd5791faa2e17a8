"""The URL of a receiver, parsed once for all the requests that go there."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Endpoint:
    """Where a request goes: the origin, the request target, and the headers that the URL implies."""

    tls: bool
    host: str
    port: int
    target: str
    host_header: str
    authorization: str = field(repr=False)

    @cached_property
    def origin(self) -> tuple[bool, str, int]:
        """The key by which connections are shared."""
        return self.tls, self.host, self.port


@lru_cache(maxsize=4096)
def read_endpoint(url: str) -> Endpoint:
    """Parse an http or https URL that was validated before.

    A login and password in it are sent with HTTP Basic, as every HTTP client does.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    host = parts.hostname or ""
    bracketed = f"[{host}]" if ":" in host else host
    host_header = bracketed if parts.port in {None, _PORTS[scheme]} else f"{bracketed}:{parts.port}"
    path = parts.path or "/"
    authorization = ""
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + b64encode(credentials.encode()).decode()
    return Endpoint(
        tls=scheme == "https",
        host=host,
        port=parts.port or _PORTS[scheme],
        target=f"{path}?{parts.query}" if parts.query else path,
        host_header=host_header,
        authorization=authorization,
    )
