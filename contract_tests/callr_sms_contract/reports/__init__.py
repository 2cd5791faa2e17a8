"""Reports: terminal, Markdown, HTML, JUnit and JSON."""

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.files import Output, OutputError, write
from callr_sms_contract.reports.review import annotations
from callr_sms_contract.reports.terminal import conclusion, cure_of, lack_of, plural, summary

__all__ = [
    "Output",
    "OutputError",
    "annotations",
    "conclusion",
    "cure_of",
    "lack_of",
    "plural",
    "summary",
    "visible",
    "write",
]
