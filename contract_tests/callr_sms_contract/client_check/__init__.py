"""Tests of a user's own program that sends: is an SMS ever sent twice, or lost without an error?"""

from callr_sms_contract.client_check.breaks import BREAKS
from callr_sms_contract.client_check.check import CheckError, ClientCheck, Plan
from callr_sms_contract.client_check.findings import Findings, Trial
from callr_sms_contract.client_check.program import ProgramError
from callr_sms_contract.client_check.reports import header, row, write_reports

__all__ = [
    "BREAKS",
    "CheckError",
    "ClientCheck",
    "Findings",
    "Plan",
    "ProgramError",
    "Trial",
    "header",
    "row",
    "write_reports",
]
