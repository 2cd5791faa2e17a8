"""Connects to a host: every address is tried, staggered as in RFC 8305, and the first that accepts is used.

An address that refuses is followed by the next one at once, and one that does not answer after a while: it
may still win. Only the connection that is returned stays open.
"""

import selectors
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from itertools import chain, zip_longest
from typing import TypeAlias, cast

from .deadline import Deadline, OutOfTimeError, is_over
from .interruptions import is_interruption
from .reasons import describe
from .resolver import Address, UnreachableError, resolve
from .sockets import Owner, begin_to_connect, check_connected, stop_connecting

STAGGER = 0.25
"""Seconds until the next address is tried (RFC 8305, section 8), less when the time is short."""

_Attempt: TypeAlias = tuple[Address, socket.socket]


def open_socket(host: str, port: int, deadline: Deadline, owner: Owner) -> socket.socket:
    """Connect to the address of a host that accepts first, all of it before the deadline.

    It ends when the owner is closed.

    Raises:
        OutOfTimeError: The deadline has passed. The message names the addresses that were tried.
        UnreachableError: The host is unknown, or no address can be reached.
    """
    addresses = sort_addresses(resolve(host, port, deadline.left(), owner))
    with _Attempts(owner) as attempts:
        step = find_stagger(len(addresses), deadline.left())
        for address in addresses[:-1]:
            attempts.start(address)
            if winner := attempts.wait(deadline.rest(step)):
                return winner
        attempts.start(addresses[-1])
        while attempts.are_open and not is_over(left := deadline.rest()):
            if winner := attempts.wait(left):
                return winner
        failures = describe_failures(addresses, attempts.failures)
        raise OutOfTimeError(failures) if attempts.are_open else UnreachableError(failures)


def sort_addresses(addresses: Iterable[Address]) -> list[Address]:
    """Return each address once, IPv4 and IPv6 in turns (RFC 8305, section 4)."""
    unique = list(dict.fromkeys(addresses))
    first = [address for address in unique if address.family == unique[0].family]
    second = [address for address in unique if address.family != unique[0].family]
    turns = chain.from_iterable(zip_longest(first, second))
    return [address for address in turns if address is not None]


def find_stagger(addresses: int, seconds: float | None) -> float:
    """Return the seconds between two attempts, so that every address gets its turn."""
    return STAGGER if seconds is None else min(STAGGER, seconds / addresses)


def describe_failures(addresses: Iterable[Address], failures: Mapping[Address, str]) -> str:
    """Return why each address could not be reached."""
    return "; ".join(f"{address.name}: {failures.get(address, 'no answer')}" for address in addresses)


class _Attempts(ExitStack):
    """The attempts that are under way. All sockets are closed at the end, except the winner's.

    Attributes:
        failures: Why addresses could not be reached.
    """

    def __init__(self, owner: Owner) -> None:
        super().__init__()
        self.failures: dict[Address, str] = {}
        self._winner: socket.socket | None = None
        self._sockets: list[socket.socket] = []
        self._is_cancelled = False
        self._selector = self.enter_context(selectors.DefaultSelector())
        owner.begin_waiting(self._cancel)
        self.callback(owner.end_waiting, self._cancel)

    @property
    def are_open(self) -> bool:
        """Whether an attempt has neither succeeded nor failed."""
        return bool(self._selector.get_map())

    def start(self, address: Address) -> None:
        """Begin to connect to an address."""
        try:
            made = begin_to_connect(address.family, address.target)
            self.callback(self._close, made)
            self._sockets.append(made)
            if self._is_cancelled:
                stop_connecting(made)
            self._selector.register(made, selectors.EVENT_WRITE, (address, made))
        except OSError as caught:
            if is_interruption(caught, socket.socket):
                raise
            self.failures[address] = describe(caught)

    def wait(self, seconds: float | None) -> socket.socket | None:
        """Return a connected socket; None after a failure, or when the time is up."""
        ready = self._selector.select(seconds) if self.are_open else []
        for key, _ in ready:
            address, made = cast("_Attempt", key.data)
            self._selector.unregister(made)
            try:
                check_connected(made)
            except OSError as caught:
                if is_interruption(caught, socket.socket):
                    raise
                made.close()
                self.failures[address] = describe(caught)
            else:
                self._winner = made
                return made
        return None

    def _cancel(self) -> None:
        """End all attempts. Another thread calls this."""
        self._is_cancelled = True
        for made in list(self._sockets):
            stop_connecting(made)

    def _close(self, made: socket.socket) -> None:
        if made is not self._winner:
            made.close()
