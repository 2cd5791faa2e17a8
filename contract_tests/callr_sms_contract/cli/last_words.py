"""The end of a run by a signal: the reports are written, and what was started is stopped."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Final

import typer

from callr_sms_contract.reports import Output, OutputError, summary, visible, write
from callr_sms_contract.results import Record

COULD_NOT_RUN: Final = 2
_TRIES: Final = 3
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class LastWords:
    """What is reported when a signal ends the run."""

    output: Output
    base_url: str = ""
    record: Callable[[str], Record] | None = None
    """Returns what was found until now, for the reason of its end in words; None once it was reported."""
    end: Callable[[int], object] = lambda _: None
    """Ends the process."""
    _is_held: bool = False
    _waiting: int | None = None

    def report(self, reason: str) -> Record | None:
        """Write the reports; one that cannot be written is named and left out."""
        if self.record is None:
            return None
        record = self._found(self.record, reason)
        try:
            write(record, self.output)
        except OutputError as error:
            give_up(str(error))
        return record

    def write(self, number: int) -> None:
        """Write the reports, then the terminal's."""
        record = self.report(f"interrupted by {signal.Signals(number).name}")
        if record is None:
            return
        # The interrupted code may be in the middle of a write to sys.stdout, which allows no second one.
        with suppress(RuntimeError):
            sys.stdout.flush()
        with os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace") as terminal:
            terminal.write(f"\n{summary(record)}\n")

    def _found(self, record: Callable[[str], Record], reason: str) -> Record:
        for _ in range(_TRIES):
            # A thread of schemathesis may have been counting, or the run may not be whole yet.
            with suppress(Exception):
                return record(reason)
        return nothing_tried(self.base_url, reason)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let signals wait: a process that was just started has to be known before it can be stopped."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if self._waiting is not None:
                self.end(self._waiting)

    def wait(self, number: int) -> bool:
        """Return whether a signal has to wait; then it comes again."""
        if self._is_held:
            self._waiting = number
        return self._is_held


def nothing_tried(base_url: str, reason: str) -> Record:
    """Return the record of a run that ended before its first request."""
    return Record(
        base_url=base_url,
        contract="",
        profile="",
        seeds=(),
        shards=(),
        is_live=False,
        started=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=0.0,
        is_complete=False,
        stopped=reason,
    )


@contextmanager
def signals_end(takedown: ExitStack, output: Output, base_url: str = "") -> Iterator[LastWords]:
    """Make the signals that end a process write the reports, stop the emulator, and end the process at once.

    An exception instead could be caught by the libraries in between. The reports come first: who sends
    SIGTERM may send SIGKILL a few seconds later. They are also written when the block raises an error.
    """
    last_words = LastWords(output, base_url, partial(nothing_tried, base_url))

    def end(number: int, _frame: FrameType | None = None) -> None:
        if last_words.wait(number):
            return
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        with suppress(Exception):
            last_words.write(number)
        with suppress(Exception):
            takedown.close()
        code = give_up("interrupted")
        with suppress(Exception):
            sys.stderr.flush()
        os._exit(code)

    last_words.end = end
    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield last_words
    except (typer.Exit, OutputError):
        raise
    except Exception as error:
        # The text of an error of others may hold anything.
        is_ours = type(error).__module__.startswith(LastWords.__module__.partition(".")[0])
        last_words.report(str(error) if is_ours else type(error).__name__)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def give_up(reason: str) -> int:
    """Say in one line on standard error why the tests could not run; return the exit code for that."""
    typer.echo(f"callr-sms-contract: {visible(' '.join(reason.split()))}", err=True)
    return COULD_NOT_RUN
