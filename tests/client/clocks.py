"""A clock that tests wind by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from callr_sms_client._calls.clock import Clock

if TYPE_CHECKING:
    from callr_sms_client import AsyncCallr, Callr
    from callr_sms_client._support import Closing

_Client = TypeVar("_Client", "Callr", "AsyncCallr")

NOON = 1_710_849_600.0
"""2024-03-19 12:00:00 UTC."""


class WoundClock(Clock):
    """Stands still but for what is slept, and notes that."""

    def __init__(self, chance: float = 1.0) -> None:
        self.chance = chance
        self.passed = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def now(self) -> float:
        return NOON + self.passed

    def random(self) -> float:
        return self.chance

    def sleep(self, seconds: float, closing: Closing) -> None:  # noqa: ARG002 - it never waits
        self.slept.append(seconds)
        self.passed += seconds

    async def wait(self, seconds: float, closing: Closing) -> None:
        self.sleep(seconds, closing)


def wind(client: _Client, clock: Clock) -> _Client:
    """Let a client live by a clock."""
    caller = client._caller  # noqa: SLF001 - no user needs this
    caller.settings = caller.settings._replace(clock=clock)
    return client
