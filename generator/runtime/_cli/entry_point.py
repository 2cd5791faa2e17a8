"""The entry point of the command line."""

import os
import sys
from typing import NoReturn

_INTERRUPTED = 130
_NOT_INSTALLED = 2


def main() -> NoReturn:
    """Run the command in `sys.argv` and exit with its exit code."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


def _run() -> int:
    try:
        from .run import run  # noqa: PLC0415 - typer may not be installed
    except ModuleNotFoundError as caught:
        if (caught.name or "").partition(".")[0] != "typer":
            raise
        sys.stderr.write('callr-sms: typer is not installed; run pip install "callr-sms-client[cli]"\n')
        return _NOT_INSTALLED
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Otherwise Python reports the unwritten output once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
