"""The command line as a process, and a terminal for it to stand on."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.preloaded import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIMIT = 120.0
"""Seconds: a process that takes longer hangs."""

COMMAND = [sys.executable, "-c", "from callr_sms_client._cli import main; main()"]
"""The command as people start it. Elsewhere `forked` does, which takes a fifth of the time."""

_ON_TERMINAL = [
    sys.executable,
    "-c",
    # As a shell does it: without a terminal of its own there is no Ctrl-C, and no /dev/tty to ask on.
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); " + COMMAND[-1],
]


def forked() -> tuple[str, ...]:
    """Return what calls the command in a process whose imports are done."""
    return command(
        "callr_sms_client._cli:main", "callr_sms_client._cli.run", "callr_sms_client._transport.default"
    )


def environment(**settings: str) -> dict[str, str]:
    """The environment of a command: nothing of CALLR but what is given."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("CALLR_")}
    return clean | {"PYTHONIOENCODING": "utf-8"} | settings


def run(*arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal, to its end."""
    return subprocess.run(  # noqa: S603 - our own command
        [*forked(), *arguments],
        input=given,
        env=environment(**settings),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )


@dataclass
class Terminal:
    """A terminal with a command on it; `shown` is all that the command wrote to it."""

    process: subprocess.Popen[bytes]
    keyboard: int
    shown: str = ""

    def wait_for(self, text: str) -> None:
        """Read until the command has written a text."""
        deadline = time.monotonic() + LIMIT
        while text not in self.shown:
            assert self._read(deadline - time.monotonic()), f"the command ended: {self.shown}"

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.keyboard, keys.encode())

    def end(self) -> int:
        """Read to the end; returns the exit code."""
        deadline = time.monotonic() + LIMIT
        while self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(LIMIT)

    def screen(self) -> list[str]:
        """The lines that remain to be seen: a carriage return begins a line anew."""
        lines = self.shown.replace("\r\n", "\n").split("\n")
        return [line.rpartition("\r")[2].replace("\x1b[K", "") for line in lines]

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.keyboard], [], [], max(seconds, 0))
        assert ready, f"the command hangs: {self.shown}"
        try:
            piece = os.read(self.keyboard, 65536)
        except OSError:  # Linux, when nobody has the terminal open any more
            piece = b""
        self.shown += piece.decode()
        return bool(piece)


@contextmanager
def on_terminal(
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    columns: int = 80,
    stdout: int | None = None,
    fork: bool = True,
) -> Iterator[Terminal]:
    """A command on a terminal of so many columns; its stdout may go elsewhere. By `fork`, or by Python."""
    keyboard, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {
        key: value
        for key, value in environment(**(settings or {})).items()
        if key not in {"COLUMNS", "LINES"}
    }
    with subprocess.Popen(  # noqa: S603 - our own command
        [*(forked() if fork else _ON_TERMINAL), *arguments],
        stdin=screen,
        stdout=screen if stdout is None else stdout,
        stderr=screen,
        env=clean,
        start_new_session=True,
    ) as process:
        os.close(screen)
        try:
            yield Terminal(process, keyboard)
        finally:
            process.kill()
            os.close(keyboard)
