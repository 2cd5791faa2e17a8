"""What is imported by the first request or the first wait: the default transports, and how tasks wait."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from .._support import Closing, guard
from .base import AsyncTransport, Transport
from .route import Route


def open_default(route: Route) -> Transport:
    """Return a new transport for threads."""
    with _importable():
        from .default import Httpx2Transport  # noqa: PLC0415 - httpx2 is slow to import

    return Httpx2Transport(route)


def open_async_default(route: Route) -> AsyncTransport:
    """Return a new transport for the tasks of event loops."""
    with _importable():
        from .default import AsyncHttpx2Transport  # noqa: PLC0415 - as above

    return AsyncHttpx2Transport(route)


async def sleep(seconds: float, closing: Closing) -> None:
    """Let this task sleep for so many seconds, or until something is closed."""
    with guard(), _importable():
        import anyio  # noqa: PLC0415 - slow to import

        from .async_wait import in_time  # noqa: PLC0415 - as above

    await in_time(seconds, anyio.sleep_forever, closing)


@contextmanager
def _importable() -> Generator[None, None, None]:
    """Hide trio from httpcore2 under eventlet.

    httpcore2 imports trio where it is installed. With the sockets of eventlet that fails: they lack a method.
    """
    modules: dict[str, Any] = sys.modules
    hides = (
        "eventlet" in modules and "trio" not in modules and not hasattr(modules["socket"].socket, "sendmsg")
    )
    if hides:
        modules["trio"] = None
    try:
        yield
    finally:
        if hides:
            del modules["trio"]
