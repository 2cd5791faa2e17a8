"""The command `client`: how often a user's own program sends what it means to send once."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from types import FrameType
from typing import Annotated, Final

import typer

from callr_sms_contract.cli.options import Json, Junit
from callr_sms_contract.client_check import ClientCheck, Plan, Trial, header, row, write_reports
from callr_sms_contract.reports import OutputError

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedRunError(BaseException):
    """A signal ends the run."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.reason = f"interrupted by {signal.Signals(number).name}"


def client(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    command: Annotated[
        list[str] | None,
        typer.Argument(help="The program to test and its arguments, after --.", metavar="COMMAND"),
    ] = None,
    time_limit: Annotated[float, typer.Option(help="How many seconds a run of the program may take.")] = 60,
    jobs: Annotated[
        int, typer.Option(help="How many runs to make at once; the program must allow that.")
    ] = 1,
    only: Annotated[list[str] | None, typer.Option(help="Try only this break; may be repeated.")] = None,
    show_output: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--show-output", help="Show what the program prints, on standard error.")
    ] = False,
    junit: Junit = "",
    json: Json = "",
) -> None:
    """Test whether a program of yours sends an SMS twice or loses it.

    The program may be in any language. It is run once for each kind of break, against an emulator that is
    started for it. It must send one SMS to the URL in CALLR_BASE_URL with the credentials in CALLR_LOGIN
    and CALLR_PASSWORD, and end: with 0 when the SMS was sent, otherwise with another code. Exit codes: 0,
    it never sent twice and lost nothing without an error; 1, it did; 2, that could not be found out.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    check = ClientCheck(Plan(command or [], time_limit, jobs, tuple(only or ()), show_output))
    with _signals_raise() as run:
        try:
            run.has_begun = True
            _echo(header())
            with ExitStack() as takedown:
                findings = check.execute(takedown, _print)
            run.is_over = True
        except InterruptedRunError as error:
            findings = check.findings(error.reason)
        except Exception as error:
            run.is_over = True
            write_reports(check.findings(str(error)), json, junit)
            raise
        _echo(f"\n{findings.conclusion}")
        write_reports(findings, json, junit)
    if findings.cure or findings.stopped:
        typer.echo(f"callr-sms-contract: {findings.cure or 'interrupted'}", err=True)
    raise typer.Exit(findings.exit_code)


def _print(trial: Trial) -> None:
    _echo(row(trial))


def _echo(line: str) -> None:
    """Print a line; raises OutputError when nobody reads it, for whom 1 would be the exit code of a fault."""
    try:
        typer.echo(line)
    except BrokenPipeError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)  # else Python tries to write the line again when it ends
        os.close(nothing)
        raise OutputError(
            "standard output was closed before the end; expected one that stays open, or --json FILE"
        ) from None


@dataclass
class _Progress:
    has_begun: bool = False
    is_over: bool = False


@contextmanager
def _signals_raise() -> Iterator[_Progress]:
    """Make the first signal raise an exception, so that programs end and reports are written.

    When the run is over, signals wait until its reports are written.
    """
    run = _Progress()

    def end(number: int, frame: FrameType | None) -> None:
        if run.is_over:
            return
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if run.has_begun:
            raise InterruptedRunError(number)
        earlier = before[signal.Signals(number)]
        if callable(earlier):
            earlier(number, frame)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for each in _SIGNALS:
        signal.signal(each, end)
    try:
        yield run
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
