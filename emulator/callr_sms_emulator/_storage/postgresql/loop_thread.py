"""An event loop in a thread of its own: the connections of a store live there, whoever calls it.

So a store serves any event loop, and can be opened and closed without one.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from callr_sms_emulator._storage.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

T = TypeVar("T")


class LoopThread:
    """Runs coroutines in a thread.

    Attributes:
        loop: Its event loop.
    """

    def __init__(self) -> None:
        self.loop = _new_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="callr-sms-postgresql", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, from outside of any event loop or while the caller's one waits."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Future[T]:
        """Start `work`; it goes on also if nobody waits for its result any more.

        Raises:
            StoreError: The thread was ended.
        """
        self.check()
        caller = asyncio.get_running_loop()
        future: asyncio.Future[T] = caller.create_future()

        def start() -> None:
            task = self.start(work())
            task.add_done_callback(lambda _: hand_over(caller, [(future, task)]))

        self.loop.call_soon_threadsafe(start)
        return future

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task, in this thread."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def check(self) -> None:
        """Raise StoreError if the thread was ended."""
        if self._closed:
            raise StoreError("the store was closed")

    def close(self, end: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Finish what was submitted, run `end`, and end the thread."""
        self._closed = True

        async def finish() -> None:
            while others := self._tasks - {asyncio.current_task()}:
                await asyncio.wait(others)
            await end()

        self.run(finish())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        finally:
            self.loop.close()


def hand_over(
    caller: asyncio.AbstractEventLoop, done: Sequence[tuple[asyncio.Future[Any], asyncio.Future[Any]]]
) -> None:
    """Hand results over to the futures of another event loop, all in one call into it."""

    def settle() -> None:
        for future, found in done:
            if future.done():  # the awaiting task was cancelled
                continue
            error = found.exception()
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(found.result())

    try:
        caller.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop was closed: no task waits
        for _, found in done:
            found.exception()  # else asyncio logs an exception that is never retrieved


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not on Windows
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
