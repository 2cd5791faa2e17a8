"""The program under test: started with its own environment, and ended with everything that it started."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

_PROCESSES: Final = Path("/proc")
_POLL_SECONDS: Final = 0.05
_TERM_SECONDS: Final = 2
_MARK: Final = "CALLR_PASSWORD"
"""The variable whose value no other process has."""


class ProgramError(RuntimeError):
    """The program cannot be started."""


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    code: int | None
    """Its exit code, or the negative number of a signal; None when it did not end in time."""
    left_processes: bool = False
    """Whether processes that it had started were still running at the end of the time, and were ended."""

    @property
    def words(self) -> str:
        """Return the end in words."""
        if self.code is None:
            return "time limit"
        if self.code >= 0:
            return f"exit {self.code}"
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"


def run(
    command: list[str], settings: Mapping[str, str], seconds: float, stop: Event, *, shows_output: bool
) -> Ended:
    """Run a program until it and all that it started have ended; at most so many seconds, or until `stop`.

    Its output is discarded as it comes, unless it is to be shown. Raises ProgramError.
    """
    process = _start(command, settings, shows_output=shows_output)
    end = time.monotonic() + seconds
    code: int | None = None
    left = True
    try:
        while (code := process.poll()) is None and time.monotonic() < end and not stop.is_set():
            time.sleep(_POLL_SECONDS / 5)
        while (left := _is_left(process, settings)) and time.monotonic() < end and not stop.is_set():
            time.sleep(_POLL_SECONDS)
    finally:
        if code is None or left:
            _end(process, settings)
    return Ended(code, left and code is not None)


def _start(
    command: list[str], settings: Mapping[str, str], *, shows_output: bool
) -> "subprocess.Popen[bytes]":
    output = 2 if shows_output else subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - the program that the user wants tested
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **settings},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProgramError(
            f"COMMAND: {command[0]!r} cannot be started ({reason}); expected a program and its arguments "
            "after --, such as `-- python send.py`; for a line of the shell: `-- sh -c 'LINE'`"
        ) from None


def _is_left(process: "subprocess.Popen[bytes]", settings: Mapping[str, str]) -> bool:
    if _PROCESSES.is_dir():
        return next(_marked(settings), None) is not None
    try:
        os.killpg(process.pid, 0)
    except OSError:
        return False
    return True


def _marked(settings: Mapping[str, str]) -> Iterator[int]:
    """Return the processes that have the password of this run in their environment, on Linux.

    A daemon has left the process group, but not its environment.
    """
    mark = f"{_MARK}={settings[_MARK]}".encode()
    for name in filter(str.isdecimal, os.listdir(_PROCESSES)):  # noqa: PTH208 - names, and it runs at each break
        environment = _environment(name)
        # Most have no mark at all, and need not be split.
        if mark in environment and mark in environment.split(b"\0"):
            yield int(name)


def _environment(process: str) -> bytes:
    with suppress(OSError), (_PROCESSES / process / "environ").open("rb", buffering=0) as file:
        return file.read()
    return b""


def _end(process: "subprocess.Popen[bytes]", settings: Mapping[str, str]) -> None:
    """End the program and what it started: first they are asked to, as Ctrl-C and CI do."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None and not _is_left(process, settings):
            return
        with suppress(OSError):
            os.killpg(process.pid, number)
        for each in _marked(settings) if _PROCESSES.is_dir() else ():
            with suppress(OSError):
                os.kill(each, number)
        end = time.monotonic() + _TERM_SECONDS
        while time.monotonic() < end and (process.poll() is None or _is_left(process, settings)):
            time.sleep(_POLL_SECONDS)
