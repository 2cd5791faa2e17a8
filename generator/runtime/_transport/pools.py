"""Pools of connections. Each belongs to one process, and those of tasks to one event loop.

A connection serves one request at a time. It is in the pool only while it is idle, and comes back only after
a complete response: whatever ends a request in another way, at whatever point, never puts it back.
httpcore2 makes the connections; its own pools hold locks, and list the connections that are in use.
"""

import os
import weakref
from collections import deque
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

import anyio
import httpcore2

from .._support import guard
from .async_network import AsyncBackend
from .async_wait import in_time
from .interruptions import is_interruption
from .network import Backend
from .proxies import Proxy
from .sockets import check_open


class _Reusable(Protocol):
    def can_handle_request(self, origin: httpcore2.Origin) -> bool: ...

    def has_expired(self) -> bool: ...

    def is_idle(self) -> bool: ...


C = TypeVar("C", bound=_Reusable)


class _Idle(Generic[C]):
    """Idle connections, the one that was used last on the right."""

    def __init__(self) -> None:
        self._connections: deque[C] = deque()

    def take(self, origin: httpcore2.Origin) -> tuple[C | None, list[C]]:
        """Return the connection that was used last, and those that must be closed."""
        expired: list[C] = []
        found: C | None = None
        while found is None and (connection := self._pop()):
            if connection.can_handle_request(origin) and not connection.has_expired():
                found = connection
            else:
                expired.append(connection)
        # The one that was used longest ago is the first to expire.
        while found is not None and (connection := self._pop_oldest()):
            if not connection.has_expired():
                self._connections.appendleft(connection)
                break
            expired.append(connection)
        return found, expired

    def give(self, connection: C) -> None:
        """Add a connection after a complete response."""
        if connection.is_idle():
            self._connections.append(connection)

    def _pop(self) -> C | None:
        try:
            return self._connections.pop()
        except IndexError as caught:
            if is_interruption(caught):
                raise
            return None

    def _pop_oldest(self) -> C | None:
        try:
            return self._connections.popleft()
        except IndexError as caught:
            if is_interruption(caught):
                raise
            return None


class Permit:
    """Allows one request at a time.

    One that an interruption kept from being put back is replaced when nothing refers to it any more. All
    others are put back: a destructor for each request would now and then run the handler of a signal, and
    Python drops exceptions there.
    """

    __slots__ = ("_permits",)

    def __init__(self, permits: "_Permits") -> None:
        self._permits = weakref.ref(permits)

    def __del__(self) -> None:
        # Nothing was set when the constructor was interrupted.
        permits = self._permits() if hasattr(self, "_permits") else None
        if permits is not None:
            permits.add(Permit(permits))


class _Permits:
    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[Permit] = SimpleQueue()
        for _ in range(number):
            self.add(Permit(self))

    def add(self, permit: Permit) -> None:
        self._free.put(permit)

    def take(self, seconds: float | None) -> Permit:
        try:
            return self._free.get(timeout=seconds)
        except Empty:
            raise httpcore2.PoolTimeout from None


class Pool:
    """The connections of one process, for its threads.

    Attributes:
        pid: The process.
    """

    def __init__(self, limit: int, proxy: Proxy | None, settings: dict[str, Any]) -> None:
        self.pid = os.getpid()
        self._backend = Backend(proxy)
        self._factory = httpcore2.ConnectionPool(network_backend=self._backend, **settings)
        self._permits = _Permits(limit)
        self._idle: _Idle[httpcore2.ConnectionInterface] = _Idle()

    def admit(self, seconds: float | None) -> Permit:
        """Wait until fewer connections than the limit are in use. Afterwards, pass the permit to `release`.

        Raises:
            httpcore2.PoolTimeout: The time is up.
        """
        return self._permits.take(seconds)

    def release(self, permit: Permit) -> None:
        """Let another request have a connection."""
        self._permits.add(permit)

    def take(self, origin: httpcore2.Origin) -> httpcore2.ConnectionInterface:
        """Return a connection that nobody else uses: an idle one, or a new one."""
        connection, expired = self._idle.take(origin)
        for each in expired:
            each.close()
        check_open(closed=self._backend.closed)
        if connection is None:
            with guard():  # it may import a module
                connection = self._factory.create_connection(origin)
        return connection

    def give_back(self, connection: httpcore2.ConnectionInterface) -> None:
        """Keep a connection after a complete response."""
        self._idle.give(connection)
        if self._backend.closed:
            self.close()

    def close(self) -> None:
        """Close all connections, those in use, too."""
        self._backend.close()


class AsyncPool:
    """The connections of one process and one event loop, for its tasks."""

    def __init__(self, limit: int, proxy: Proxy | None, settings: dict[str, Any]) -> None:
        self._backend = AsyncBackend(proxy)
        self._factory = httpcore2.AsyncConnectionPool(network_backend=self._backend, **settings)
        self._permits = anyio.Semaphore(limit, fast_acquire=True)
        self._idle: _Idle[httpcore2.AsyncConnectionInterface] = _Idle()

    async def admit(self, seconds: float | None) -> anyio.Semaphore:
        """Wait until fewer connections than the limit are in use. Release the semaphore afterwards.

        Raises:
            httpcore2.PoolTimeout: The time is up.
        """
        if await in_time(seconds, self._permits.acquire) is None:
            raise httpcore2.PoolTimeout
        return self._permits

    async def take(self, origin: httpcore2.Origin) -> httpcore2.AsyncConnectionInterface:
        """Return a connection that nobody else uses: an idle one, or a new one."""
        connection, expired = self._idle.take(origin)
        for each in expired:
            await each.aclose()
        check_open(closed=self._backend.closed)
        if connection is None:
            with guard():  # it may import a module
                connection = self._factory.create_connection(origin)
        return connection

    def give_back(self, connection: httpcore2.AsyncConnectionInterface) -> None:
        """Keep a connection after a complete response."""
        self._idle.give(connection)
        if self._backend.closed:
            self.close()

    def close(self) -> None:
        """Close all connections, those in use, too. This needs no event loop."""
        self._backend.close()
