"""asyncpg, as far as the store uses it: imported when a database is opened, and typed here.

Without its extra (`callr-sms-emulator[postgresql]`), the emulator works on SQLite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from callr_sms_emulator._storage.store import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

Row = tuple[Any, ...]
"""A row; asyncpg's own class is not a tuple, but is used like one."""


class Connection(Protocol):
    """A connection to a PostgreSQL database."""

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement; return its command tag."""

    async def executemany(self, query: str, args: Sequence[Sequence[object]]) -> None:
        """Run a statement for each of these arguments."""

    async def fetch(self, query: str, *args: object) -> list[Row]:
        """Run a statement; return its rows."""

    async def fetchrow(self, query: str, *args: object) -> Row | None:
        """Run a statement; return its first row."""

    async def fetchval(self, query: str, *args: object) -> Any:  # noqa: ANN401 - of any type
        """Run a statement; return the first value of its first row."""

    def cursor(self, query: str, *args: object, prefetch: int | None = None) -> AsyncIterator[Row]:
        """Run a statement in a transaction; iterate over its rows."""

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[object]:
        """Return a transaction, which is committed at the end of the block."""

    async def add_listener(self, channel: str, callback: Callable[[Any, int, str, str], None]) -> None:
        """Listen to a channel: `callback` is called with the connection, its process, channel and payload."""

    def is_closed(self) -> bool:
        """Return whether the connection has ended."""

    def terminate(self) -> None:
        """End the connection at once."""

    async def close(self) -> None:
        """End the connection."""


class Pool(Protocol):
    """Connections that are used in turn."""

    def acquire(self, *, timeout: float | None = None) -> AbstractAsyncContextManager[Connection]:
        """Return a connection for the length of a block."""

    async def close(self) -> None:
        """Wait until all connections are idle, and close them."""

    def terminate(self) -> None:
        """End all connections at once."""


def driver() -> Any:  # noqa: ANN401 - a module without types
    """Return asyncpg.

    Raises:
        StoreError: It is not installed.
    """
    try:
        import asyncpg  # type: ignore[import-untyped] # noqa: PLC0415 - an extra, slow to import
    except ImportError:
        message = (
            "a PostgreSQL database needs asyncpg, which is not installed: "
            "pip install 'callr-sms-emulator[postgresql]'"
        )
        raise StoreError(message) from None
    return asyncpg


async def connect(url: str, settings: dict[str, str], *, seconds: float) -> Connection:
    """Open one connection; neither that nor a statement may take longer than so many seconds."""
    connection: Connection = await driver().connect(
        url, timeout=seconds, command_timeout=seconds, server_settings=settings
    )
    return connection


async def open_pool(
    url: str, settings: dict[str, str], *, most: int, connect_timeout: float, command_timeout: float
) -> Pool:
    """Open a pool of up to `most` connections, which are opened when they are needed.

    They are not reset when they come back: nobody changes a setting of one.
    """
    asyncpg = driver()
    unchanged = type("Unchanged", (asyncpg.Connection,), {"get_reset_query": lambda _: ""})
    pool: Pool = await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=most,
        timeout=connect_timeout,
        command_timeout=command_timeout,
        server_settings=settings,
        connection_class=unchanged,
    )
    return pool
