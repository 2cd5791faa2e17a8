"""Faults: what goes wrong on purpose, for who asked for it.

A **rule** belongs to an account. It says what it is for (an operation, a recipient, a header, a share of the
requests) and what happens then; a request may also ask for a fault of its own with a header. Rules are kept
in memory: after a restart nothing goes wrong any more, and of several processes on one database each has its
own.

Where no account has a rule and no request asks for a fault, nothing of this is even imported.
"""

from callr_sms_emulator._faults.effect import BODILESS, Effect, cut_at
from callr_sms_emulator._faults.header import read_header
from callr_sms_emulator._faults.rule import Rule, check_rule
from callr_sms_emulator._faults.rules import Asked, Entry, FaultRules, Happened

__all__ = [
    "BODILESS",
    "Asked",
    "Effect",
    "Entry",
    "FaultRules",
    "Happened",
    "Rule",
    "check_rule",
    "cut_at",
    "read_header",
]
