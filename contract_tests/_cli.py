"""The command line: `python -m contract_tests`."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from random import SystemRandom
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer
from schemathesis.engine import events

from contract_tests._contract import Contract
from contract_tests._directed import CredentialsError
from contract_tests._emulator import ACCOUNT, EmulatorError, start_emulator
from contract_tests._report import summary
from contract_tests._run import Outcome, UnreachableError, run_suite
from contract_tests._settings import PHASES, PROFILES, SettingError, Settings
from contract_tests._tally import Tally

HOLDS: Final = 0
BROKEN: Final = 1
COULD_NOT_RUN: Final = 2

_SEEDS: Final = 2**31
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


_REASONS: Final = (
    typer.TyperException,
    SettingError,
    UnreachableError,
    CredentialsError,
    EmulatorError,
    OSError,
)
"""What keeps a run from being one, said in a line."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def contract_tests(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    base_url: Annotated[
        str,
        typer.Option(
            envvar="CONTRACT_BASE_URL",
            help="The server to test, with the path of the API. None: an emulator is started.",
        ),
    ] = "",
    shortcodes: Annotated[
        str,
        typer.Option(
            envvar="CONTRACT_SHORTCODES", help="The account's dedicated shortcodes, separated by commas."
        ),
    ] = "",
    profile: Annotated[
        str,
        typer.Option(envvar="CONTRACT_PROFILE", help="How much is tried: quick takes seconds, full minutes."),
    ] = "quick",
    seed: Annotated[
        str, typer.Option(help="The seed that another run printed, to replay it.", show_default="a new one")
    ] = "",
    phase: Annotated[list[str] | None, typer.Option(help=f"Only these phases: {', '.join(PHASES)}.")] = None,
    operation: Annotated[
        list[str] | None, typer.Option(help="Only these operations, by operationId.")
    ] = None,
    fail_fast: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--fail-fast", help="End at the first failure.")
    ] = False,
) -> None:
    """Hold a server of the CALLR SMS REST API to the contract.

    The account's credentials are read from CALLR_LOGIN and CALLR_PASSWORD. Against anything but loopback
    nothing is sent: only the list and the read are called. Exit code 0: the contract holds; 1: it is broken;
    2: could not run.
    """
    known = tuple(each.id for each in Contract.load().operations)
    codes = frozenset(code.strip() for code in shortcodes.split(",") if code.strip())

    def settings(url: str, login: str, password: str) -> Settings:
        return Settings(
            url,
            login,
            password,
            shortcodes=codes,
            profile=PROFILES[_among("--profile", [profile], tuple(PROFILES))[0]],
            seed=_seed(seed),
            phases=_among("--phase", phase or [], PHASES) or PHASES,
            operations=_among("--operation", operation or [], known),
            fail_fast=fail_fast,
        )

    with ExitStack() as takedown, _signals_end(takedown):
        raise typer.Exit(_start(base_url, codes, settings, takedown))


def _start(
    base_url: str,
    shortcodes: frozenset[str],
    settings: Callable[[str, str, str], Settings],
    takedown: ExitStack,
) -> int:
    if base_url:
        account = os.environ.get("CALLR_LOGIN", ""), os.environ.get("CALLR_PASSWORD", "")
        return _run(settings(base_url, *account), takedown)
    settings("http://127.0.0.1", *ACCOUNT)  # what is wrong is said before a process is started
    return _run(settings(start_emulator(takedown, shortcodes), *ACCOUNT), takedown)


def _among(option: str, given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for value in given:
        if value not in known:
            raise SettingError(f"{option}: {value!r} is unknown; expected one of {', '.join(known)}")
    return tuple(given)


def _seed(given: str) -> int:
    if not given:
        return SystemRandom().randrange(_SEEDS)
    if not (given.isascii() and given.isdigit()):
        raise SettingError(f"--seed: {given!r} is no seed; expected a whole number, 0 or more")
    return int(given)


def _run(settings: Settings, takedown: ExitStack) -> int:
    contract = Contract.load()
    typer.echo(f"contract tests of {settings.base_url}, seed {settings.seed}")
    started = time.monotonic()
    outcome = run_suite(settings, contract, takedown=takedown, on_event=_progress)
    typer.echo()
    typer.echo(summary(outcome, settings, contract, time.monotonic() - started))
    return _exit_code(outcome)


def _exit_code(outcome: Outcome) -> int:
    if outcome.tally.failures:
        return BROKEN
    return COULD_NOT_RUN if outcome.tally.errors else HOLDS


def _progress(event: object, tally: Tally) -> None:
    if (
        isinstance(event, events.PhaseFinished)
        and event.phase.name.value in PHASES
        and event.phase.is_enabled
    ):
        count = sum(found for (_, phase), found in tally.requests.items() if phase == event.phase.name.value)
        causes = len(tally.failures)
        typer.echo(f"{event.phase.name.value}: {count} requests, {causes or 'no'} failures so far")


@contextmanager
def _signals_end(takedown: ExitStack) -> Iterator[None]:
    """Let the signals that ask a process to end take everything down and end it at once.

    Raising instead would leave it to the libraries in between whether, and when, the run ends.
    """

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        with suppress(Exception):
            takedown.close()
        code = _give_up("interrupted")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> NoReturn:
    """Run the command line and exit; what is wrong with its arguments is said in one line."""
    try:
        code = app(standalone_mode=False)
    except _REASONS as error:
        code = _give_up(str(error))
    except (KeyboardInterrupt, typer.Abort):  # before or after the run
        code = _give_up("interrupted")
    sys.exit(code)


def _give_up(reason: str) -> int:
    typer.echo(f"contract_tests: {' '.join(reason.split())}", err=True)
    return COULD_NOT_RUN
