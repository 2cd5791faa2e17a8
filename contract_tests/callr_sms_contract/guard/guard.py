"""The guard: only the two reads and allowed paid sends leave this process for another machine.

It works below every HTTP library, where Python passes bytes to a socket (and to TLS, before they are
encrypted), and checks the address to which the socket is connected, not a name. It rejects everything that it
does not know. It ends the process instead of raising, because a library could catch an exception and try the
request again.

Below the wrapped calls is an audit hook (PEP 578), which the interpreter calls: it ends the process when a
socket that is not watched connects, and, while a live server is tested, when another process is started or a
library is loaded that opens sockets without Python.
"""

import functools
import ipaddress
import os
import socket
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from callr_sms_contract.guard.allowed_requests import Reads
from callr_sms_contract.guard.sockets import is_watched, wrap_calls

EXIT_CODE: Final = 2

_PROCESSES: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
_NATIVE: Final = frozenset(
    {"curl_cffi", "grpc", "pycurl", "pyreqwest", "primp", "rnet", "tls_client", "uvloop", "zmq"}
)
"""Packages that open sockets without Python's."""
_C_CALLS: Final = frozenset(
    {
        "connect",
        "execv",
        "execve",
        "posix_spawn",
        "send",
        "sendfile",
        "sendmmsg",
        "sendmsg",
        "sendto",
        "splice",
        "syscall",
        "system",
        "write",
        "writev",
        "SSL_write",
        "SSL_write_ex",
    }
)
"""The functions that a program would look up with ctypes in order to send."""


def is_loopback(address: object) -> bool:
    """Return whether the peer `address` of a socket is this machine."""
    if not isinstance(address, tuple) or not address:
        return False
    try:
        found = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


@dataclass
class Guard:
    """Watches the sockets of this process while it is installed."""

    reads: Reads | None
    """What may go to a live server; None when nothing may."""
    before_end: Callable[[], None] = lambda: None
    """Called before the process ends: stops what this process started."""
    is_local: Callable[[object], bool] = is_loopback
    pace: Callable[[], None] = lambda: None
    """Called before each request to a live server is sent; waits for the rate limit."""

    def watch(self, sock: socket.socket, data: bytes) -> None:
        """Let `data` go to the peer of `sock`, or end the process.

        Raises OSError when there is no peer, as the call itself would.
        """
        self.watch_address(sock.family, sock.getpeername(), data)

    def watch_address(self, family: int, peer: object, data: bytes) -> None:
        """Let `data` go to `peer`, or end the process."""
        if family == getattr(socket, "AF_UNIX", None) or self.is_local(peer):
            return
        try:
            objection = self.reads.objection(data) if self.reads else "no request may leave this machine"
        except Exception:  # noqa: BLE001 - whatever cannot be judged does not leave
            objection = "it cannot be judged"
        if objection is not None:
            self.end(objection)
        self.pace()

    def end(self, objection: str) -> NoReturn:
        """End the process immediately."""
        line = (
            "callr-sms-contract: stopped before sending something other than a read to a live server: "
            f"{objection}\n"
        )
        with suppress(Exception):
            self.before_end()
        with suppress(Exception):
            sys.stderr.write(line)
            sys.stderr.flush()
        os._exit(EXIT_CODE)


_installed: list[Guard] = []
"""The guards that watch now; all of them must agree."""


def install(guard: Guard) -> Callable[[], None]:
    """Make `guard` watch every socket of this process; return the function that uninstalls it."""
    _patch_once()
    _installed.append(guard)
    return functools.partial(_installed.remove, guard)


@functools.cache
def _patch_once() -> None:
    wrap_calls(_watch, _watch_address, lambda: bool(_installed))
    sys.addaudithook(_audit)


def _watch(sock: socket.socket, data: bytes) -> None:
    for guard in tuple(_installed):
        guard.watch(sock, data)


def _watch_address(family: int, peer: object, data: bytes) -> None:
    for guard in tuple(_installed):
        guard.watch_address(family, peer, data)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _installed:
        return
    check = _AUDITED.get(event)
    if check is not None:
        check(arguments)
    elif event in _PROCESSES:
        _end_when_live("another process")


def _end_when_live(objection: str) -> None:
    for guard in tuple(_installed):
        if guard.reads is not None:
            guard.end(objection)


def _on_connect(arguments: tuple[Any, ...]) -> None:
    sock, address = arguments
    if sock.family == getattr(socket, "AF_UNIX", None) or is_watched(type(sock)):
        return
    for guard in tuple(_installed):
        if not guard.is_local(address):
            guard.end("a socket that is not watched")


def _on_datagram(arguments: tuple[Any, ...]) -> None:
    sock, address = arguments
    if address is not None:
        _watch_address(sock.family, address, b"")


def _on_open(arguments: tuple[Any, ...]) -> None:
    descriptor = arguments[0]
    if isinstance(descriptor, int) and not isinstance(descriptor, bool):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as sock:
                    _watch(sock, b"")


def _on_import(arguments: tuple[Any, ...]) -> None:
    if str(arguments[0]).partition(".")[0] in _NATIVE:
        _end_when_live("a library that opens sockets by itself")


def _on_symbol(arguments: tuple[Any, ...]) -> None:
    if arguments[1] in _C_CALLS:
        _end_when_live("a call of C that sends")


_AUDITED: Final[dict[str, Callable[[tuple[Any, ...]], None]]] = {
    "socket.connect": _on_connect,
    "socket.sendto": _on_datagram,
    "socket.sendmsg": _on_datagram,
    "open": _on_open,
    "import": _on_import,
    "ctypes.dlsym": _on_symbol,
}
