"""The progress of a send: what is known about it when something interrupts the call.

An error of the client carries its outcome. An exception from elsewhere, such as the time limit of a job,
passes through unchanged and cannot; the call reads the outcome here and adds it as a note.
"""

from contextvars import ContextVar

FORKED = "the process was forked during the call, and the other process continues with it"

NOT_SENT = "was not sent"


class Progress:
    """Whether the request of a call may have left, over all attempts.

    A transport of the user reports nothing. Then only a call that never reached it was certainly not sent.
    """

    __slots__ = ("_began", "_watched")

    def __init__(self) -> None:
        self._began = False
        self._watched = True

    def hand_over(self) -> None:
        """Record that a transport gets the request."""
        self._watched = False

    def watch(self) -> None:
        """Record that `begin` will be called before the first byte leaves."""
        self._watched = True

    def begin(self) -> None:
        """Record that a byte may leave."""
        self._began = True

    @property
    def outcome(self) -> str:
        """The outcome so far, in words."""
        return "may have been sent" if self._began or not self._watched else NOT_SENT


PROGRESS: ContextVar[Progress | None] = ContextVar("progress", default=None)
"""The progress of the call of this thread or task; None for calls that may be repeated."""
