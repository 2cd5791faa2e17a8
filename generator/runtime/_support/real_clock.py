"""The monotonic clock of the machine, also while a test has frozen the clocks of Python.

freezegun and the like replace `time.monotonic`, wherever a module has it. Networks do not stand still with
it: a deadline that such a clock measures never comes, and a call would wait for ever.
"""

import time

_REAL = (time.monotonic,)
"""In a tuple, where such tools do not look."""


def monotonic() -> float:
    """Return seconds since some moment."""
    return _REAL[0]()
