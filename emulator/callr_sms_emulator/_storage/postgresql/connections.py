"""The connections to one PostgreSQL database, and what happens while it does not respond."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from callr_sms_emulator._storage.postgresql import address, driver
from callr_sms_emulator._storage.postgresql.loop_thread import LoopThread
from callr_sms_emulator._storage.postgresql.schema import SCHEMA, prepare
from callr_sms_emulator._storage.store import StoreError, StoreUnreachableError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from callr_sms_emulator._storage.postgresql.driver import Connection, Pool

T = TypeVar("T")

_log = logging.getLogger(__name__)

_MOST_CONNECTIONS = 8
_CONNECT_S = 5.0
_COMMAND_S = 15.0
_SETTINGS = {
    "jit": "off",
    # A process that is frozen, or a machine that is gone, must not hold its locks for long.
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_DEADLOCK, _SERIALIZATION = "40P01", "40001"
_MOST_TRIES = 5


class Database:
    """The database of a URL, from any event loop; call `open` first.

    Attributes:
        name: The URL without its password, for messages.
        thread: The thread of its connections.

    Raises:
        StoreError: The URL or asyncpg cannot be used.
    """

    def __init__(self, url: str, *, durable: bool) -> None:
        address.check(url)
        driver.driver()
        self.name = address.show(url)
        self._url = url
        self._settings = {"application_name": "callr-sms-emulator", "search_path": SCHEMA} | _SETTINGS
        if durable:
            self._settings["synchronous_commit"] = "on"
        self._is_down = False
        self._pool: Pool | None = None
        self.thread = LoopThread()

    def open(self, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Open the database, create or migrate its tables, and do what is to be done at the start.

        Raises:
            StoreError: It cannot be used; the message says why and what to do.
        """

        async def both() -> None:
            await self._open()
            await start()

        try:
            self.thread.run(both())
        except BaseException as error:
            self.thread.close(self._close)
            if isinstance(error, StoreError):
                message = f"cannot use the database {self.name}: {error}"
                raise StoreError(message) from None
            if isinstance(error, Exception):
                # Without the error itself: its message may quote a part of the URL.
                message = f"cannot use the database {self.name}: {address.explain(error)}"
                raise StoreError(message) from None
            raise

    async def _open(self) -> None:
        connection = await self.connect()
        try:
            await prepare(connection)
        finally:
            await connection.close()
        self._pool = await driver.open_pool(
            self._url,
            self._settings,
            most=_MOST_CONNECTIONS,
            connect_timeout=_CONNECT_S,
            command_timeout=_COMMAND_S,
        )

    async def connect(self) -> Connection:
        """Open a connection of its own, in the thread of the store."""
        return await driver.connect(self._url, self._settings, seconds=_CONNECT_S)

    def read(self, work: Callable[[Connection], Awaitable[T]]) -> asyncio.Future[T]:
        """Read; once more on another connection if the first was lost."""

        async def read() -> T:
            try:
                async with self.connection() as connection:
                    return await work(connection)
            except StoreUnreachableError:
                async with self.connection() as connection:
                    return await work(connection)

        return self.thread.submit(read)

    def write(self, work: Callable[[Connection], Awaitable[T]]) -> asyncio.Future[T]:
        """Do `work` in a transaction; the future has its result once it is committed."""
        return self.thread.submit(lambda: self.write_here(work))

    async def write_here(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do `work` in a transaction, in the thread of the store; again where others were in its way."""
        for _ in range(_MOST_TRIES):
            try:
                async with self.connection() as connection, connection.transaction():
                    return await work(connection)
            except Exception as error:
                if address.code_of(error) not in {_DEADLOCK, _SERIALIZATION}:
                    raise
        raise StoreError("transactions of other processes were in the way: try again")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Return a connection for the length of a block, in the thread of the store.

        Raises:
            StoreUnreachableError: There is none, or it was lost in the block; that is logged once.
        """
        assert self._pool is not None  # noqa: S101 - opened by the constructor
        is_acquired = False
        try:
            async with self._pool.acquire(timeout=_CONNECT_S) as connection:
                is_acquired = True
                yield connection
        except Exception as error:
            if is_acquired and not address.is_outage(error):
                raise
            self._note_outage(error)
            raise StoreUnreachableError(address.explain(error)) from error
        if self._is_down:
            self._is_down = False
            _log.warning("the database responds again")

    def _note_outage(self, error: Exception) -> None:
        if not self._is_down:
            self._is_down = True
            _log.error(
                "the database does not work: %s; requests fail until it does, and are not kept",
                address.explain(error),
            )

    def close(self, end: Callable[[], Awaitable[None]]) -> None:
        """Finish the work that was submitted, then `end`, then close all connections."""

        async def close() -> None:
            await end()
            await self._close()

        self.thread.close(close)

    async def _close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
