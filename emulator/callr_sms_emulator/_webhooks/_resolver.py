"""From a host name to the addresses that may be called.

The connection goes to exactly one of these: a name that is resolved twice could give an allowed address first
and another one afterwards (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import TYPE_CHECKING

from callr_sms_emulator._webhooks._errors import AddressRefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._webhooks._reach import Reach

# Seconds. Long enough that a burst of events asks once, short enough that nobody waits for a change.
_KEPT = 5.0
_THREADS = 4
_LOCALHOST = ("127.0.0.1", "::1")


def look_up(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host, the preferred one first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Resolves host names in threads of its own, and keeps what `reach` allows."""

    def __init__(self, reach: Reach, lookup: Callable[[str, int], list[str]] = look_up) -> None:
        self._reach = reach
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="callr-sms-resolver")
        self._pending: dict[tuple[str, int], asyncio.Task[list[str]]] = {}

    async def resolve(self, host: str, port: int) -> list[str]:
        """Give the addresses of `host` that may be called, at least one.

        Raises:
            UnreachableError: The name cannot be resolved.
            AddressRefusedError: None of its addresses may be called.
        """
        found = await self._find(host, port)
        allowed = [each for each in found if self._reach.allows(host, each)]
        if not allowed:
            raise AddressRefusedError(host, found)
        return allowed

    def close(self) -> None:
        """Resolve no more; a lookup that hangs is left to itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

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
            task.add_done_callback(lambda _: loop.call_later(_KEPT, self._pending.pop, key, None))
        return await asyncio.shield(task)

    async def _ask(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, self._lookup, host, port)
        except (OSError, UnicodeError) as error:
            raise UnreachableError(f"the host name {host} cannot be resolved: {error}") from None
        return found


def addresses_of(host: str) -> list[str]:
    """Give the addresses of a host that need no name server; none for a name."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):  # always this machine (RFC 6761, 6.3)
        return [*_LOCALHOST]
    try:
        ip_address(host)
    except ValueError:
        return []
    return [host]
