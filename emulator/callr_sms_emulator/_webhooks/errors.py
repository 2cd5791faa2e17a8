"""Why the transport did not send an event, on purpose.

The tree::

    WithheldError                  a fault withholds it: nothing was sent
    ├── LostError                  for ever
    └── HeldError                  until the next event of its SMS has been delivered
    ClaimLostError                 this process no longer delivers it
"""

from __future__ import annotations

from typing import NamedTuple

from callr_sms_emulator._log import LoggedError


class WithheldError(Exception):
    """The event is withheld on purpose, by the fault `fault`."""

    def __init__(self, fault: FaultMark) -> None:
        super().__init__(f"{fault.webhook} by fault {fault.rule}")
        self.fault = fault


class LostError(WithheldError):
    """It is never sent to its receiver."""


class HeldError(WithheldError):
    """It waits for the next one, which is due at `released`, or does not exist yet; the store has that."""

    def __init__(self, fault: FaultMark, released: int | None) -> None:
        super().__init__(fault)
        self.released = released


class ClaimLostError(LoggedError):
    """Another process may deliver the event by now."""


class FaultMark(NamedTuple):
    """The fault that was applied to an attempt: the number of its rule, and what that does to events."""

    rule: int
    webhook: str
