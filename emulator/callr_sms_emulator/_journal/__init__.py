"""The journal: what each account asked of the vendor's API and what it was answered, in memory and bounded.

The recorder in `_engine` is all that a request costs: one tuple. This is imported by who looks: `reading`
makes sense of a tuple, `redaction` leaves secrets out, `suggestions` says what would have been right, and
`criteria` compares.
"""

from callr_sms_emulator._journal.criteria import Wanted
from callr_sms_emulator._journal.reading import OPERATIONS, Reading
from callr_sms_emulator._journal.verification import Bounds, Verdict, judge
from callr_sms_emulator._journal.view import ShownRequest, show_request

__all__ = [
    "OPERATIONS",
    "Bounds",
    "Reading",
    "ShownRequest",
    "Verdict",
    "Wanted",
    "judge",
    "show_request",
]
