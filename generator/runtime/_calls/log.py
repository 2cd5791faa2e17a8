"""Logging: one line for each attempt, without anything that was sent.

The logger is named after the package. A line holds the operation, the method, the path as in the contract,
the status, the milliseconds, the number of the attempt and its result. It is at INFO for an attempt that
failed, and at DEBUG for one that did not.
"""

import logging
import warnings

from .signal_handlers import is_from_handler

LOGGER = logging.getLogger(__name__.partition(".")[0])
LOGGER.addHandler(logging.NullHandler())

LINE = "%s: %s, %s in %.0f ms, attempt %d of %d: %s%s"

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO}
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def write(level: int, line: str, *details: object) -> None:
    """Write a line. As with hooks, a broken handler of the log changes no call.

    A program whose send seems to have failed would repeat it.
    """
    try:
        LOGGER.log(level, line, *details, stacklevel=2)
    except Exception as caught:
        if is_from_handler(caught):
            raise


def show_log(variable: str, level: str) -> None:
    """Show the log at a level: on stderr, if the program has not set up logging. The last call counts.

    Args:
        variable: The variable of the environment that asks for it.
        level: `debug` or `info`; a warning is issued for another one.
    """
    known = _LEVELS.get(level.strip().lower())
    if known is None:
        # Not an error: the variable of another program must not stop this one.
        warnings.warn(f"{variable}: expected debug or info, got {level!r}; nothing is shown", stacklevel=4)
        return
    LOGGER.setLevel(known)
    if not logging.getLogger().handlers and all(type(one) is logging.NullHandler for one in LOGGER.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(_FORMAT))
        LOGGER.addHandler(handler)
