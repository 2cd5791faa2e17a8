"""The results of a run: its tally and record, coverage, drift, and scripts that reproduce failures."""

from callr_sms_contract.results.baseline import BaselineError, read_baseline, to_yaml, updated, with_baseline
from callr_sms_contract.results.coverage import Coverage
from callr_sms_contract.results.drift import DriftObserver
from callr_sms_contract.results.faults import Cause, Fault, causes_of
from callr_sms_contract.results.merging import merged, summed
from callr_sms_contract.results.privacy import HIDDEN
from callr_sms_contract.results.record import (
    COMPLETE,
    CUT,
    STARVED,
    CheckCount,
    Drift,
    KnownFault,
    PhaseCount,
    Record,
    RecordError,
    RequestCount,
    ResponseCount,
    read_record,
    to_json,
)
from callr_sms_contract.results.record_builder import RunDetails, record_of
from callr_sms_contract.results.repro_script import printf_commands
from callr_sms_contract.results.tally import Tally

__all__ = [
    "COMPLETE",
    "CUT",
    "HIDDEN",
    "STARVED",
    "BaselineError",
    "Cause",
    "CheckCount",
    "Coverage",
    "Drift",
    "DriftObserver",
    "Fault",
    "KnownFault",
    "PhaseCount",
    "Record",
    "RecordError",
    "RequestCount",
    "ResponseCount",
    "RunDetails",
    "Tally",
    "causes_of",
    "merged",
    "printf_commands",
    "read_baseline",
    "read_record",
    "record_of",
    "summed",
    "to_json",
    "to_yaml",
    "updated",
    "with_baseline",
]
