"""Clocks: the computer's, those of accounts, and the scheduler on them."""

from callr_sms_emulator._clock.durations import EXPECTED, LONGEST, read_duration
from callr_sms_emulator._clock.scheduler import Agenda
from callr_sms_emulator._clock.system import Clock, SystemClock, Timer
from callr_sms_emulator._clock.virtual import FASTEST, LAST, REAL, Line, VirtualClock

__all__ = [
    "EXPECTED",
    "FASTEST",
    "LAST",
    "LONGEST",
    "REAL",
    "Agenda",
    "Clock",
    "Line",
    "SystemClock",
    "Timer",
    "VirtualClock",
    "read_duration",
]
