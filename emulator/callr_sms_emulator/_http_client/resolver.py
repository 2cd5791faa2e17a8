"""Resolves a host name to the addresses that may be called.

The connection goes to exactly one of these: a name that is resolved twice could have an allowed address first
and another one afterwards (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from callr_sms_emulator._http_client.errors import AddressNotAllowedError, ConnectError

if TYPE_CHECKING:
    from collections.abc import Callable

_CACHED_S = 5.0  # a burst of requests resolves once, and yet a change is seen soon
_AT_A_TIME = 4
# 169.254.43518 or 0xA9FEA9FE: the system's resolver takes them for addresses, too.
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}")
_LOCALHOST = ("127.0.0.1", "::1")


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host by the system's resolver, the preferred one first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Resolves host names in threads of its own, and keeps the addresses that may be called.

    `is_allowed` takes a host as it was asked for, and one of its addresses.
    """

    def __init__(
        self, is_allowed: Callable[[str, str], bool], lookup: Callable[[str, int], list[str]] = look_up
    ) -> None:
        self._is_allowed = is_allowed
        self._lookup = lookup
        self._slots = asyncio.Semaphore(_AT_A_TIME)
        self._pending: dict[tuple[str, int], asyncio.Task[list[str]]] = {}

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of `host` that may be called, at least one.

        Raises:
            ConnectError: The name cannot be resolved.
            AddressNotAllowedError: None of its addresses may be called.
        """
        found = await self._find(host, port)
        allowed = [each for each in found if self._is_allowed(host, each)]
        if not allowed:
            raise AddressNotAllowedError(host, found)
        return allowed

    async def _find(self, host: str, port: int) -> list[str]:
        known = addresses_of(host)
        if known:
            return known
        name = host.lower().rstrip(".")
        key = (name, port)
        task = self._pending.get(key)
        if task is None:
            loop = asyncio.get_running_loop()
            task = self._pending[key] = loop.create_task(self._ask(name, port))
            task.add_done_callback(lambda _: loop.call_later(_CACHED_S, self._pending.pop, key, None))
        return await asyncio.shield(task)

    async def _ask(self, host: str, port: int) -> list[str]:
        async with self._slots:
            future: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
            # Not of a pool: the end of the process would wait for a name server that does not respond.
            work = threading.Thread(target=self._work, args=(future, host, port), daemon=True)
            work.start()
            try:
                return await future
            except (OSError, UnicodeError) as error:
                raise ConnectError(f"the host name {host} cannot be resolved: {error}") from None

    def _work(self, future: asyncio.Future[list[str]], host: str, port: int) -> None:
        def set_result(found: list[str], error: Exception | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(found)
            else:
                future.set_exception(error)

        found: list[str] = []
        caught: Exception | None = None
        try:
            found = self._lookup(host, port)
        except Exception as error:  # noqa: BLE001 - it is raised in the coroutine that waits
            caught = error
        with suppress(RuntimeError):  # the loop was closed: no coroutine waits any more
            future.get_loop().call_soon_threadsafe(set_result, found, caught)


def addresses_of(host: str) -> list[str]:
    """Return the addresses of a host that need no name server; an empty list for a name."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):  # always this machine (RFC 6761, 6.3)
        return [*_LOCALHOST]
    with suppress(ValueError):
        ip_address(host)
        return [host]
    with suppress(OSError):
        if _NUMERIC.fullmatch(name):
            return [socket.inet_ntoa(socket.inet_aton(name))]
    return []
