"""The connections to one SQLite database: one thread writes, the event loop and another thread read."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from callr_sms_emulator._storage.sqlite import files
from callr_sms_emulator._storage.sqlite.files import WatchedFiles
from callr_sms_emulator._storage.sqlite.schema import prepare
from callr_sms_emulator._storage.sqlite.writer import Writer
from callr_sms_emulator._storage.store import StoreError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

MEMORY = ":memory:"


class Database:
    """The SQLite file `name`, or memory for `":memory:"`; serves one event loop.

    Raises:
        StoreError: The file cannot be used.
    """

    def __init__(self, name: str, *, durable: bool) -> None:
        self.name = name
        self._connections: list[sqlite3.Connection] = []
        files.refuse_url(name)
        try:
            self._open(durable=durable)
        except BaseException as error:
            for connection in self._connections:
                connection.close()
            # UnicodeError, which is a ValueError: SQLite quotes a damaged schema unescaped.
            if isinstance(error, (sqlite3.Error, OSError, ValueError)):
                message = f"cannot use the database {name}: {files.explain(error)}"
                raise StoreError(message) from error
            raise

    def _open(self, *, durable: bool) -> None:
        write_lock = threading.Lock()
        if self.name == MEMORY:
            writing = self._connect()
            prepare(writing, self.name, durable=durable)
            # A database in memory has only one connection: all share it, one at a time.
            self._peeking = self._reading = (writing, write_lock)
            self._files = WatchedFiles(None)
        else:
            files.create(self.name)
            writing = self._connect()
            prepare(writing, self.name, durable=durable)
            files.make_private(self.name)
            self._peeking = (self._connect(), threading.Lock())
            self._reading = (self._connect(), threading.Lock())
            self._files = WatchedFiles(self.name)
        self._writer = Writer(writing, write_lock, self._files)
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="callr-sms-reader")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.name, timeout=5, isolation_level=None, check_same_thread=False)
        connection.text_factory = bytes
        self._connections.append(connection)
        return connection

    def write(self, work: Work[T]) -> asyncio.Future[T]:
        """Do `work` in a transaction; the future has its result once it is committed."""
        return self._writer.submit(work)

    def write_atomically(self, work: Work[T]) -> asyncio.Future[T]:
        """Do `work` of several statements in a transaction: all of them, or none."""

        def whole(connection: sqlite3.Connection) -> T:
            connection.execute("SAVEPOINT whole")
            try:
                return work(connection)
            except BaseException:
                connection.execute("ROLLBACK TO whole")
                raise
            finally:
                connection.execute("RELEASE whole")

        return self._writer.submit(whole)

    def read_now(self, work: Work[T]) -> T:
        """Read in the event loop what takes microseconds: that is cheaper than through another thread."""
        self._files.check()
        connection, lock = self._peeking
        with lock:
            return work(connection)

    async def read(self, work: Work[T]) -> T:
        """Read what may take long, in a thread."""

        def locked() -> T:
            self._files.check()
            connection, lock = self._reading
            with lock:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, locked)

    def check_files(self) -> None:
        """Raise StoreGoneError if the files were removed or replaced."""
        self._files.check()

    def close(self) -> None:
        """Finish the work that was submitted, then close the file."""
        self._writer.close()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
