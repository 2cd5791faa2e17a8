"""Resolves host names with a timeout, which the resolver of the system does not have."""

import socket
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from .._support import Closing
from .deadline import OutOfTimeError
from .interruptions import is_interruption

NO_NAME = "not a valid host name"


class UnreachableError(OSError):
    """A host is unknown, or none of its addresses can be reached. The text names each with its reason."""


class Address(NamedTuple):
    """An address of a host.

    Attributes:
        family: `AF_INET` or `AF_INET6`.
        target: The address as sockets have it: the host, the port, and for IPv6 its flow and scope.
    """

    family: int
    target: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The address without the port."""
        return str(self.target[0])


_Result = list[Address] | UnreachableError


def resolve(host: str, port: int, seconds: float | None, closing: Closing) -> list[Address]:
    """Return the addresses of a host, one or more, in the order of the resolver.

    A name is looked up in another thread. After a timeout that thread continues until the resolver of the
    system gives up.

    Raises:
        OutOfTimeError: The resolver takes longer than `seconds`.
        UnreachableError: The host is unknown, or it is not needed any more.
    """
    family = find_family(host)
    if family is not None:
        return [Address(family, (host, port))]
    results: SimpleQueue[_Result] = SimpleQueue()

    def cancel() -> None:
        results.put(UnreachableError(f"{host}: not looked up any more"))

    closing.begin_waiting(cancel)
    try:
        result = _wait_for(results, host, port, seconds)
    finally:
        closing.end_waiting(cancel)
    if isinstance(result, UnreachableError):
        raise result
    return result


def _wait_for(results: SimpleQueue[_Result], host: str, port: int, seconds: float | None) -> _Result:
    try:
        Thread(target=lambda: results.put(look_up(host, port)), daemon=True).start()
    except RuntimeError as caught:
        if is_interruption(caught, Thread):
            raise
        # No thread can start while the interpreter shuts down.
        return look_up(host, port)
    try:
        return results.get(timeout=seconds)
    except Empty:
        raise OutOfTimeError(f"{host}: no answer of the resolver") from None


def bare_host(host: str) -> str:
    """Return a host without the brackets that an IPv6 address has in URLs, and with its zone (RFC 6874)."""
    bare = host.strip("[]")
    return bare.replace("%25", "%", 1) if ":" in bare else bare


def find_family(host: str) -> int | None:
    """Return the family of an address; None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError) as caught:
            if is_interruption(caught, numbered=False):
                raise
        else:
            return family
    return None


def look_up(host: str, port: int) -> list[Address] | UnreachableError:
    """Return the addresses of a host, or the error, however long it takes."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as caught:
        return UnreachableError(f"{host}: {caught.strerror}")
    except UnicodeError:
        return UnreachableError(f"{host}: {NO_NAME}")
    except Exception as caught:  # noqa: BLE001 - a waiting thread must get a result
        return UnreachableError(f"{host}: {type(caught).__name__}")
    return [Address(family, tuple(target)) for family, *_, target in found] or UnreachableError(
        f"{host}: the resolver knows no address"
    )
