"""How the tasks of asyncio, uvloop and trio wait."""

import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import anyio

from .loops import call_in, current_loop
from .sockets import Owner, Want

T = TypeVar("T")


async def in_time(
    seconds: float | None, operation: Callable[[], Awaitable[T]], owner: Owner | None = None
) -> tuple[T] | None:
    """Return the result of an operation; None when the time is up, or the owner is closed.

    When the event loop has ended, its coroutines are closed by `GeneratorExit`. anyio finds no loop then, and
    raises another exception instead.
    """
    closed: GeneratorExit | None = None
    try:
        with anyio.move_on_after(seconds) as scope:
            cancel = owner and partial(call_in, current_loop(), scope.cancel)
            try:
                if owner and cancel:
                    owner.begin_opening(cancel)
                return (await operation(),)
            except GeneratorExit as caught:
                closed = caught
                raise
            finally:
                if owner and cancel:
                    owner.end_opening(cancel)
    except BaseException:
        if closed is None:
            raise
    if closed is not None:
        raise closed
    return None


async def wait_in_task(connection: socket.socket, want: Want, seconds: float | None) -> bool:
    """Let this task wait for a socket: return False when the time is up."""
    if connection.fileno() < 0:
        return True
    wait = anyio.wait_readable if want is Want.READ else anyio.wait_writable
    return await in_time(seconds, lambda: wait(connection)) is not None
