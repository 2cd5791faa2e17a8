"""The command line."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """Run the command line and exit; a signal outside of a run ends it with one line."""
    for number in _SIGNALS:
        signal.signal(number, _end)
    try:
        # Takes a second, in which a signal would end in a traceback.
        from callr_sms_contract.cli import commands  # noqa: PLC0415 - as the comment says

        commands.main()
    finally:  # the end of Python would restore the default, and change the exit code
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _end(_number: int, _frame: FrameType | None) -> None:
    with suppress(Exception):  # the interrupted code may be writing to it
        sys.stdout.flush()
    with suppress(OSError):
        os.write(2, b"callr-sms-contract: interrupted\n")
    os._exit(2)
