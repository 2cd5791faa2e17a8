"""Wraps every call of Python's standard library that hands bytes to a socket, so that they can be watched."""

import functools
import os
import socket
import ssl
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

Watch = Callable[[socket.socket, bytes], None]
WatchAddress = Callable[[int, object, bytes], None]

_SENDMSG_WITH_ADDRESS: Final = 4
"""The number of arguments of `sendmsg` with an address."""
_SENDING: Final = ("send", "sendall", "sendmsg", "sendto", "sendfile")
_guarded: Final[set[object]] = set()


@dataclass(frozen=True)
class _Payload:
    """The bytes that a call is about to send, and the argument that makes it send exactly these."""

    data: bytes
    given: Any = None
    """Replaces the first argument; None keeps it."""


def is_watched(kind: type) -> bool:
    """Return whether sockets of this class send only through wrapped calls."""
    return all(getattr(kind, name, None) in _guarded for name in _SENDING)


def wrap_calls(watch: Watch, watch_address: WatchAddress, is_active: Callable[[], bool]) -> None:
    """Call `watch` before every call that sends through a socket, while `is_active` returns true."""
    wrap = functools.partial(_wrap, watch=watch, watch_address=watch_address, is_active=is_active)
    for name in ("send", "sendall"):
        wrap(socket.socket, name, _copy_of_buffer)
    for name in ("send", "sendall", "write"):
        wrap(ssl.SSLSocket, name, _copy_of_buffer)
    wrap(socket.socket, "sendmsg", _copy_of_buffers)
    for name in ("sendto", "sendfile"):
        wrap(socket.socket, name, _unreadable)
    for name in ("sendto", "sendfile", "sendmsg"):
        wrap(ssl.SSLSocket, name, _unreadable)
    for name, (position, payload) in _OF_DESCRIPTORS.items():
        _wrap_descriptor(name, position, payload, watch, is_active)


def _copy_of_buffer(data: Any) -> _Payload:  # noqa: ANN401 - any buffer
    # A socket sends the memory of the buffer, which an object may hide behind another `__bytes__`.
    copy = memoryview(data).tobytes()
    return _Payload(copy, copy)


def _copy_of_buffers(buffers: Any) -> _Payload:  # noqa: ANN401 - any buffers
    copy = b"".join(memoryview(each).tobytes() for each in buffers)
    return _Payload(copy, [copy])


def _unreadable(_: object) -> _Payload:
    return _Payload(b"")  # not a whole request, so it is never let through


_OF_DESCRIPTORS: Final[dict[str, tuple[int, Callable[[Any], _Payload]]]] = {
    "write": (0, _copy_of_buffer),
    "writev": (0, _copy_of_buffers),
    "pwrite": (0, _unreadable),
    "pwritev": (0, _unreadable),
    "sendfile": (0, _unreadable),
    "splice": (1, _unreadable),
}
"""Functions of `os` that take any descriptor, with the position of the one that is written to."""


def _wrap(  # noqa: PLR0913 - what to wrap and what to ask
    owner: type[socket.socket],
    name: str,
    payload: Callable[[Any], _Payload],
    *,
    watch: Watch,
    watch_address: WatchAddress,
    is_active: Callable[[], bool],
) -> None:
    original = getattr(owner, name)

    def guarded(self: socket.socket, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the original's
        if not is_active() or not (arguments or options):
            return original(self, *arguments, **options)
        first = next((key for key in ("data", "buffers", "file") if key in options), next(iter(options), ""))
        found = payload(arguments[0] if arguments else options[first])
        if name == "sendto":
            watch_address(self.family, None if options else arguments[-1], b"")
        elif name == "sendmsg" and len(arguments) + len(options) >= _SENDMSG_WITH_ADDRESS:
            watch_address(self.family, None if options else arguments[-1], found.data)
        else:
            watch(self, found.data)
        if found.given is not None and arguments:
            arguments = (found.given, *arguments[1:])
        elif found.given is not None:
            options = {**options, first: found.given}
        return original(self, *arguments, **options)

    setattr(owner, name, _with_credentials(guarded, original))
    _guarded.add(getattr(owner, name))


def _wrap_descriptor(
    name: str,
    position: int,
    payload: Callable[[Any], _Payload],
    watch: Watch,
    is_active: Callable[[], bool],
) -> None:
    original = getattr(os, name, None)
    if original is None:  # not on this system
        return

    def guarded(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the original's
        if not is_active() or not _is_socket(arguments, position, options):
            return original(*arguments, **options)
        found = payload(arguments[1]) if len(arguments) > 1 and not options else _unreadable(None)
        target = options.get("out_fd", options.get("dst", options.get("fd")))
        with socket.socket(fileno=os.dup(arguments[position] if target is None else target)) as sock:
            watch(sock, found.data)
        if found.given is not None:
            arguments = (arguments[0], found.given, *arguments[2:])
        return original(*arguments, **options)

    for module in (os, *filter(None, [sys.modules.get(original.__module__)])):
        setattr(module, name, _with_credentials(guarded, original))


def _is_socket(arguments: tuple[Any, ...], position: int, options: dict[str, Any]) -> bool:
    candidates: Iterable[Any] = (*arguments[position : position + 1], *options.values())
    for candidate in candidates:
        with suppress(OSError, TypeError):
            if stat.S_ISSOCK(os.fstat(candidate).st_mode):
                return True
    return False


def _with_credentials(guarded: Callable[..., Any], original: Any) -> Callable[..., Any]:  # noqa: ANN401 - any function
    """Return `guarded` named like `original`, without the `__wrapped__` that functools.wraps sets."""
    functools.update_wrapper(guarded, original)
    del guarded.__wrapped__  # type: ignore[attr-defined]
    return guarded
