"""The guard: towards anything but loopback, no byte leaves this process that is not one of the two reads.

It stands below every HTTP library, where Python hands bytes to a socket (and to TLS, before they are
encrypted), and looks at the address that the socket is connected to, not at a name. What it does not know
it does not let through. It ends the process instead of raising: an exception inside a library may be
caught, and the request tried again.
"""

import functools
import ipaddress
import os
import re
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn

EXIT_CODE: Final = 2

_READ: Final = re.compile(r"/sms(?:/[0-9A-Z]{8})?")
_QUERY: Final = re.compile(r"(?:(?:type|from|to|hash)=[A-Za-z0-9%+:._~-]*(?:&|$))*")
_HEADERS: Final = frozenset(
    {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "authorization",
        "x-schemathesis-testcaseid",
    }
)
"""Any other could change what the request means: a body, an upgrade, another method, another URL."""
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)")


def is_loopback(address: object) -> bool:
    """Whether a socket's peer `address` is this machine itself."""
    if not isinstance(address, tuple) or not address:
        return False
    try:
        found = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


@dataclass(frozen=True)
class Reads:
    """The reads that may go to a live server: at which host, below which path."""

    host: str
    """As the `Host` header names it, with the port unless it is the scheme's own."""
    base_path: str

    def objection(self, data: bytes) -> str | None:
        """Why `data` may not be sent; None when it is exactly one of the two reads."""
        if not data.endswith(b"\r\n\r\n") or data.count(b"\r\n\r\n") != 1:
            return "not exactly one whole request"
        try:
            line, *headers = data[:-4].decode("ascii").split("\r\n")
        except UnicodeDecodeError:
            return "not ASCII"
        return self._objection_to_line(line) or self._objection_to_headers(headers)

    def _objection_to_line(self, line: str) -> str | None:
        found = re.fullmatch(r"([!-~]+) ([!-~]+) HTTP/1\.1", line)
        if found is None:
            return "not a request line"
        method, target = found.groups()
        if method != "GET":
            return f"the method {method}"
        path, _, query = target.partition("?")
        if not path.startswith(self.base_path) or not _READ.fullmatch(path.removeprefix(self.base_path)):
            return f"the path {path}"
        return None if _QUERY.fullmatch(query) else "a query that no read has"

    def _objection_to_headers(self, lines: list[str]) -> str | None:
        names = []
        for line in lines:
            found = _HEADER.fullmatch(line)
            if found is None or found[1].lower() not in _HEADERS:
                return f"the header {line.partition(':')[0]!r}"
            names.append(found[1].lower())
            if names[-1] == "host" and found[2].lower() != self.host.lower():
                return f"the host {found[2]!r}"
            if names[-1] == "connection" and found[2].lower() not in {"keep-alive", "close"}:
                return f"the connection option {found[2]!r}"
        return (
            None
            if sorted(set(names)) == sorted(names) and "host" in names
            else "a header missing or repeated"
        )


@dataclass
class Guard:
    """What watches the sockets of this process while it is installed."""

    reads: Reads | None
    """What may go to a live server; None when nothing may."""
    before_end: Callable[[], None] = lambda: None
    """Called before the process ends: stops what this process started."""
    is_local: Callable[[object], bool] = is_loopback

    def watch(self, sock: socket.socket, data: Any) -> None:  # noqa: ANN401 - any buffer
        """Let `data` go to the peer of `sock`, or end the process."""
        self.watch_address(sock.family, _peer(sock), data)

    def watch_address(self, family: int, peer: object, data: Any) -> None:  # noqa: ANN401 - any buffer
        """Let `data` go to `peer`, or end the process."""
        if family not in {socket.AF_INET, socket.AF_INET6} or self.is_local(peer):
            return
        objection = self.reads.objection(bytes(data)) if self.reads else "no request may leave this machine"
        if objection is not None:
            self.end(objection)

    def end(self, objection: str) -> NoReturn:
        """End the process, at once and for sure."""
        line = f"contract_tests: stopped before it could send what is no read to a live server: {objection}\n"
        with suppress(Exception):
            self.before_end()
        with suppress(Exception):
            sys.stderr.write(line)
            sys.stderr.flush()
        os._exit(EXIT_CODE)


def _peer(sock: socket.socket) -> object:
    try:
        return sock.getpeername()
    except OSError:  # not connected: what is sent now fails by itself, or names its address (sendto)
        return None


_installed: list[Guard] = []
"""The guards that watch now; all of them must agree."""


def install(guard: Guard) -> Callable[[], None]:
    """Let `guard` watch every socket of this process from now on; returns what takes it away again."""
    _patch_once()
    _installed.append(guard)
    return functools.partial(_installed.remove, guard)


@functools.cache
def _patch_once() -> None:
    for name in ("send", "sendall"):
        _wrap(socket.socket, name, _first_argument)
    for name in ("send", "sendall", "write"):
        _wrap(ssl.SSLSocket, name, _first_argument)
    _wrap(socket.socket, "sendmsg", _joined_buffers)
    for name in ("sendto", "sendfile"):
        _wrap(socket.socket, name, _unreadable)
    for name in ("sendto", "sendfile", "sendmsg"):
        _wrap(ssl.SSLSocket, name, _unreadable)


def _first_argument(data: Any, *_: object) -> Any:  # noqa: ANN401 - any buffer
    return data


def _joined_buffers(buffers: Any, *_: object) -> bytes:  # noqa: ANN401 - any buffers
    return b"".join(bytes(each) for each in buffers)


def _unreadable(*_: object) -> bytes:
    return b""  # never one whole request, so it never leaves the machine


def _wrap(owner: type[socket.socket], name: str, payload: Callable[..., Any]) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def guarded(self: socket.socket, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the original's
        for guard in tuple(_installed):
            if name == "sendto":
                guard.watch_address(self.family, arguments[-1], b"")
            else:
                guard.watch(self, payload(*arguments))
        return original(self, *arguments, **options)

    setattr(owner, name, guarded)
