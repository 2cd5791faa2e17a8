"""The oracle: which response is right, by the rules of the contract and a model of the account."""

from callr_sms_contract.oracle.account import FIRST_MOMENT, LAST_MOMENT, Account, Shown, Window
from callr_sms_contract.oracle.event_rules import (
    ALGORITHMS,
    EVENT_RULES,
    ReceivedPush,
    SmsEvents,
    WebhookEvent,
    signature,
)
from callr_sms_contract.oracle.request_rules import REQUEST_RULES, RuleStatus
from callr_sms_contract.oracle.responses import INSPECTIONS, Exchange, Inspector, Violation
from callr_sms_contract.oracle.sms import Sms
from callr_sms_contract.oracle.verdict import BAD_REQUEST, NOT_FOUND, OK, UNAUTHORIZED, Judge, Verdict

__all__ = [
    "ALGORITHMS",
    "BAD_REQUEST",
    "EVENT_RULES",
    "FIRST_MOMENT",
    "INSPECTIONS",
    "LAST_MOMENT",
    "NOT_FOUND",
    "OK",
    "REQUEST_RULES",
    "UNAUTHORIZED",
    "Account",
    "Exchange",
    "Inspector",
    "Judge",
    "ReceivedPush",
    "RuleStatus",
    "Shown",
    "Sms",
    "SmsEvents",
    "Verdict",
    "Violation",
    "WebhookEvent",
    "Window",
    "signature",
]
