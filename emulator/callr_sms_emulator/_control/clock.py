"""`/_emulator/clock`: read and set the clock of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import (
    EXPECTED,
    LAST,
    REAL,
    Timeline,
    format_datetime,
    format_milliseconds,
    parse_datetime,
    read_duration,
)
from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._clock import VirtualClock
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class ClockChange(msgspec.Struct):
    """Changes of a clock, applied in this order."""

    rate: float | None = None
    freeze: bool | str | None = None
    advance: float | str | None = None


class ClockShown(msgspec.Struct):
    """The state of a clock."""

    now: str
    frozen: bool
    rate: float


async def read(request: ControlRequest) -> Response:
    """Return the state of the clock."""
    request.query()
    return respond(_shown(request.account.clock))


async def update(request: ControlRequest) -> Response:
    """Set the clock, and complete everything that is due by then before responding."""
    change = await request.read(ClockChange)
    advance = 0 if change.advance is None else read_duration(change.advance)
    if advance is None:
        raise _errors.bad_value("advance", change.advance, EXPECTED)

    def move(line: Timeline, real: int) -> Timeline:
        moved = _changed(line, change, real)
        if moved.shown + advance > LAST:
            raise _errors.too_late(format_datetime(LAST // 1000))
        return moved

    await request.engine.set_clock(request.account, move, advance)
    return _respond(request)


async def reset(request: ControlRequest) -> Response:
    """Show the computer's time again."""
    request.query()
    await request.engine.set_clock(request.account, lambda _line, _real: REAL, 0)
    return _respond(request)


def _respond(request: ControlRequest) -> Response:
    shown = _shown(request.account.clock)
    request.engine.publish(request.account, "clock.changed", shown)
    return respond(shown)


def _shown(clock: VirtualClock) -> ClockShown:
    return ClockShown(format_milliseconds(clock.now()), clock.timeline.is_frozen, clock.timeline.rate)


def _changed(line: Timeline, change: ClockChange, real: int) -> Timeline:
    """Return the line with the new rate and freeze applied."""
    now, frozen = line.at(real), line.is_frozen
    if isinstance(change.freeze, str):
        now, frozen = (parse_datetime(change.freeze) or 0) * 1000, True
    elif change.freeze is not None:
        frozen = change.freeze
    return Timeline(real, now, line.rate if change.rate is None else change.rate, frozen)
