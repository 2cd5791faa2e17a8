"""Connections to the host of a URL, with TLS where its scheme says so."""

import http.client
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import SplitResult

import certifi

_PORTS: Final = {"http": 80, "https": 443}


_certificates: Final[list[str]] = []
"""The files whose certificate the client presents; the last one counts."""


@contextmanager
def presenting(certificate: str) -> Iterator[None]:
    """Present the certificate in the PEM file `certificate`; raises OSError if it cannot be used."""
    _certificates.append(certificate)
    try:
        _trusted_context()
        yield
    finally:
        _certificates.remove(certificate)


def _trusted_context() -> ssl.SSLContext:
    # The certificates that requests trusts, because schemathesis uses it.
    context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where())
    if _certificates:
        # A key with a passphrase would ask for it on the terminal.
        context.load_cert_chain(_certificates[-1], password="")
    return context


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
