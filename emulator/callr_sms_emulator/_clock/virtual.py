"""The time of an account: the computer's, unless its clock was frozen, set or sped up.

A virtual clock is a straight line through one moment: at `real` (the computer's time) it showed `shown`, and
since then it runs `rate` times as fast, or not at all while it is frozen. The line is stored with the
account, so a restart changes nothing.
"""

import math
from typing import Annotated

import msgspec

from callr_sms_emulator._clock.system import Clock

FASTEST = 1_000_000
"""Times as fast as the computer's clock: eleven days a second."""

_FIRST, LAST = -62_135_596_800_000, 221_845_392_000_000
"""Milliseconds since 1970: the years 1 to 9000, so that later moments stay within the calendar."""

_Moment = Annotated[int, msgspec.Meta(ge=_FIRST, le=LAST)]


class Timeline(msgspec.Struct, frozen=True):
    """The relation of a virtual clock to the computer's. Both times are milliseconds since 1970, UTC."""

    real: _Moment = 0
    shown: _Moment = 0
    rate: Annotated[float, msgspec.Meta(gt=0, le=FASTEST)] = 1.0
    is_frozen: bool = False

    def at(self, real: int) -> int:
        """Return what the clock shows when the computer's shows `real`."""
        if self.is_frozen:
            return self.shown
        passed = real - self.real
        return self.shown + passed if self.rate == 1 else min(LAST, self.shown + int(passed * self.rate))

    def real_at(self, shown: int) -> int | None:
        """Return when the clock shows `shown`; None if it never does, because it is frozen."""
        if self.is_frozen:
            return None
        return self.real + math.ceil((shown - self.shown) / self.rate)


REAL = Timeline()
"""The computer's own time."""


class VirtualClock:
    """The clock of one account, on top of the computer's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.timeline = REAL
        self._jumped = (0, 0)

    def now(self) -> int:
        """Return the milliseconds since 1970 that it shows."""
        real = self._clock.now()
        return real if self.timeline is REAL else self.timeline.at(real)

    def real_at(self, shown: int) -> int | None:
        """Return the computer's time when this clock shows `shown`; None when it is frozen before that."""
        if self.timeline.is_frozen and shown <= self.timeline.shown:
            return self._clock.now()
        return self.timeline.real_at(shown)

    def jump(self, before: int, after: int) -> None:
        """Called before the clock is advanced from `before` to `after` in one step."""
        self._jumped = (before, after)

    def moment_of(self, due: int) -> int:
        """Return the moment that counts for something that was due at `due` and is done now.

        That is now; but it is `due` where the clock was advanced past `due` in one step.
        """
        before, after = self._jumped
        return due if before < due <= after else self.now()
