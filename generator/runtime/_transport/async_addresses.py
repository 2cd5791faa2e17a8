"""Like `addresses`, for the tasks of asyncio and trio."""

import socket

import anyio
import httpcore2

from .addresses import describe_failures, find_stagger, sort_addresses
from .reasons import describe
from .resolver import NO_NAME, Address


async def open_stream(
    backend: httpcore2.AsyncNetworkBackend, host: str, port: int, seconds: float | None
) -> httpcore2.AsyncNetworkStream:
    """Connect to the address of a host that accepts first, within so many seconds.

    Raises:
        httpcore2.ConnectTimeout: The time is up. The message names the addresses that were tried.
        httpcore2.ConnectError: The host is unknown, or no address can be reached. The message names each.
    """
    race = _Race(backend, port)
    with anyio.move_on_after(seconds) as scope:
        addresses = await _resolve(host, port)
        race.addresses = sort_addresses(addresses)
        if winner := await race.run(find_stagger(len(race.addresses), seconds)):
            return winner
    if scope.cancelled_caught:
        why = describe_failures(race.addresses, race.failures)
        raise httpcore2.ConnectTimeout(why or f"{host}: no answer of the resolver")
    raise httpcore2.ConnectError(describe_failures(race.addresses, race.failures))


async def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as caught:
        why = str(caught.strerror)
    except UnicodeError:
        why = NO_NAME
    else:
        if found:
            return [Address(family, target) for family, *_, target in found]
        why = "the resolver knows no address"
    raise httpcore2.ConnectError(f"{host}: {why}")


class _Race:
    """The attempts to connect to the addresses of a host. All but the winner are cancelled and closed."""

    def __init__(self, backend: httpcore2.AsyncNetworkBackend, port: int) -> None:
        self.addresses: list[Address] = []
        self.failures: dict[Address, str] = {}
        self._backend = backend
        self._port = port
        self._winner: httpcore2.AsyncNetworkStream | None = None

    async def run(self, stagger: float) -> httpcore2.AsyncNetworkStream | None:
        try:
            async with anyio.create_task_group() as group:
                for address in self.addresses:
                    failed = anyio.Event()
                    group.start_soon(self._try, address, failed, group.cancel_scope)
                    with anyio.move_on_after(stagger):
                        await failed.wait()
        except BaseException:
            if self._winner is not None:
                await close_anyway(self._winner)
            raise
        return self._winner

    async def _try(self, address: Address, failed: anyio.Event, scope: anyio.CancelScope) -> None:
        try:
            stream = await self._backend.connect_tcp(address.name, self._port)
        except httpcore2.ConnectError as caught:
            self.failures[address] = describe(caught)
            failed.set()
            return
        if self._winner is None:
            self._winner = stream
            scope.cancel()
        else:
            await close_anyway(stream)


async def close_anyway(stream: httpcore2.AsyncNetworkStream) -> None:
    """Close a connection, even in a task that is cancelled."""
    with anyio.CancelScope(shield=True):
        await stream.aclose()
