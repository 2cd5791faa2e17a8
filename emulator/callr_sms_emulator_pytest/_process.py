"""Runs the emulator as a process, in memory, on a free port."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from callr_sms_emulator_pytest._errors import CallrEmulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

# `-P`: a module in the working directory must not shadow one of the emulator's.
_COMMAND = (sys.executable, "-P", "-m", "callr_sms_emulator", "serve", "--any-account")
# A run that is killed cannot stop the emulator.
_END = "--exit-on-stdin-close"
_PLACE = ("--host", "127.0.0.1", "--port", "0", "--database", ":memory:")
_FIRST_LINE = "callr-sms-emulator: listening on "
_START_SECONDS = 120
_STOP_SECONDS = 30


@contextmanager
def running(flags: Sequence[str] = ()) -> Iterator[str]:
    """Run the emulator for the duration of the block; return the URL of the API.

    Raises:
        CallrEmulatorError: It did not start; the message has its output.
    """
    # The log goes to a file, because the standard error of a test belongs to the test.
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(  # noqa: S603 - the emulator with the flags of the fixture
            [*_COMMAND, *_PLACE, _END, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_environment(),
        ) as process,
    ):
        try:
            yield _read_url(process, log)
        finally:
            _stop(process)


def _environment() -> dict[str, str]:
    """Return the environment without settings of the emulator, which are not meant for tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CALLR_")}


def _read_url(process: subprocess.Popen[str], log: IO[bytes]) -> str:
    watch = Timer(_START_SECONDS, process.kill)
    watch.start()
    try:
        line = "" if process.stdout is None else process.stdout.readline()
    finally:
        watch.cancel()
    if line.startswith(_FIRST_LINE):
        return line.removeprefix(_FIRST_LINE).strip()
    process.kill()
    code = process.wait()
    log.seek(0)
    said = log.read().decode(errors="replace").strip()
    raise CallrEmulatorError(f"the emulator did not start, exit code {code}: {said or line.strip()}")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
