"""How the tasks of asyncio, uvloop and trio wait for no longer than they may."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import anyio

from .._support import Closing
from .loops import call_in, current_loop

T = TypeVar("T")


async def in_time(
    seconds: float | None, operation: Callable[[], Awaitable[T]], closing: Closing | None = None
) -> tuple[T] | None:
    """Return the result of an operation; None when the time is up, or something is closed.

    When the event loop has ended, its coroutines are closed by `GeneratorExit`. anyio finds no loop then, and
    raises another exception instead.
    """
    closed: GeneratorExit | None = None
    try:
        with anyio.move_on_after(seconds) as scope:
            cancel = closing and partial(call_in, current_loop(), scope.cancel)
            try:
                if closing and cancel:
                    closing.begin_waiting(cancel)
                return (await operation(),)
            except GeneratorExit as caught:
                closed = caught
                raise
            finally:
                if closing and cancel:
                    closing.end_waiting(cancel)
    except BaseException:
        if closed is None:
            raise
    if closed is not None:
        raise closed
    return None
