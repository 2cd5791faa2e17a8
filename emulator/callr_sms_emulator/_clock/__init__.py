"""Clocks: the computer's, those of accounts, and the scheduler on them."""

from callr_sms_emulator._clock.dates import (
    ZERO_DATETIME,
    format_datetime,
    format_milliseconds,
    parse_datetime,
)
from callr_sms_emulator._clock.durations import EXPECTED, LONGEST, read_duration
from callr_sms_emulator._clock.scheduler import Scheduler
from callr_sms_emulator._clock.system import Clock, SystemClock, Timer
from callr_sms_emulator._clock.virtual import LAST, REAL, Timeline, VirtualClock

__all__ = [
    "EXPECTED",
    "LAST",
    "LONGEST",
    "REAL",
    "ZERO_DATETIME",
    "Clock",
    "Scheduler",
    "SystemClock",
    "Timeline",
    "Timer",
    "VirtualClock",
    "format_datetime",
    "format_milliseconds",
    "parse_datetime",
    "read_duration",
]
