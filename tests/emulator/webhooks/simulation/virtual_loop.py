"""An event loop without a clock, sockets or threads: whoever owns it runs it callback by callback."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context


class VirtualLoop(asyncio.AbstractEventLoop):
    """The loop of one simulated process; `seconds` is called for the time.

    Attributes:
        errors: What nobody handled: exceptions of callbacks and of tasks that nobody waits for.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.time = seconds  # type: ignore[method-assign] # a method of every loop
        self.errors: list[str] = []
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    # --- for its owner ----------------------------------------------------------------------------------

    def has_work(self) -> bool:
        """Return whether a callback can run now."""
        now = self.time()
        while self._timers and (self._timers[0][0] <= now or self._timers[0][2].cancelled()):
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled():
                self._ready.append(timer)
        while self._ready and self._ready[0].cancelled():
            self._ready.popleft()
        return bool(self._ready)

    def next_timer(self) -> float | None:
        """Return when the next timer rings; None without one. Call `has_work` before."""
        return self._timers[0][0] if self._timers else None

    def step(self) -> None:
        """Run one callback."""
        asyncio._set_running_loop(self)
        try:
            self._ready.popleft()._run()
        finally:
            asyncio._set_running_loop(None)

    def close(self) -> None:
        """End the coroutines of all tasks where they stand."""
        for task in list(self._tasks):
            if not task.done():
                task.get_coro().close()

    # --- what asyncio and the emulator call -------------------------------------------------------------

    def call_soon(  # type: ignore[override] # without the type variables of typeshed
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment] # as above

    def call_later(  # type: ignore[override] # as above
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override] # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _timer_handle_cancelled(self, _timer: asyncio.TimerHandle) -> None:
        """Do nothing: it is dropped when its turn comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override] # as above
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        self._tasks.add(task)
        return task

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if "was destroyed" not in context["message"]:  # of a process that was killed
            self.errors.append(f"{context['message']}: {context.get('exception')!r}")
