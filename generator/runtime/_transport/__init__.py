"""Transports: what carries a request to the API, and its response back.

The default one is imported with the first request, by `open_default`: httpx2 takes longer to import than
all the rest of the client.
"""

from .base import (
    DEFAULT_TIMEOUT,
    MAX_URL,
    AsyncTransport,
    Request,
    Response,
    Timeout,
    Transport,
)
from .factory import open_async_default, open_default
from .mock import AsyncMockTransport, MockTransport
from .route import Route

__all__ = [
    "DEFAULT_TIMEOUT",
    "MAX_URL",
    "AsyncMockTransport",
    "AsyncTransport",
    "MockTransport",
    "Request",
    "Response",
    "Route",
    "Timeout",
    "Transport",
    "open_async_default",
    "open_default",
]
