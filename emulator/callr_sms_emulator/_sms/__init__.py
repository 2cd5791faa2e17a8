"""SMS: encoding and parts, statuses and outcomes, webhooks, search."""

from callr_sms_emulator._sms.message import (
    Direction,
    Message,
    Progress,
    read_tail,
    write_head,
    write_tail,
)
from callr_sms_emulator._sms.one_time_code import find_code
from callr_sms_emulator._sms.pattern import Pattern, compile_pattern
from callr_sms_emulator._sms.records import (
    CREATED,
    INCOMING,
    STATUS_UPDATE,
    AdvanceResult,
    DueSms,
    Event,
    EventType,
    NewSms,
    Notification,
    SmsRow,
    SmsScan,
    SmsUpdate,
    StoredSms,
    UpdateSms,
)
from callr_sms_emulator._sms.scenarios import (
    ANSWERS,
    ENDINGS,
    NOT_ALLOWED,
    PATHS,
    RANGES,
    STATUS_ERRORS,
    find_outcome,
    refuse,
)
from callr_sms_emulator._sms.search import Criteria, SearchableSms, read_searchable
from callr_sms_emulator._sms.segments import MAX_PARTS, Encoding, Segments, measure
from callr_sms_emulator._sms.status_flow import StatusFlow
from callr_sms_emulator._sms.timings import Timings
from callr_sms_emulator._sms.webhook_target import (
    Target,
    read_receiver,
    read_target,
    show_endpoint,
)

__all__ = [
    "ANSWERS",
    "CREATED",
    "ENDINGS",
    "INCOMING",
    "MAX_PARTS",
    "NOT_ALLOWED",
    "PATHS",
    "RANGES",
    "STATUS_ERRORS",
    "STATUS_UPDATE",
    "AdvanceResult",
    "Criteria",
    "Direction",
    "DueSms",
    "Encoding",
    "Event",
    "EventType",
    "Message",
    "NewSms",
    "Notification",
    "Pattern",
    "Progress",
    "SearchableSms",
    "Segments",
    "SmsRow",
    "SmsScan",
    "SmsUpdate",
    "StatusFlow",
    "StoredSms",
    "Target",
    "Timings",
    "UpdateSms",
    "compile_pattern",
    "find_code",
    "find_outcome",
    "measure",
    "read_receiver",
    "read_searchable",
    "read_tail",
    "read_target",
    "refuse",
    "show_endpoint",
    "write_head",
    "write_tail",
]
