"""TLS inside of the TLS connection to a proxy, which `SSLContext.wrap_socket` cannot make."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from ..interruptions import is_interruption

T = TypeVar("T")

_RECORD = 16_640
"""Bytes: the longest record of TLS 1.3, with its overhead (RFC 8446, section 5.2)."""


class TlsInTls:
    """The inner connection, with the methods of an `SSLSocket` that does not block.

    Where one of them has to wait for the outer connection, it raises `SSLWantReadError` or
    `SSLWantWriteError`, and must be called again.
    """

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, server_hostname: str | None) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        self._encrypted = memoryview(b"")

    def do_handshake(self) -> None:
        """Continue the handshake."""
        self._run(self._inner.do_handshake)
        self._flush()

    def recv(self, max_bytes: int) -> bytes:
        """Receive some bytes; empty at the end."""
        try:
            return self._run(partial(self._inner.read, max_bytes))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # as an `SSLSocket` does it
            return b""

    def send(self, data: bytes | memoryview) -> int:
        """Send the first bytes, and return how many. The next call sends what has to wait."""
        sent = self._run(partial(self._inner.write, data))
        with suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            self._flush()
        return sent

    def selected_alpn_protocol(self) -> str | None:
        """Return the protocol that was agreed in the handshake."""
        return self._inner.selected_alpn_protocol()

    def _run(self, step: Callable[[], T]) -> T:
        while True:
            self._flush()
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._send_alert()
                raise

    def _send_alert(self) -> None:
        try:
            self._flush()
        except OSError as caught:
            if is_interruption(caught, type(self._outer)):
                raise

    def _flush(self) -> None:
        while self._encrypted or self._outgoing.pending:
            if not self._encrypted:
                self._encrypted = memoryview(self._outgoing.read())
            self._encrypted = self._encrypted[self._outer.send(self._encrypted) :]

    def _fill(self) -> None:
        piece = self._outer.recv(_RECORD)
        if piece:
            self._incoming.write(piece)
        else:
            self._incoming.write_eof()
