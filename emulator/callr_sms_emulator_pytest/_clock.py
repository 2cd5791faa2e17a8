"""The clock of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from callr_sms_emulator_pytest import _moments

if TYPE_CHECKING:
    from datetime import datetime

    from callr_sms_emulator_pytest._control import Control


@dataclass(frozen=True)
class Clock:
    """The clock of the account; each method returns the time afterwards.

    A method that sets the clock returns when everything that is due by then is complete: changes of status
    and deliveries of webhooks. All methods raise `CallrEmulatorError` if the emulator refuses the request.
    """

    _control: Control

    def now(self) -> datetime:
        """Return the time of the account, in UTC, to the millisecond."""
        return _moments.read(self._control.get("/clock")["now"])

    def freeze(self, at: datetime | str | None = None) -> datetime:
        """Freeze the clock, now or at a moment (UTC, to the second) that may be in the past."""
        return self._set("freeze", True if at is None else _moments.write(at))

    def thaw(self) -> datetime:
        """Let a frozen clock run again."""
        return self._set("freeze", value=False)

    def advance(self, by: float | str | timedelta) -> datetime:
        """Advance the clock by seconds or by a text like `24h`, `1h30m`, `250ms`."""
        return self._set("advance", by.total_seconds() if isinstance(by, timedelta) else by)

    def rate(self, factor: float) -> datetime:
        """Let the clock run so many times as fast as the clock of the computer."""
        return self._set("rate", factor)

    def reset(self) -> datetime:
        """Show the time of the computer again."""
        return _moments.read(self._control.delete("/clock")["now"])

    def _set(self, name: str, value: object) -> datetime:
        return _moments.read(self._control.post("/clock", {name: value})["now"])
