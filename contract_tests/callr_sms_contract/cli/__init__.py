"""The command line."""

import atexit
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """Run the command line and exit; a signal outside of a run ends it with one line."""
    before = {number: signal.signal(number, _end) for number in _SIGNALS}
    atexit.register(_ignore)
    try:
        # Takes a second, in which a signal would end in a traceback.
        from callr_sms_contract.cli import commands  # noqa: PLC0415 - as the comment says

        commands.main()
    finally:  # a program that calls this may go on
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _ignore() -> None:
    """Ignore signals while Python ends: their default actions would change the exit code."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _end(_number: int, _frame: FrameType | None) -> None:
    with suppress(Exception):  # the interrupted code may be writing to it
        sys.stdout.flush()
    with suppress(OSError):
        os.write(2, b"callr-sms-contract: interrupted\n")
    os._exit(2)
