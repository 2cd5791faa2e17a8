"""The journal: the requests of each account to the vendor's API and their responses, in memory and bounded.

A request costs one tuple, written by the recorder in `_engine`. These modules run when the journal is read:
`reading` parses a tuple, `redaction` removes secrets, `suggestions` proposes corrections, and `criteria`
filters.
"""

from callr_sms_emulator._control.journal.criteria import RequestCriteria
from callr_sms_emulator._control.journal.reading import ParsedRequest
from callr_sms_emulator._control.journal.verification import Bounds, Verdict, verify
from callr_sms_emulator._control.journal.view import ShownFor, ShownRequest, show_request

__all__ = [
    "Bounds",
    "ParsedRequest",
    "RequestCriteria",
    "ShownFor",
    "ShownRequest",
    "Verdict",
    "show_request",
    "verify",
]
