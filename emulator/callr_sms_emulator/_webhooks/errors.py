"""Why the transport did not send an event, on purpose.

The tree::

    WithheldError                  a fault keeps it back: nothing was sent
    ├── LostError                  for ever
    └── HeldError                  until the next event of its SMS has been told
"""

from __future__ import annotations

from typing import NamedTuple


class WithheldError(Exception):
    """The event was kept back on purpose; `mark` is of the fault."""

    def __init__(self, mark: FaultMark) -> None:
        super().__init__(f"{mark.webhook} by fault {mark.rule}")
        self.mark = mark


class LostError(WithheldError):
    """It never reaches its receiver."""


class HeldError(WithheldError):
    """It waits for the next one, which is due at `released`, or not there yet; that was written down."""

    def __init__(self, mark: FaultMark, released: int | None) -> None:
        super().__init__(mark)
        self.released = released


class FaultMark(NamedTuple):
    """Which fault a try has met: the number of its rule, and what that does to events."""

    rule: int
    webhook: str
