"""One thread that writes: all work that arrives during a commit goes into the next one.

A commit costs far more than an insert. Under load, tens of requests share one, and each gets its
response after the commit that it is part of.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from callr_sms_emulator._storage.sqlite.files import WatchedFiles
from callr_sms_emulator._storage.store import StoreError, StoreGoneError

T = TypeVar("T")

_MAX_BATCH = 512


class _Job(Generic[T]):
    """Work to do in a transaction, and the future that waits for its commit."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], T], future: asyncio.Future[T]) -> None:
        self.work = work
        self.future = future
        self.result: T | None = None
        self.error: Exception | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        try:
            self.result = self.work(connection)
        except Exception as error:  # noqa: BLE001 - it is raised where this job is awaited
            self.error = error


class Writer:
    """Runs jobs on a connection in a thread of its own.

    A job that fails must leave nothing behind: it is one statement, or it uses a savepoint. `lock` is held
    during each transaction. What was committed to `files` that are not there any more has failed.
    """

    def __init__(self, connection: sqlite3.Connection, lock: threading.Lock, files: WatchedFiles) -> None:
        self._connection = connection
        self._lock = lock
        self._files = files
        self._closed = False
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="callr-sms-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue `work`; the future has its result, or its error, once it is committed.

        Raises:
            StoreError: The writer was closed.
        """
        if self._closed:
            raise StoreError("the store was closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Do all work that was submitted, then end the thread."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        stopping = False
        while not stopping:
            batch, stopping = self._take()
            if batch:
                self._commit(batch)
                # The results of the whole batch are set with one call into the event loop.
                with suppress(RuntimeError):  # the loop was closed: no task waits, and the commit stands
                    batch[0].future.get_loop().call_soon_threadsafe(_set_results, batch)

    def _take(self) -> tuple[list[_Job[Any]], bool]:
        """Wait for one job and take all that are queued; return whether to stop after them."""
        job = self._queue.get()
        batch: list[_Job[Any]] = []
        while job is not None:
            batch.append(job)
            if len(batch) == _MAX_BATCH:
                return batch, False
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[_Job[Any]]) -> None:
        with self._lock:
            try:
                if self._files.is_gone:
                    self._files.check()
                self._connection.execute("BEGIN IMMEDIATE")
                for job in batch:
                    job.run(self._connection)
                self._connection.execute("COMMIT")
                self._files.check()
            except (sqlite3.Error, StoreGoneError) as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                for job in batch:
                    job.error = error


def _set_results(batch: list[_Job[Any]]) -> None:
    for job in batch:
        if job.future.done():  # the awaiting task was cancelled
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
