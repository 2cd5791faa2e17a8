"""Where the command line begins."""

import os
import sys
from typing import NoReturn

_INTERRUPTED = 130
_NOT_INSTALLED = 2


def main() -> NoReturn:
    """Run the command that the arguments of the process name, and end with its exit code."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


def _run() -> int:
    try:
        from .run import run  # noqa: PLC0415 - typer may not be there
    except ModuleNotFoundError as caught:
        if (caught.name or "").partition(".")[0] != "typer":
            raise
        sys.stderr.write('callr-sms: typer is missing; pip install "callr-sms-client[cli]" brings it\n')
        return _NOT_INSTALLED
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left to write would be complained about once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
