"""TLS inside of the TLS connection to a proxy, which `SSLContext.wrap_socket` cannot make."""

import ssl
from collections.abc import Callable
from typing import TypeVar

from .deadline import Deadline

T = TypeVar("T")

_RECORD = 16_640
"""Bytes: the longest record of TLS 1.3, with its overhead (RFC 8446, section 5.2)."""


class TlsInTls:
    """The inner connection, with the methods of a socket that connections use."""

    def __init__(
        self,
        outer: ssl.SSLSocket,
        context: ssl.SSLContext,
        server_hostname: str | None,
        seconds: float | None,
    ) -> None:
        """Perform the handshake.

        Raises:
            TimeoutError: It takes longer than `seconds`.
            OSError: It failed.
        """
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        self.settimeout(seconds)
        self._run(self._inner.do_handshake)

    def settimeout(self, seconds: float | None) -> None:
        """Set the seconds that the next method may take in all."""
        self._deadline = Deadline(seconds)

    def recv(self, max_bytes: int) -> bytes:
        """Receive some bytes; empty at the end."""
        try:
            return self._run(lambda: self._inner.read(max_bytes))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # as an `SSLSocket` does it
            return b""

    def send(self, data: bytes | memoryview) -> int:
        """Send the first bytes, and return how many."""
        return self._run(lambda: self._inner.write(data))

    def selected_alpn_protocol(self) -> str | None:
        """Return the protocol that was agreed in the handshake."""
        return self._inner.selected_alpn_protocol()

    def _run(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._flush()  # the alert
                raise
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        rest = memoryview(self._outgoing.read())
        while rest:
            self._outer.settimeout(self._deadline.left())
            rest = rest[self._outer.send(rest) :]

    def _fill(self) -> None:
        self._outer.settimeout(self._deadline.left())
        piece = self._outer.recv(_RECORD)
        if piece:
            self._incoming.write(piece)
        else:
            self._incoming.write_eof()
