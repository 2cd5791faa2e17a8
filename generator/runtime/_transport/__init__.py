"""Transports send a request to the API and receive its response.

The default one is imported by the first request, in `open_default`, because httpx2 takes longer to import
than the rest of the client.
"""

from .._response import Response
from .base import (
    DEFAULT_TIMEOUT,
    MAX_URL,
    AsyncTransport,
    Request,
    Timeout,
    Transport,
    await_response,
    check_response,
    check_transport,
)
from .factory import open_async_default, open_default, sleep
from .mock import AsyncMockTransport, MockTransport
from .progress import FORKED, NOT_SENT, PROGRESS, Progress
from .route import Route

__all__ = [
    "DEFAULT_TIMEOUT",
    "FORKED",
    "MAX_URL",
    "NOT_SENT",
    "PROGRESS",
    "AsyncMockTransport",
    "AsyncTransport",
    "MockTransport",
    "Progress",
    "Request",
    "Response",
    "Route",
    "Timeout",
    "Transport",
    "await_response",
    "check_response",
    "check_transport",
    "open_async_default",
    "open_default",
    "sleep",
]
