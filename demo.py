"""`make demo`: the main job from start to end, each step with what it gave and how long it took."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from callr_sms_client import Callr

START_LINE = "callr-sms-emulator: listening on "
LOGIN = PASSWORD = "emulator"  # noqa: S105 - the public default of the emulator
# A French mobile number that Arcep reserves for fiction.
RECIPIENT = "+33639981234"
TEXT = "Hello! Your parcel is on its way."
# Ten times as fast as the real network: about half a second from CREATED to RECEIVED.
SPEED = "10"
PATIENCE = 30.0

Seconds = float


class StepFailedError(Exception):
    """A step of the demo did not end well; the message says which and how."""


def main() -> None:
    """Run every step, print a summary, and fail when a step fails."""
    signal.signal(signal.SIGTERM, _stop)  # so that the emulator is stopped then, too
    typer.secho("CALLR SMS toolkit: the main job, start to end", bold=True)
    summary: list[tuple[str, Seconds]] = []
    try:
        _step(summary, "Lint the contract", lambda: _python("openapi.lint"))
        _step(summary, "Regenerate the client from it", lambda: _python("generator", "generate"))
        with emulator() as base_url:
            _step(summary, "Send an SMS with the client and read it back", lambda: _send_and_read(base_url))
            _step(summary, "Hold the emulator to the contract", lambda: _contract_tests(base_url))
    except StepFailedError as error:
        typer.secho(f"\nThe demo stopped: {error}", fg="red", err=True)
        raise SystemExit(1) from None
    _print(summary)


def _stop(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _step(summary: list[tuple[str, Seconds]], title: str, work: Callable[[], None]) -> None:
    typer.secho(f"\n{len(summary) + 1}. {title}", bold=True)
    start = time.perf_counter()
    work()
    summary.append((title, time.perf_counter() - start))


def _print(summary: list[tuple[str, Seconds]]) -> None:
    typer.secho("\nSummary", bold=True)
    for title, seconds in summary:
        typer.echo(f"  ok  {title:<46}{seconds:>6.1f} s")
    typer.echo("\nNext: `make emulator` serves the API until Ctrl-C; README.md shows the client.")


def _python(module: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=False)  # noqa: S603 - our own modules
    if done.returncode:
        raise StepFailedError(
            f"`python -m {' '.join([module, *arguments])}` gave exit code {done.returncode}"
        )


@contextmanager
def emulator() -> Iterator[str]:
    """Run an emulator in memory, on a free port; yield its base URL."""
    command = ("callr_sms_emulator", "serve", "--port", "0", "--database", ":memory:", "--speed", SPEED)
    with subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            yield _base_url(process)
        finally:
            process.terminate()


def _base_url(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        if line.startswith(START_LINE):
            return line.removeprefix(START_LINE).strip()
    raise StepFailedError(f"the emulator ended with exit code {process.wait()} before it listened")


def _send_and_read(base_url: str) -> None:
    from callr_sms_client import Callr, SmsOptions  # noqa: PLC0415 - the step before has just made it

    typer.echo(f"   an emulator listens on {base_url}")
    with Callr(LOGIN, PASSWORD, base_url=base_url) as callr:
        sms_hash = callr.sms.send(to=RECIPIENT, body=TEXT, options=SmsOptions(user_data="demo"))
        typer.echo(f'   callr.sms.send(to="{RECIPIENT}", body="{TEXT}") gave {sms_hash}')
        _wait_until_received(callr, sms_hash)
        sms = callr.sms.get(sms_hash)
    typer.echo(
        f"   created {sms.date_creation}, {sms.encoding}, {sms.parts} part, {sms.b_customer_debit} cents"
    )
    typer.echo("   " + " → ".join(["CREATED", *(change.new_status for change in sms.status_history)]))


def _wait_until_received(callr: Callr, sms_hash: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while callr.sms.get(sms_hash).status != "RECEIVED":
        if time.monotonic() > deadline:
            raise StepFailedError(f"the SMS was not received within {PATIENCE:.0f} s")
        time.sleep(0.05)


def _contract_tests(base_url: str) -> None:
    """Run the quick profile; show how it goes and what came out, and the tables only when it failed."""
    arguments = ("callr_sms_contract", "--profile", "quick", "--base-url", base_url)
    environment = {**os.environ, "CALLR_LOGIN": LOGIN, "CALLR_PASSWORD": PASSWORD}
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", *arguments], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        tables = list(_shown_until_blank(process.stdout or ()))
    if process.returncode:
        typer.echo("\n".join(tables))
        raise StepFailedError(f"the contract tests gave exit code {process.returncode}")
    typer.echo(f"   {tables[-1]}")
    typer.echo("   `make contract` shows every check and rule with its count")


def _shown_until_blank(lines: Iterable[str]) -> Iterator[str]:
    """Print the lines before the first blank one; return the rest."""
    shown = True
    for line in map(str.rstrip, lines):
        shown = shown and bool(line)
        if shown:
            typer.echo(f"   {line}")
        else:
            yield line


if __name__ == "__main__":
    main()
