"""The command line: `python -m mutants`."""

import os
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from random import SystemRandom
from typing import Annotated, Final, NoReturn
from urllib.parse import urlsplit

import typer

from callr_sms_contract.settings import PHASES, PROFILES, SettingError, Settings, reaches_only_loopback
from mutants.kill_table import (
    PATH,
    TRUTH,
    Finding,
    Plan,
    Row,
    read_table,
    row_of,
    run_plain,
    run_trials,
    write_table,
)
from mutants.proxy import LyingProxy
from mutants.registry import MUTANTS

HOLDS: Final = 0
SURVIVORS: Final = 1
COULD_NOT_RUN: Final = 2
_SEEDS: Final = 2**31

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Wrong servers to prove a suite with.")


@app.command()
def serve(
    upstream: Annotated[str, typer.Option(help="The right server, with the path of the API.")],
    mutant: Annotated[
        str, typer.Option(help="The lie to tell, by its name; none: the truth.", show_default="the truth")
    ] = TRUTH,
    port: Annotated[int, typer.Option(help="The port of 127.0.0.1 to listen on; 0 takes a free one.")] = 0,
    remote: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--remote", help="Let requests leave this machine. Sends are then billed.")
    ] = False,
) -> None:
    """Serve one deviation in front of a right server, until Ctrl-C or SIGTERM."""
    _check_upstream(upstream, remote=remote)
    lie = MUTANTS[_known([mutant])[0]].make() if mutant else None
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    proxy = LyingProxy(upstream, lie, port=port) if lie else LyingProxy(upstream, port=port)
    with proxy.listening():
        about = f"{mutant}: {MUTANTS[mutant].summary}" if mutant else "the truth"
        print(f"lying proxy: listening on {proxy.base_url}\nlying proxy: tells {about}", flush=True)  # noqa: T201
        ended.wait()


@app.command("list")
def list_mutants(
    kind: Annotated[str, typer.Option(help="Only this kind.", show_default="all")] = "",
) -> None:
    """List the mutants: name, kind and what the server does, separated by tabs."""
    kinds = {mutant.kind for mutant in MUTANTS.values()}
    if kind and kind not in kinds:
        raise SettingError(f"--kind: {kind!r} is unknown; expected one of {', '.join(sorted(kinds))}")
    for mutant in MUTANTS.values():
        if kind in {"", mutant.kind}:
            typer.echo(f"{mutant.name}\t{mutant.kind}\t{mutant.summary}")


@app.command()
def kill(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    mutant: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    profile: Annotated[str, typer.Option(help="The profile of our suite.")] = "quick",
    phase: Annotated[list[str] | None, typer.Option(help="Only this phase of it; may be repeated.")] = None,
    shard: Annotated[str, typer.Option(help="A part of the mutants, as 2/8.", show_default="all")] = "",
    workers: Annotated[int, typer.Option(help="How many trials at a time.", show_default="CPUs")] = 0,
    seconds: Annotated[float, typer.Option(help="The longest that a trial may take.")] = 30,
    seed: Annotated[
        int, typer.Option(help="The seed of every trial; -1 takes a new one.", show_default="a new one")
    ] = -1,
    truths: Annotated[int, typer.Option(help="With how many seeds the right server is tried.")] = 1,
    plain: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--plain", help="Try schemathesis alone, in the place of our suite.")
    ] = False,
    write: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--write", help="Renew the rows in MUTANTS.md.")
    ] = False,
) -> None:
    """Run our suite against the mutants and the right server, and report which check kills which.

    Exit code 0: all are killed and the right server is not accused; 1: not so; 2: could not run.
    """
    if profile not in PROFILES:
        raise SettingError(f"--profile: {profile!r} is unknown; expected one of {', '.join(PROFILES)}")
    seed = SystemRandom().randrange(_SEEDS) if seed < 0 else seed
    names = _part(_known(mutant or list(MUTANTS)), shard)
    plan = Plan(profile, seconds, workers or os.cpu_count() or 1, _phases(phase))
    rows = read_table(PATH.read_text("utf-8")) if PATH.exists() else {}
    typer.echo(f"{len(names)} mutants, seed {seed}")
    if plain:
        is_well = True
        for name, found in run_plain(names, plan.workers, seed):
            typer.echo(f"{name:36} {found}")
            former = rows.get(name, Row())
            rows[name] = Row(former.check, former.phase, former.seconds, former.requests, found)
    else:
        trials = [*((TRUTH, seed + number) for number in range(truths)), *((name, seed) for name in names)]
        is_well = _show(run_trials(trials, plan), rows)
    if write:
        PATH.write_text(write_table(rows), "utf-8")
    raise typer.Exit(HOLDS if is_well else SURVIVORS)


def _show(findings: Iterable[Finding], rows: dict[str, Row]) -> bool:
    killed, tried, accused, unjudged = 0, 0, 0, 0
    for finding in findings:
        word = finding.check or finding.trouble or "survives"
        typer.echo(
            f"{finding.mutant or f'the right server, seed {finding.seed}':36} {word:28} "
            f"{finding.phase:10} {finding.seconds:6.1f} s {finding.requests:6} requests"
        )
        if finding.mutant == TRUTH:
            accused += finding.is_killed
            unjudged += bool(finding.trouble)
            continue
        tried, killed = tried + 1, killed + finding.is_killed
        rows[finding.mutant] = row_of(finding, rows.get(finding.mutant, Row()))
    without = f", {unjudged} times without a verdict" if unjudged else ""
    typer.echo(f"{killed} of {tried} killed, the right server accused {accused} times{without}")
    return killed == tried and not accused and not unjudged


def _check_upstream(url: str, *, remote: bool) -> None:
    try:
        Settings(url, "unused", "unused")
        is_here = reaches_only_loopback(url)
    except SettingError as error:
        raise SettingError(str(error).replace("--base-url", "--upstream")) from None
    if not (is_here or remote):
        raise SettingError(
            f"--upstream: {urlsplit(url).hostname!r} is not this machine, and sends that reach it may be "
            "billed; expected a server on loopback, or --remote"
        )


def _known(names: list[str]) -> list[str]:
    for name in names:
        if name not in MUTANTS:
            raise SettingError(
                f"--mutant: {name!r} is unknown; expected a name that the command `list` shows"
            )
    return names


def _phases(given: list[str] | None) -> tuple[str, ...]:
    for name in given or ():
        if name not in PHASES:
            raise SettingError(f"--phase: {name!r} is unknown; expected one of {', '.join(PHASES)}")
    return tuple(given or PHASES)


def _part(names: list[str], shard: str) -> list[str]:
    if not shard:
        return names
    number, _, of = shard.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise SettingError(f"--shard: {shard!r} is no part of a whole; expected one such as 2/8")
    return names[int(number) - 1 :: int(of)]


def main() -> NoReturn:
    """Run; on failure print one line with the reason, and exit."""
    try:
        code: object = app(standalone_mode=False)
    except (typer.TyperException, SettingError, OSError) as error:
        with suppress(OSError):
            sys.stderr.write(f"mutants: {error}\n")
        sys.exit(COULD_NOT_RUN)
    except KeyboardInterrupt:
        sys.exit(COULD_NOT_RUN)
    sys.exit(code if isinstance(code, int) else HOLDS)
