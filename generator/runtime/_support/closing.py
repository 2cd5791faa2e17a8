"""Closing: what waits ends when its owner is closed."""

from collections.abc import Callable


class Closing:
    """Whether an object was closed, and what its end has to wake. A part is closed with its whole."""

    def __init__(self, whole: "Closing | None" = None) -> None:
        self._whole = whole
        self._closed = False
        self._waiting: list[Callable[[], None]] = []

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed or (self._whole is not None and self._whole.closed)

    def begin_waiting(self, cancel: Callable[[], None]) -> None:
        """Let `close` call a function, at once or twice perhaps, until `end_waiting` is called with it."""
        self._waiting.append(cancel)
        if self._whole is not None:
            self._whole.begin_waiting(cancel)
        if self._closed:
            cancel()

    def end_waiting(self, cancel: Callable[[], None]) -> None:
        """Let `close` call a function no more."""
        self._waiting.remove(cancel)
        if self._whole is not None:
            self._whole.end_waiting(cancel)

    def close(self) -> None:
        """Wake what waits. Whatever waits afterwards is woken at once."""
        self._closed = True
        for cancel in list(self._waiting):
            cancel()
