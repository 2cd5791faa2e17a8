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

    def watch(self, sock: socket.socket, data: bytes) -> None:
        """Let `data` go to the peer of `sock`, or end the process."""
        self.watch_address(sock.family, _peer(sock), data)

    def watch_address(self, family: int, peer: object, data: bytes) -> None:
        """Let `data` go to `peer`, or end the process."""
        if family not in {socket.AF_INET, socket.AF_INET6} or self.is_local(peer):
            return
        objection = self.reads.objection(data) if self.reads else "no request may leave this machine"
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
        _wrap(socket.socket, name, _copy_of_buffer)
    for name in ("send", "sendall", "write"):
        _wrap(ssl.SSLSocket, name, _copy_of_buffer)
    _wrap(socket.socket, "sendmsg", _copy_of_buffers)
    for name in ("sendto", "sendfile"):
        _wrap(socket.socket, name, _unreadable)
    for name in ("sendto", "sendfile", "sendmsg"):
        _wrap(ssl.SSLSocket, name, _unreadable)


@dataclass(frozen=True)
class _Payload:
    """What a call is about to send, and what it has to be given so that it sends that and nothing else."""

    data: bytes
    given: Any = None
    """In the place of the first argument; None leaves that as it is."""


def _copy_of_buffer(data: Any) -> _Payload:  # noqa: ANN401 - any buffer
    # What a socket takes is the memory; an object may answer otherwise when it is asked for its bytes.
    copy = memoryview(data).tobytes()
    return _Payload(copy, copy)


def _copy_of_buffers(buffers: Any) -> _Payload:  # noqa: ANN401 - any buffers
    copy = b"".join(memoryview(each).tobytes() for each in buffers)
    return _Payload(copy, [copy])


def _unreadable(_: object) -> _Payload:
    return _Payload(b"")  # never one whole request, so it never leaves the machine


def _wrap(owner: type[socket.socket], name: str, payload: Callable[[Any], _Payload]) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def guarded(self: socket.socket, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the original's
        first = next((key for key in ("data", "buffers", "file") if key in options), next(iter(options), ""))
        if not _installed or not (arguments or options):
            return original(self, *arguments, **options)
        found = payload(arguments[0] if arguments else options[first])
        for guard in tuple(_installed):
            if name == "sendto":
                guard.watch_address(self.family, None if options else arguments[-1], b"")
            elif name == "sendmsg" and len(arguments) + len(options) >= _SENDMSG_WITH_ADDRESS:
                guard.watch_address(self.family, None if options else arguments[-1], found.data)
            else:
                guard.watch(self, found.data)
        if found.given is not None and arguments:
            arguments = (found.given, *arguments[1:])
        elif found.given is not None:
            options = {**options, first: found.given}
        return original(self, *arguments, **options)

    setattr(owner, name, guarded)


_SENDMSG_WITH_ADDRESS: Final = 4
"""How many arguments `sendmsg` has when it names a peer of its own."""
