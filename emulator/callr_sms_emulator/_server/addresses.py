"""The addresses that a server listens on."""

import contextlib
import errno
import os
import socket
from collections.abc import Sequence

from callr_sms_emulator._api import BASE_PATH

LOOPBACK = ("127.0.0.1", "::1")
"""What `localhost` stands for: programs try the one or the other first."""

_BACKLOG = 2048
_TRIES = 20
# This machine has no IPv6, or no IPv4, or it is switched off for loopback.
_MISSING = {
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EPROTONOSUPPORT,
    socket.EAI_FAMILY,
    socket.EAI_NONAME,
}
_CURES = {
    errno.EADDRINUSE: "end the program that uses it, or choose another port with --port (0 picks a free one)",
    errno.EACCES: "the system keeps this port for privileged programs; choose another one with --port",
}
_CURE = "choose another address with --host or --port"


class ListenError(Exception):
    """An address cannot be listened on: the message says which, why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one.

    Raises:
        OSError: The address is in use, unknown, or not one of this machine.
        UnicodeError: The host is not a valid name.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server((address[0], address[1]), family=family, backlog=_BACKLOG)


def listen_on(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Return listening sockets on one port of all hosts; port 0 picks one that is free on all of them.

    `localhost` is 127.0.0.1 and ::1; where this machine lacks one of them, it is the other alone.

    Raises:
        ListenError: An address is in use, unknown, or not one of this machine.
    """
    wanted: dict[str, bool] = {}  # whether it may be missing, by address
    for host in hosts:
        is_local = host.rstrip(".").lower() == "localhost"
        wanted |= dict.fromkeys(LOOPBACK if is_local else (host,), is_local) | wanted
    tries = _TRIES if port == 0 else 1
    while True:
        tries -= 1
        try:
            return _listen_on_all(wanted, port)
        except _PortTakenError:
            if not tries:
                raise


class _PortTakenError(ListenError):
    """The port is free on one address and in use on another."""


def _listen_on_all(wanted: dict[str, bool], port: int) -> list[socket.socket]:
    opened: list[socket.socket] = []
    missing: ListenError | None = None
    with contextlib.ExitStack() as stack:
        for host, may_be_missing in wanted.items():
            number = opened[0].getsockname()[1] if opened else port
            try:
                opened.append(stack.enter_context(listen(host, number)))
            except (OSError, UnicodeError) as error:
                missing = _listen_error(host, number, error)
                if not (may_be_missing and getattr(error, "errno", None) in _MISSING):
                    raise missing from error
        if missing is not None and not opened:
            raise missing
        stack.pop_all()
    return opened


def _listen_error(host: str, port: int, error: OSError | UnicodeError) -> ListenError:
    number = getattr(error, "errno", None)
    reason = getattr(error, "strerror", None) or error
    if number and not isinstance(error, socket.gaierror):  # whose numbers are others
        reason = os.strerror(number)  # asyncio adds the address in the notation of Python
    kind = _PortTakenError if number == errno.EADDRINUSE else ListenError
    return kind(f"cannot listen on {host}, port {port}: {reason}; {_CURES.get(number or 0, _CURE)}")


def base_url(listener: socket.socket, *, tls: bool = False, prefix: str = "") -> str:
    """Return the base URL of the API, with the prefix of all paths."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http{'s' * tls}://{shown}:{port}{prefix}{BASE_PATH}"
