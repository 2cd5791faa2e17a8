"""Clocks: the computer's, those of accounts, and the scheduler on them."""

from callr_sms_emulator._clock.durations import EXPECTED, LONGEST, read_duration
from callr_sms_emulator._clock.scheduler import Scheduler
from callr_sms_emulator._clock.system import Clock, SystemClock, Timer
from callr_sms_emulator._clock.virtual import FASTEST, LAST, REAL, Timeline, VirtualClock

__all__ = [
    "EXPECTED",
    "FASTEST",
    "LAST",
    "LONGEST",
    "REAL",
    "Clock",
    "Scheduler",
    "SystemClock",
    "Timeline",
    "Timer",
    "VirtualClock",
    "read_duration",
]
