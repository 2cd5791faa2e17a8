"""Who owns the connections of a client: one pool, which clients made by `with_options` share.

A transport is opened here and nowhere else, with the first request.
"""

import threading

from .._errors import ConfigurationError
from .._transport import AsyncTransport, Route, Transport, open_async_default, open_default

CLOSED = "the client is closed"


class Pool:
    """The transport that a client and those that come from it share, made with the first request."""

    __slots__ = ("_closed", "_lock", "_route", "_transport")

    def __init__(self, route: Route, transport: Transport | None) -> None:
        self._route = route
        self._transport = transport
        self._lock = threading.Lock()
        self._closed = False

    def transport(self) -> Transport:
        """The transport.

        Raises:
            ConfigurationError: The pool is closed, or the environment names a proxy that is none.
        """
        with self._lock:
            if self._closed:
                raise ConfigurationError(CLOSED)
            if self._transport is None:
                self._transport = open_default(self._route)
            return self._transport

    def close(self) -> None:
        """Close the transport, for good."""
        with self._lock:
            transport, self._transport, self._closed = self._transport, None, True
        if transport is not None:
            transport.close()


class AsyncPool:
    """As `Pool`, for tasks of one event loop."""

    __slots__ = ("_closed", "_route", "_transport")

    def __init__(self, route: Route, transport: AsyncTransport | None) -> None:
        self._route = route
        self._transport = transport
        self._closed = False

    def transport(self) -> AsyncTransport:
        """The transport.

        Raises:
            ConfigurationError: As for `Pool`.
        """
        if self._closed:
            raise ConfigurationError(CLOSED)
        if self._transport is None:
            self._transport = open_async_default(self._route)
        return self._transport

    async def aclose(self) -> None:
        """Close the transport, for good."""
        transport, self._transport, self._closed = self._transport, None, True
        if transport is not None:
            await transport.aclose()
