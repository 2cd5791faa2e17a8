"""The entry point of the command line."""

import signal
import sys
from typing import NoReturn

from .streams import prepare_streams, release_output

_INTERRUPTED = 130
_NOT_INSTALLED = 2


def main() -> NoReturn:
    """Run the command in `sys.argv` and exit with its exit code."""
    prepare_streams()
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        # As Ctrl-C: whoever ends a send, such as `timeout`, has to know whether the SMS may have been sent.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    release_output()
    sys.exit(code)


def _run() -> int:
    try:
        from .run import run  # noqa: PLC0415 - typer may not be installed
    except ModuleNotFoundError as caught:
        if (caught.name or "").partition(".")[0] != "typer":
            raise
        sys.stderr.write('callr-sms: typer is not installed; run pip install "callr-sms-client[cli]"\n')
        return _NOT_INSTALLED
    except KeyboardInterrupt:
        sys.stderr.write("callr-sms: interrupted; nothing was sent\n")
        return _INTERRUPTED
    return run(sys.argv[1:])
