"""The event loop of a task. Neither asyncio nor trio is imported here: who runs on one has imported it."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .._errors import ConfigurationError
from .interruptions import is_interruption

_NO_LOOP = (
    "no event loop: expected a call from a task of asyncio or trio; without one, use the client for threads"
)


def current_loop() -> object:
    """Return what stands for the running event loop.

    Raises:
        ConfigurationError: None of asyncio or trio is running here.
    """
    trio: Any = sys.modules.get("trio")
    if trio and trio.lowlevel.in_trio_task():
        return trio.lowlevel.current_trio_token()
    asyncio: Any = sys.modules.get("asyncio")
    try:
        if asyncio:
            return asyncio.get_running_loop()
    except RuntimeError as caught:
        if is_interruption(caught):
            raise
    raise ConfigurationError(_NO_LOOP)


def call_in(loop: object, function: Callable[[], object]) -> None:
    """Let an event loop, which may be that of another thread, call a function soon, unless it has ended."""
    its: Any = loop
    with suppress(RuntimeError):
        (its.call_soon_threadsafe if hasattr(its, "call_soon_threadsafe") else its.run_sync_soon)(function)


def has_ended(loop: object) -> bool:
    """Return whether an event loop is closed. Nothing refers to one of trio that has ended."""
    asyncio_loop: Any = loop
    return hasattr(loop, "is_closed") and bool(asyncio_loop.is_closed())
