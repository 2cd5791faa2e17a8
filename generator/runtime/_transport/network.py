"""Connections for threads that respect a deadline, below the HTTP library.

`httpcore2` limits each single read and write, which a server can evade by sending a byte a second. Here every
step gets the rest of the exchange's time. Every byte passes through this module, so it also knows whether a
byte of a request may have left.
"""

import select
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Protocol

import httpcore2

from .addresses import open_socket
from .deadline import Deadline
from .exchange import CURRENT, Watched
from .proxies import Proxy
from .reasons import describe
from .resolver import bare_host
from .socks import SocksError, advance, ask, check_piece
from .tls_in_tls import TlsInTls


class _Backend(Protocol):
    closed: bool


def check_open(backend: _Backend) -> None:
    """Raise if the backend was closed.

    Raises:
        httpcore2.ConnectError: It was closed.
    """
    if backend.closed:
        raise httpcore2.ConnectError("the client was closed")


class Connection(Watched, httpcore2.NetworkStream):
    """A connection of a thread."""

    def __init__(self, connected: socket.socket, inner: TlsInTls | None = None) -> None:
        self._socket = connected
        self._stream = inner or connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive some bytes; wait for them if necessary."""
        exchange = CURRENT.get()
        try:
            self._stream.settimeout(exchange.left(timeout))
            data = self._stream.recv(max_bytes)
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        except OSError as caught:
            raise httpcore2.ReadError(describe(caught)) from None
        exchange.note_received(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        if not buffer:
            return
        exchange = CURRENT.get()
        self.check(exchange, buffer, readable=self.used and self._is_readable())
        rest = memoryview(buffer)
        try:
            while rest:
                self._stream.settimeout(exchange.left(timeout))
                rest = rest[self._stream.send(rest) :]
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        except OSError as caught:
            raise httpcore2.WriteError(describe(caught)) from None

    def close(self) -> None:
        """Close the connection, even while another thread uses it."""
        # Only this wakes a thread that waits in a read. Not the method of `SSLSocket`, which first drops the
        # encryption, so that a byte of another thread could be sent in clear text.
        raw: Any = self._socket
        if isinstance(raw, ssl.SSLSocket):
            raw = super(ssl.SSLSocket, raw)
        with suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Perform the TLS handshake within the rest of the time."""
        try:
            return self._encrypt(
                ssl_context, server_hostname and bare_host(server_hostname), CURRENT.get().left(timeout)
            )
        except TimeoutError:
            self.close()
            raise httpcore2.ConnectTimeout(f"{server_hostname}: no TLS handshake") from None
        except (OSError, ValueError) as caught:
            self.close()
            raise httpcore2.ConnectError(f"{server_hostname}: {describe(caught)}") from None
        except BaseException:
            self.close()
            raise

    def _encrypt(self, context: ssl.SSLContext, name: str | None, seconds: float | None) -> "Connection":
        self._socket.settimeout(seconds)
        if isinstance(self._socket, ssl.SSLSocket):  # a tunnel in the TLS connection to a proxy
            return Connection(self._socket, TlsInTls(self._socket, context, name, seconds))
        secure = context.wrap_socket(self._socket, do_handshake_on_connect=False, server_hostname=name)
        self._socket = secure  # what `close` closes
        secure.do_handshake()
        return Connection(secure)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class has it
        """Return information for the HTTP library."""
        match info:
            case "is_readable":
                return self._is_readable()
            case "socket":
                return self._socket
            case "ssl_object":
                return self._stream if isinstance(self._socket, ssl.SSLSocket) else None
            case _:
                return None

    def _is_readable(self) -> bool:
        """Return whether there is data or the end to read; an idle connection has neither."""
        if self.spoiled or self._socket.fileno() < 0:
            return True
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([self._socket], [], [], 0)[0])
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


class Backend(httpcore2.NetworkBackend):
    """Opens connections for threads.

    Attributes:
        closed: Whether no more connections may be opened.
    """

    def __init__(self, socks: Proxy | None = None) -> None:
        """Create a backend whose connections go through a SOCKS proxy, if one is given."""
        self.closed = False
        self._socks = socks

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - never given
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never given
    ) -> httpcore2.NetworkStream:
        """Connect to the host, in the time of one attempt."""
        check_open(self)
        try:
            deadline = CURRENT.get().connect(timeout)
            if self._socks:
                connection = _open_tunnel(self._socks, bare_host(host), port, deadline)
            else:
                connection = Connection(open_socket(bare_host(host), port, deadline))
        except TimeoutError as caught:
            raise httpcore2.ConnectTimeout(str(caught)) from None
        except OSError as caught:
            raise httpcore2.ConnectError(str(caught)) from None
        try:
            check_open(self)  # the pool cannot close a connection that it does not have yet
        except httpcore2.ConnectError:
            connection.close()
            raise
        return connection


def _open_tunnel(proxy: Proxy, host: str, port: int, deadline: Deadline) -> Connection:
    connection = Connection(open_socket(proxy.host, proxy.port, deadline))
    try:
        steps = ask(host, port, proxy.auth)
        step = next(steps, None)
        while step:
            connection.write(step.send)
            received = b""
            while len(received) < step.receive:
                received += check_piece(connection.read(step.receive - len(received)))
            step = advance(steps, received)
    except SocksError as caught:
        connection.close()
        raise OSError(f"the proxy {proxy.host}: {caught}") from None
    except BaseException:
        connection.close()
        raise
    return connection
