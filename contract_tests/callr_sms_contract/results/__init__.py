"""What a run found: its tally, its record, coverage, drift, and scripts that repeat a failure."""

from callr_sms_contract.results.coverage import Coverage
from callr_sms_contract.results.drift import Observer
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
    "Checked",
    "Circumstances",
    "Coverage",
    "Drift",
    "Fault",
    "Observer",
    "Record",
    "RecordError",
    "Requests",
    "Tally",
    "added_up",
    "merged",
    "printed",
    "read_record",
    "record_of",
    "written",
]
