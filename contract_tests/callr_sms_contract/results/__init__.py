"""What a run found: its tally, its record, coverage, drift, and scripts that repeat a failure."""

from callr_sms_contract.results.coverage import Coverage
from callr_sms_contract.results.drift import Observer
from callr_sms_contract.results.events import (
    BetweenRequests,
    CheckFinished,
    ErrorOccurred,
    Event,
    EventStream,
    ExchangeRecorded,
    FailureFound,
    LinkFollowed,
    MoneySpent,
    NoteTaken,
    PhaseCutShort,
    PhaseFinished,
    PhaseSkipped,
    PhaseStarted,
    PushRecorded,
    RequestMade,
    RuleJudged,
)
from callr_sms_contract.results.failure import Failure, failure_of
from callr_sms_contract.results.privacy import HIDDEN
from callr_sms_contract.results.record import (
    Answers,
    Checked,
    Drift,
    Fault,
    Record,
    RecordError,
    Requests,
    added_up,
    merged,
    read_record,
    written,
)
from callr_sms_contract.results.record_builder import Circumstances, record_of
from callr_sms_contract.results.repro_script import printed
from callr_sms_contract.results.tally import Tally

__all__ = [
    "HIDDEN",
    "Answers",
    "BetweenRequests",
    "CheckFinished",
    "Checked",
    "Circumstances",
    "Coverage",
    "Drift",
    "ErrorOccurred",
    "Event",
    "EventStream",
    "ExchangeRecorded",
    "Failure",
    "FailureFound",
    "Fault",
    "LinkFollowed",
    "MoneySpent",
    "NoteTaken",
    "Observer",
    "PhaseCutShort",
    "PhaseFinished",
    "PhaseSkipped",
    "PhaseStarted",
    "PushRecorded",
    "Record",
    "RecordError",
    "RequestMade",
    "Requests",
    "RuleJudged",
    "Tally",
    "added_up",
    "failure_of",
    "merged",
    "printed",
    "read_record",
    "record_of",
    "written",
]
