"""The transport of a connection, which is closed so that the client can still read its response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class LingeringTransport:
    """A transport whose `close` calls `on_close`, which closes the transport in the end.

    A socket that is closed with unread data is reset, and the client loses the response that it has not read
    (RFC 9112, 9.6). uvicorn closes the transport in many places, so this stands between the two.
    """

    def __init__(self, inner: asyncio.Transport, on_close: Callable[[], None]) -> None:
        self.inner = inner
        self._on_close = on_close
        self.is_closed = False
        self.write: Callable[[bytes], None] = inner.write

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        return getattr(self.inner, name)

    def is_closing(self) -> bool:
        """Return whether it was closed, here or below."""
        return self.is_closed or self.inner.is_closing()

    def close(self) -> None:
        """Close the connection, once the client can have read what was written."""
        if not self.is_closed:
            self.is_closed = True
            self._on_close()
            self.write = _discard

    def forget(self) -> None:
        """Called when the connection is lost: there is nothing to close any more."""
        self._on_close = _nothing

    def pause_reading(self) -> None:
        """Pause reading, unless the connection is closing: then everything is read and discarded."""
        if not self.is_closing():
            self.inner.pause_reading()

    def resume_reading(self) -> None:
        """Resume reading; uvicorn does that also when the client has left."""
        if not self.inner.is_closing():
            self.inner.resume_reading()


def _nothing() -> None:
    """Close nothing."""


def _discard(_: bytes) -> None:
    """Write nothing: the response to a request that was refused meanwhile."""
