"""Opens the default transports, which are imported by the first request."""

from .base import AsyncTransport, Transport
from .route import Route


def open_default(route: Route) -> Transport:
    """Return a new transport for threads."""
    from .default import Httpx2Transport  # noqa: PLC0415 - httpx2 is slow to import

    return Httpx2Transport(route)


def open_async_default(route: Route) -> AsyncTransport:
    """Return a new transport for the tasks of one event loop."""
    from .default import AsyncHttpx2Transport  # noqa: PLC0415 - as above

    return AsyncHttpx2Transport(route)
