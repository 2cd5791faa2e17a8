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
_INTERIM: Final = frozenset({*range(100, 200)} - {101})
"""The statuses of responses before the final one; nobody asks for another protocol, so 101 is none."""


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


class FinalResponse(http.client.HTTPResponse):
    """A response of a server that also uses what `http.client` does not read.

    Responses before the final one, such as 103, are skipped (RFC 9110, 15.2), and whitespace after the value
    of a header is no part of it (5.5).
    """

    def begin(self) -> None:
        """Read the head, unless that has been done."""
        is_new = self.headers is None
        super().begin()
        if is_new:
            given = self.headers.items()
            for name in self.headers.keys():  # noqa: SIM118 - it is iterated over while it changes
                del self.headers[name]
            for name, value in given:
                self.headers[name] = value.strip(" \t")

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc] # a method of no stub
            if found[1] not in _INTERIM:
                return found
            http.client.parse_headers(self.fp)


def open_socket(url: SplitResult, seconds: float) -> socket.socket:
    """Return a socket that is connected to the host of `url`; raises OSError, of which SSLError is one."""
    context = _trusted_context() if url.scheme == "https" else None
    raw = socket.create_connection((str(url.hostname), url.port or _PORTS[url.scheme]), seconds)
    return context.wrap_socket(raw, server_hostname=url.hostname) if context else raw


def http_connection(url: SplitResult, seconds: float) -> http.client.HTTPConnection:
    """Return a connection to the host of `url`, which is opened at its first request."""
    host = str(url.hostname)
    if url.scheme != "https":
        return _Connection(host, url.port, timeout=seconds)
    return _TlsConnection(host, url.port, timeout=seconds, context=_trusted_context())


class _Connection(http.client.HTTPConnection):
    response_class = FinalResponse


class _TlsConnection(http.client.HTTPSConnection):
    response_class = FinalResponse
