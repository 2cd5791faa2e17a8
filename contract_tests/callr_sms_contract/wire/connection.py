"""Connections to the host of a URL, with TLS where its scheme says so."""

import http.client
import os
import socket
import ssl
from typing import Final
from urllib.parse import SplitResult

import certifi

_PORTS: Final = {"http": 80, "https": 443}


def _trusted_context() -> ssl.SSLContext:
    # The certificates that requests trusts, because schemathesis uses it.
    return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where())


def open_socket(url: SplitResult, seconds: float) -> socket.socket:
    """Return a socket that is connected to the host of `url`; raises OSError, of which SSLError is one."""
    context = _trusted_context() if url.scheme == "https" else None
    raw = socket.create_connection((str(url.hostname), url.port or _PORTS[url.scheme]), seconds)
    return context.wrap_socket(raw, server_hostname=url.hostname) if context else raw


def http_connection(url: SplitResult, seconds: float) -> http.client.HTTPConnection:
    """Return a connection to the host of `url`, which is opened at its first request."""
    host = str(url.hostname)
    if url.scheme != "https":
        return http.client.HTTPConnection(host, url.port, timeout=seconds)
    return http.client.HTTPSConnection(host, url.port, timeout=seconds, context=_trusted_context())
