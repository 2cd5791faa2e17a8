"""Reports: terminal, Markdown, HTML, JUnit and JSON."""

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.files import Output, OutputError, write
from callr_sms_contract.reports.review import annotations
from callr_sms_contract.reports.terminal import LIMITS, conclusion, lack_of, plural, summary

__all__ = [
    "LIMITS",
    "Output",
    "OutputError",
    "annotations",
    "conclusion",
    "lack_of",
    "plural",
    "summary",
    "visible",
    "write",
]
