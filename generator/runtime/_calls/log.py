"""What is logged: one line for each attempt, at DEBUG, with nothing in it that was sent.

The logger is named after the package. A line tells the operation, the method, the path as the contract
writes it, the status, the milliseconds, which attempt it was and what came of it.
"""

import logging

LOGGER = logging.getLogger(__name__.partition(".")[0])
LOGGER.addHandler(logging.NullHandler())

LINE = "%s: %s, %s in %.0f ms, attempt %d of %d: %s%s"
