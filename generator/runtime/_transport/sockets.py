"""Sockets of one process: they never block, and a forked process closes its copies of them.

Threads and tasks wait in their own ways and share the rest, which is here. Each operation on a socket returns
at once, so that an exception which comes out of a wait was raised by something else than the network.
"""

import errno
import os
import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

import anyio
import httpcore2

from .._support import Closing, call_in_forks, guard
from .async_wait import in_time
from .exchange import Watched, current
from .interruptions import is_interruption
from .reasons import describe
from .resolver import bare_host
from .tunnels import TlsInTls

T = TypeVar("T")

CLOSED_BY_US = "the client was closed"


def check_open(*, closed: bool) -> None:
    """Raise if a client was closed.

    Raises:
        httpcore2.ConnectError: It was closed.
    """
    if closed:
        raise httpcore2.ConnectError(CLOSED_BY_US)


class Owner(Closing):
    """Whose connections they are: they end when it is closed, those that are being opened, too."""

    def close(self) -> None:
        """Close all connections, and end what opens one."""
        super().close()
        close_all(self)


class Want(Enum):
    """What an operation waits for."""

    READ = 1
    WRITE = 2


def wait(connection: socket.socket, want: Want, seconds: float | None) -> bool:
    """Let this thread wait for a socket: return False when the time is up.

    A closed socket does not have to be waited for: the next operation fails.
    """
    descriptor = connection.fileno()
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):  # Windows and eventlet
        reading, writing = ([descriptor], []) if want is Want.READ else ([], [descriptor])
        return any(select.select(reading, writing, writing, seconds))
    poll = select.poll()
    poll.register(descriptor, select.POLLIN if want is Want.READ else select.POLLOUT)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


async def wait_in_task(connection: socket.socket, want: Want, seconds: float | None) -> bool:
    """Like `wait`, for a task."""
    if connection.fileno() < 0:
        return True
    operation = anyio.wait_readable if want is Want.READ else anyio.wait_writable
    return await in_time(seconds, lambda: operation(connection)) is not None


class Stream(Watched):
    """A connection.

    Args:
        connected: Its socket.
        owner: Whose connection it is, for `close_all`.
        inner: TLS inside of the TLS of the socket, to which all is sent then.
    """

    def __init__(self, connected: socket.socket, owner: object, inner: TlsInTls | None = None) -> None:
        connected.setblocking(False)  # noqa: FBT003 - as the standard library has it
        self._socket = connected
        self._channel = inner or connected
        self._pid = os.getpid()
        self._waiting = False
        self._closed = False
        self.owner = owner
        current().opened.append(self)
        with guard():
            _OPEN.add(self)

    def receive(self, max_bytes: int) -> bytes | Want:
        """Receive some bytes, or return what to wait for."""
        data = self._attempt(partial(self._channel.recv, max_bytes), httpcore2.ReadError)
        if isinstance(data, Want):
            return data
        if not data and self._closed:
            raise httpcore2.ReadError(CLOSED_BY_US)
        current().note_received(data)
        return data

    def send(self, buffer: memoryview) -> int | Want:
        """Send some bytes and return their number, or what to wait for."""
        operation = partial(self._channel.send, buffer)
        return self._attempt(operation, httpcore2.WriteError, sending=True)

    def wrap(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None
    ) -> tuple[socket.socket, object, TlsInTls | None]:
        """Return the arguments of the connection with TLS, before the handshake.

        This connection cannot be used afterwards.
        """
        name = server_hostname and bare_host(server_hostname)
        if isinstance(self._socket, ssl.SSLSocket):  # a tunnel in the TLS connection to a proxy
            operation = partial(TlsInTls, self._socket, ssl_context, name)
            inner = self._attempt(operation, httpcore2.ConnectError, about=f"{name}: ")
            assert not isinstance(inner, Want)  # noqa: S101 - nothing is sent yet
            self._closed = True  # the socket is the other connection's now
            return self._socket, self.owner, inner
        wrap = partial(
            ssl_context.wrap_socket, self._socket, server_hostname=name, do_handshake_on_connect=False
        )
        wrapped = self._attempt(wrap, httpcore2.ConnectError, about=f"{name}: ")
        assert not isinstance(wrapped, Want)  # noqa: S101 - nothing is received yet
        return wrapped, self.owner, None

    def shake_hands(self, server_hostname: str | None) -> Want | None:
        """Continue the handshake: return what to wait for, or None at its end."""
        channel = self._channel
        assert isinstance(channel, (ssl.SSLSocket, TlsInTls))  # noqa: S101 - only with TLS
        return self._attempt(channel.do_handshake, httpcore2.ConnectError, about=f"{server_hostname}: ")

    def _attempt(
        self,
        operation: Callable[[], T],
        failure: type[Exception],
        *,
        sending: bool = False,
        about: str = "",
    ) -> T | Want:
        """Return the result of an operation on the socket, or what to wait for before the next try.

        Raises:
            Exception: The failure, for an error of the network, with its reason. Others are not changed.
        """
        try:
            return operation()
        except (OSError, ValueError) as caught:  # a ValueError: a host name that TLS does not take
            if is_interruption(caught, type(self._socket)):
                raise
            if isinstance(caught, ssl.SSLWantReadError):
                return Want.READ
            if isinstance(caught, ssl.SSLWantWriteError):
                return Want.WRITE
            if isinstance(caught, BlockingIOError):
                return Want.WRITE if sending else Want.READ
            # What this side has closed seems to be closed by the other one.
            is_ours = self._closed or self._socket.fileno() < 0
            raise failure(about + (CLOSED_BY_US if is_ours else describe(caught))) from None

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the HTTP library has it
        """Return information for the HTTP library."""
        match info:
            case "is_readable":
                return self.is_readable()
            case "socket":
                return self._socket
            case "ssl_object":
                return self._channel if isinstance(self._socket, ssl.SSLSocket) else None
            case _:
                return None

    def is_readable(self) -> bool:
        """Return whether there is data or the end to read; an idle connection has neither."""
        return self.spoiled or wait(self._socket, Want.READ, 0.0)

    def close(self) -> None:
        """Close the connection, even while a thread or a task waits for it.

        A forked process closes its copy only: neither the end of TLS nor of TCP is sent.
        """
        self._closed = True
        try:
            if self._pid == os.getpid():
                self._shut_down()
        except OSError as caught:
            if is_interruption(caught, type(self._socket)):
                raise
        finally:
            if not self._waiting:
                self._socket.close()

    def _shut_down(self) -> None:
        """End both directions: only this wakes who waits."""
        if isinstance(self._socket, ssl.SSLSocket):
            # Not its own method, which first drops the encryption, so that a byte of another thread could be
            # sent in clear text.
            super(ssl.SSLSocket, self._socket).shutdown(socket.SHUT_RDWR)
        else:
            self._socket.shutdown(socket.SHUT_RDWR)

    def close_copy(self) -> None:
        """Close the descriptor in a forked process, even if a thread of the parent was waiting for it."""
        self._waiting = False
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            self.close()


_OPEN: "WeakSet[Stream]" = WeakSet()


def close_all(owner: object) -> None:
    """Close all connections of an owner."""
    with guard():
        streams = list(_OPEN)
    for stream in streams:
        if stream.owner is owner:
            stream.close()


def _close_copies() -> None:
    for stream in list(_OPEN):
        stream.close_copy()


call_in_forks(_close_copies)


class _Socket(socket.socket):
    """A socket that is closed without a warning when an interruption leaves nothing that refers to it."""

    def __del__(self) -> None:
        try:
            self.close()
        except AttributeError:  # it was interrupted in its constructor
            descriptor = self.detach()
            if descriptor >= 0:
                os.close(descriptor)


def begin_to_connect(family: int, address: tuple[object, ...]) -> socket.socket:
    """Return a socket that is being connected: wait until it is writable, then call `check_connected`.

    Raises:
        OSError: The address cannot be reached.
    """
    # Not ours where a tool has replaced the class, as those do that keep tests off the network.
    kind = _Socket if socket.socket in _Socket.__mro__ else socket.socket
    made = kind(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)  # noqa: FBT003 - as above
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.connect(address)
    except OSError as caught:
        if is_interruption(caught, type(made)) or caught.errno not in _IN_PROGRESS:
            made.close()
            raise
    return made


_IN_PROGRESS = {errno.EINPROGRESS, errno.EWOULDBLOCK}


def stop_connecting(made: socket.socket) -> None:
    """Let the wait for a socket that is being connected end. The thread that waits closes it."""
    with suppress(OSError):  # it is closed already; on Windows, it still waits until its time is up
        made.shutdown(socket.SHUT_RDWR)


def check_connected(made: socket.socket) -> None:
    """Raise if a socket is not connected.

    Raises:
        OSError: The address cannot be reached.
    """
    number = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))
