"""One thread that writes: all work that arrives during a commit goes into the next one.

A commit costs far more than an insert. Under load, tens of requests share one, and each gets its
response after the commit that it is part of. To wake the thread costs, too: it happens once for all
that is submitted in a turn of the event loop.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
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
        self._jobs: deque[_Job[Any]] = deque()
        self._calls: SimpleQueue[bool] = SimpleQueue()
        """Wakes the thread: whether it goes on afterwards."""
        self._calling: asyncio.AbstractEventLoop | None = None
        """The event loop that will wake it in its next turn."""
        self._thread = threading.Thread(target=self._serve, name="callr-sms-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue `work`; the future has its result, or its error, once it is committed.

        Raises:
            StoreError: The writer was closed.
        """
        if self._closed:
            raise StoreError("the store was closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.append(_Job(work, future))
        if self._calling is not loop:
            self._calling = loop
            loop.call_soon(self._call)
        return future

    def close(self) -> None:
        """Do all work that was submitted, then end the thread."""
        self._closed = True
        self._calls.put(False)  # noqa: FBT003 - the only argument there is
        self._thread.join()

    def _call(self) -> None:
        self._calling = None
        self._calls.put(True)  # noqa: FBT003 - the only argument there is

    def _serve(self) -> None:
        goes_on = True
        while goes_on:
            goes_on = self._calls.get()
            while batch := self._take():
                self._commit(batch)
                for loop in {job.future.get_loop() for job in batch}:
                    # The results of the whole batch are set with one call into the event loop.
                    with suppress(RuntimeError):  # the loop was closed: no task waits, and the commit stands
                        loop.call_soon_threadsafe(_set_results, batch, loop)

    def _take(self) -> list[_Job[Any]]:
        """Take all jobs that are queued."""
        batch: list[_Job[Any]] = []
        with suppress(IndexError):
            while len(batch) < _MAX_BATCH:
                batch.append(self._jobs.popleft())
        return batch

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


def _set_results(batch: list[_Job[Any]], loop: asyncio.AbstractEventLoop) -> None:
    for job in batch:
        if job.future.done() or job.future.get_loop() is not loop:  # the awaiting task was cancelled
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
