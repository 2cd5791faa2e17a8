"""Logging: one line for each attempt, at DEBUG, without anything that was sent.

The logger is named after the package. A line holds the operation, the method, the path as in the contract,
the status, the milliseconds, the number of the attempt and its result.
"""

import logging

LOGGER = logging.getLogger(__name__.partition(".")[0])
LOGGER.addHandler(logging.NullHandler())

LINE = "%s: %s, %s in %.0f ms, attempt %d of %d: %s%s"
