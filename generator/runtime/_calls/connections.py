"""The owner of a client's connections: one pool, which clients made by `with_options` share.

The transport is opened here and nowhere else, by the first request.
"""

from .._errors import ConfigurationError
from .._support import Closing, guard
from .._transport import AsyncTransport, Route, Transport, open_async_default, open_default

CLOSED = "the client is closed"


class Pool:
    """Owns the transport of a client and of the clients that `with_options` makes of it.

    Attributes:
        closing: Wakes what waits when the pool is closed. It cannot be used then.
    """

    __slots__ = ("_route", "_transport", "closing")

    def __init__(self, route: Route, transport: Transport | None) -> None:
        self._route = route
        self._transport = transport
        self.closing: Closing = Closing()

    def transport(self) -> Transport:
        """Return the transport; the first request opens it.

        Raises:
            ConfigurationError: The pool is closed, or the environment names an unusable proxy.
        """
        with guard():
            if self.closing.closed:
                raise ConfigurationError(CLOSED)
            if self._transport is None:
                self._transport = open_default(self._route)
            return self._transport

    def close(self) -> None:
        """Close the transport; the pool cannot be used afterwards. Can be repeated if it is interrupted."""
        with guard():
            self.closing.close()
            transport = self._transport
        if transport is not None:
            transport.close()
            self._transport = None


class AsyncPool:
    """Like `Pool`, for the tasks of event loops.

    Attributes:
        closing: As for `Pool`.
    """

    __slots__ = ("_route", "_transport", "closing")

    def __init__(self, route: Route, transport: AsyncTransport | None) -> None:
        self._route = route
        self._transport = transport
        self.closing: Closing = Closing()

    def transport(self) -> AsyncTransport:
        """Return the transport.

        Raises:
            ConfigurationError: As for `Pool`.
        """
        with guard():
            if self.closing.closed:
                raise ConfigurationError(CLOSED)
            if self._transport is None:
                self._transport = open_async_default(self._route)
            return self._transport

    async def aclose(self) -> None:
        """Close the transport; the pool cannot be used afterwards. Can be repeated if it is interrupted."""
        with guard():
            self.closing.close()
            transport = self._transport
        if transport is not None:
            await transport.aclose()
            self._transport = None
