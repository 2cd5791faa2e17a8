"""The emulator as a child process: started when no server is named, and always stopped again."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from pathlib import Path
from typing import Final

LISTENING: Final = "callr-sms-emulator: listening on "
ACCOUNT: Final = ("emulator", "emulator")
"""The login and the password of the emulator's default account."""
SHORTCODES: Final = frozenset({"36111"})
"""The shortcodes of that account unless others are given."""
_STOP_SECONDS: Final = 5
SPEED: Final = 50
"""SMS must reach their final status within a run, so that all their dates and histories are judged."""


class EmulatorError(RuntimeError):
    """The emulator did not start."""


def start_emulator(
    takedown: ExitStack,
    shortcodes: Iterable[str] = (),
    speed: float = SPEED,
    options: Iterable[str] = (),
    *,
    held: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> str:
    """Start an emulator on a free port with its data in memory, and return its base URL.

    SMS live `speed` times as fast. `takedown` stops the emulator when it is closed. Signals wait in `held`.
    Raises EmulatorError.
    """
    with held():
        process = _start([*_command(shortcodes, speed), *options])
        takedown.callback(stop, process)
    return _base_url(process)


def _start(command: list[str]) -> "subprocess.Popen[str]":
    # The developer's own settings must not change what is tested; Ctrl-C must not reach it before the report.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CALLR_")}
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            command,
            # It closes with this process, also with one that is killed, and the emulator ends.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean,
            start_new_session=True,
        )
    except OSError as error:
        raise EmulatorError(
            f"the emulator {command[0]!r} cannot be started ({error.strerror}); "
            "expected it to be installed (pip install callr-sms-emulator, or --base-url for another server)"
        ) from None


def _command(shortcodes: Iterable[str], speed: float) -> list[str]:
    # The program next to this interpreter, so that no environment has to be activated.
    program = Path(sys.executable).with_name("callr-sms-emulator")
    options = [word for shortcode in sorted(shortcodes) for word in ("--shortcode", shortcode)]
    pace = ("--speed", f"{speed:g}")
    place = ("--port", "0", "--database", ":memory:")
    return [str(program), "serve", *place, "--exit-on-stdin-close", *pace, *options]


def _base_url(process: "subprocess.Popen[str]") -> str:
    if process.stdout is not None:
        for line in process.stdout:
            if line.startswith(LISTENING):
                return line.removeprefix(LISTENING).strip()
    raise EmulatorError(f"the emulator exited with code {process.wait()} before it was listening")


def stop(process: "subprocess.Popen[str]") -> None:
    """Terminate `process`; kill it if it does not end."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
