"""The oracle: what the right answer is, by the contract's rules and a model of the account."""

from callr_sms_contract.oracle.account import FIRST_MOMENT, LAST_MOMENT, Account
from callr_sms_contract.oracle.answers import INSPECTIONS, Complaint, Exchange, Inspector
from callr_sms_contract.oracle.event_rules import ALGORITHMS, EVENT_RULES, Course, Event, Seen, signature
from callr_sms_contract.oracle.request_rules import JUDGED, Standing
from callr_sms_contract.oracle.sms import Sms
from callr_sms_contract.oracle.verdict import BAD_REQUEST, OK, UNAUTHORIZED, Judge

__all__ = [
    "ALGORITHMS",
    "BAD_REQUEST",
    "EVENT_RULES",
    "FIRST_MOMENT",
    "INSPECTIONS",
    "JUDGED",
    "LAST_MOMENT",
    "OK",
    "UNAUTHORIZED",
    "Account",
    "Complaint",
    "Course",
    "Event",
    "Exchange",
    "Inspector",
    "Judge",
    "Seen",
    "Sms",
    "Standing",
    "signature",
]
