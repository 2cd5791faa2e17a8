"""Faults: the rules by which requests and webhooks go wrong on purpose.

A **rule** belongs to an account. It says which requests it matches (by operation, recipient, header, or a
share of them) and what its effect is. A request can also ask for a fault with a header. Rules are kept in
memory: they are gone after a restart, and of several processes on one database each has its own.

This package is not imported before an account has a rule or a request asks for a fault.
"""

from callr_sms_emulator._faults.effect import BODILESS, Effect, cut_at
from callr_sms_emulator._faults.header import read_header
from callr_sms_emulator._faults.rule import Rule, check_rule
from callr_sms_emulator._faults.rules import ActiveRule, EventFacts, FaultRules, RequestFacts

__all__ = [
    "BODILESS",
    "ActiveRule",
    "Effect",
    "EventFacts",
    "FaultRules",
    "RequestFacts",
    "Rule",
    "check_rule",
    "cut_at",
    "read_header",
]
