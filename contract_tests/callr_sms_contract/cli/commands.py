"""The command line: `python -m callr_sms_contract`, or `callr-sms-contract` where it is installed alone."""

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from callr_sms_contract.cli.arguments import (
    comma_separated,
    one_of,
    seconds_of,
    seed_of,
    shard_of,
    usage_of,
    wait_of,
)
from callr_sms_contract.cli.client import InterruptedRunError, client
from callr_sms_contract.cli.conclusions import BROKEN, HOLDS, annotate, conclude, exit_code
from callr_sms_contract.cli.last_words import LastWords, give_up, signals_end
from callr_sms_contract.cli.options import (
    BaselineFile,
    BaseUrl,
    ContractFile,
    DriftFile,
    Html,
    Json,
    Junit,
    Markdown,
    Repro,
    Sarif,
    Shortcodes,
    UpdateBaseline,
    show_version,
)
from callr_sms_contract.cli.progress import Progress
from callr_sms_contract.cli.teams import Baseline, contract_of, excluded_of, selected
from callr_sms_contract.client_check import CheckError, ProgramError
from callr_sms_contract.contract import Contract, ContractError
from callr_sms_contract.dry_run import plan
from callr_sms_contract.emulator import ACCOUNT, SHORTCODES, EmulatorError, start_emulator
from callr_sms_contract.oracle import ALGORITHMS
from callr_sms_contract.phases import CredentialsError
from callr_sms_contract.receiver import SECRET, ReceiverRun, Target
from callr_sms_contract.reports import (
    Output,
    OutputError,
    conclusion,
    summary,
    visible,
    write,
)
from callr_sms_contract.results import BaselineError, RecordError, merged, read_record
from callr_sms_contract.run import Run, UnreachableError
from callr_sms_contract.settings import (
    AUTO,
    EXPECTED,
    PHASES,
    PROFILES,
    WEBHOOKS,
    SettingError,
    Settings,
    reaches_only_loopback,
)
from callr_sms_contract.traffic import (
    HarError,
    TrafficError,
    entries_of,
    judge_entries,
    judge_har,
    read_har,
    still_wrong,
)

_PATIENCE: Final = 15
"""Seconds to wait for the events of our own emulator; all arrive within two unless the machine is busy."""


_REASONS: Final = (
    CheckError,
    ProgramError,
    BaselineError,
    ContractError,
    SettingError,
    UnreachableError,
    CredentialsError,
    EmulatorError,
    HarError,
    OutputError,
    RecordError,
    TrafficError,
    OSError,
)
"""Errors that end the program with one line and exit code 2."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command()(client)


@app.callback(invoke_without_command=True)
def contract(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    context: typer.Context,
    base_url: BaseUrl = "",
    shortcodes: Shortcodes = "",
    profile: Annotated[
        str,
        typer.Option(
            envvar="CONTRACT_PROFILE", help="How much to test: quick takes seconds, full takes minutes."
        ),
    ] = "quick",
    seed: Annotated[
        str, typer.Option(help="The seed of another run, to repeat its requests.", show_default="a new seed")
    ] = "",
    max_seconds: Annotated[
        float,
        typer.Option(
            help="Generate no more requests after this many seconds.", show_default="set by the profile"
        ),
    ] = 0,
    rate: Annotated[
        float | None,
        typer.Option(help="How many requests to make per second at most.", show_default="no limit"),
    ] = None,
    shard: Annotated[str, typer.Option(help="Run only this shard, such as 2/8.")] = "",
    phase: Annotated[
        list[str] | None, typer.Option(help=f"Run only this phase; may be repeated: {', '.join(PHASES)}.")
    ] = None,
    operation: Annotated[
        list[str] | None, typer.Option(help="Test only this operationId; may be repeated.")
    ] = None,
    allow_incomplete: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--allow-incomplete", help="Accept phases that had too little time.")
    ] = False,
    fail_fast: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--fail-fast", help="Stop at the first failure.")
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Leave out this operation, rule or check, by its name; may be repeated."),
    ] = None,
    baseline: BaselineFile = "",
    update_baseline: UpdateBaseline = False,  # noqa: FBT002 - a flag of the command line
    contract: ContractFile = "",
    client_certificate: Annotated[
        str, typer.Option(metavar="FILE", help="Present this certificate, a PEM file with its key.")
    ] = "",
    allow_send_to: Annotated[
        str,
        typer.Option(
            help="Phone numbers that paid SMS may go to, separated by commas. Without it, none is sent."
        ),
    ] = "",
    max_sends: Annotated[int, typer.Option(help="How many paid SMS to send at most.")] = 5,
    webhooks: Annotated[
        str,
        typer.Option(
            help=f"How to judge webhooks: {', '.join(WEBHOOKS)}.",
            show_default="expect for the emulator that is started, otherwise auto",
        ),
    ] = "",
    webhooks_seconds: Annotated[
        float,
        typer.Option(help="How many seconds to wait for missing events.", show_default="set by the profile"),
    ] = 0,
    dry_run: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--dry-run", help="Show what would be called, without calling anything.")
    ] = False,
    junit: Junit = "",
    markdown: Markdown = "",
    html: Html = "",
    json: Json = "",
    drift: DriftFile = "",
    repro: Repro = "",
    sarif: Sarif = "",
    version: Annotated[  # noqa: ARG001, FBT002 - an option of the command line, which its callback serves
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=show_version, is_eager=True),
    ] = False,
) -> None:
    """Test whether a server of the CALLR SMS REST API keeps the contract.

    The credentials of the account are read from CALLR_LOGIN and CALLR_PASSWORD. On a server that is not on
    this machine no SMS is sent: only the two read operations are called. Exit codes: 0, the contract holds;
    1, it is broken; 2, the tests could not run.
    """
    if context.invoked_subcommand is not None:
        return
    output = Output(junit, markdown, html, json, drift, repro, sarif)
    with ExitStack() as takedown, signals_end(takedown, output, base_url) as last_words:
        edited = contract_of(contract)
        known = tuple(each.id for each in edited.operations)
        excluded = excluded_of(exclude or [], edited)
        job = _Job(edited, output, Baseline(baseline, update_baseline))

        def settings(url: str, login: str, password: str) -> Settings:
            return Settings(
                url,
                login,
                password,
                # Our own emulator has a shortcode, so that senders of digits alone are accepted once, too.
                shortcodes=comma_separated(shortcodes) or (frozenset() if base_url else SHORTCODES),
                profile=PROFILES[one_of("--profile", [profile], tuple(PROFILES))[0]],
                max_seconds=seconds_of(max_seconds),
                seed=seed_of(seed),
                rate=rate,
                phases=one_of("--phase", phase or [], PHASES) or PHASES,
                operations=selected(one_of("--operation", operation or [], known), excluded, edited),
                excluded=excluded,
                client_certificate=client_certificate,
                allow_incomplete=allow_incomplete,
                fail_fast=fail_fast,
                shard=shard_of(shard),
                recipients=comma_separated(allow_send_to),
                max_sends=max_sends,
                webhooks=one_of("--webhooks", [webhooks or (AUTO if base_url else EXPECTED)], WEBHOOKS)[0],
                # Our own emulator does push, but may be slow on a busy machine.
                webhooks_seconds=wait_of(webhooks_seconds) or (None if base_url else _PATIENCE),
            )

        if dry_run:
            raise typer.Exit(_dry_run(base_url, settings, edited))
        raise typer.Exit(_start(base_url, settings, job, takedown, last_words))


@app.command()
def merge(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    records: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files written by --json.")],
    baseline: BaselineFile = "",
    update_baseline: UpdateBaseline = False,  # noqa: FBT002 - a flag of the command line
    junit: Junit = "",
    markdown: Markdown = "",
    html: Html = "",
    json: Json = "",
    drift: DriftFile = "",
    repro: Repro = "",
    sarif: Sarif = "",
) -> None:
    """Merge the reports of several runs, such as shards. The exit code is that of the merged report."""
    known = Baseline(baseline, update_baseline)
    record = known.applied(merged([read_record(path) for path in records]))
    raise typer.Exit(conclude(record, Output(junit, markdown, html, json, drift, repro, sarif)))


@app.command()
def har(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The HAR file to judge.")],
    base_url: Annotated[
        str, typer.Option(help="The base URL of the API in the file.", show_default="found by its path")
    ] = "",
    shortcodes: Shortcodes = "",
    junit: Junit = "",
    markdown: Markdown = "",
    html: Html = "",
    json: Json = "",
    drift: DriftFile = "",
    repro: Repro = "",
    sarif: Sarif = "",
) -> None:
    """Judge recorded traffic. Nothing is called, and no text, phone number or credential of it is shown."""
    contract = Contract.load()
    traffic = read_har(file, contract.base_path, base_url)
    typer.echo(f"{len(traffic.entries)} exchanges of the API, {traffic.others} of others")
    record = judge_har(traffic, contract, comma_separated(shortcodes))
    raise typer.Exit(conclude(record, Output(junit, markdown, html, json, drift, repro, sarif)))


@app.command()
def receiver(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    url: Annotated[str, typer.Argument(metavar="URL", help="The URL of the receiver.")],
    algorithm: Annotated[
        str, typer.Option(help=f"The algorithm of the signatures: {', '.join(ALGORITHMS)}.")
    ] = "SHA256",
    timeout: Annotated[float, typer.Option(help="How many seconds the receiver may take to respond.")] = 10,
    allow_remote: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--allow-remote", help="Allow a receiver on another machine.")
    ] = False,
    junit: Junit = "",
    markdown: Markdown = "",
    html: Html = "",
    json: Json = "",
    repro: Repro = "",
) -> None:
    """Test a webhook receiver with right and forged events.

    The secret is read from CALLR_WEBHOOK_SECRET; without it no event is signed. All SMS are made up, and none
    is sent. Exit codes: 0, the receiver accepts and rejects the right events; 1, it does not; 2, the tests
    could not run.
    """
    target = Target(url, os.environ.get(SECRET, ""), algorithm, timeout, allow_remote)
    output = Output(junit, markdown, html, json, repro=repro)
    with ExitStack() as takedown, signals_end(takedown, output) as last_words:
        session = ReceiverRun(target, Contract.load())
        last_words.record = session.record
        record = session.execute(takedown)
        last_words.record = None
        typer.echo(f"pushed to {target.shown}")
        typer.echo(summary(record))
        write(record, output)
        raise typer.Exit(exit_code(record))


@app.command()
def judge(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder with the responses that the script received.")
    ],
    base_url: Annotated[str, typer.Option(help="The server that the script called.")],
    check: Annotated[str, typer.Option(help="Judge by this check only.")] = "",
    rule: Annotated[str, typer.Option(help="Judge by this rule only.")] = "",
) -> None:
    """Judge the responses that a script of --repro received. Exit code 1: still wrong; 0: right."""
    settings = Settings(base_url, *_account())
    tally = judge_entries(entries_of(folder, settings), settings, Contract.load())
    wrong = still_wrong(tally, check, rule)
    for title in wrong:
        typer.echo(f"wrong: {visible(title)}")
    if not wrong:
        typer.echo("none of these responses is wrong")
    raise typer.Exit(BROKEN if wrong else HOLDS)


def _account() -> tuple[str, str]:
    return os.environ.get("CALLR_LOGIN", ""), os.environ.get("CALLR_PASSWORD", "")


def _start(
    base_url: str,
    settings: Callable[[str, str, str], Settings],
    job: "_Job",
    takedown: ExitStack,
    last_words: LastWords,
) -> int:
    if base_url:
        return _run(settings(base_url, *_account()), job, takedown, last_words)
    checked = settings(
        "http://127.0.0.1", *ACCOUNT
    )  # wrong settings are reported before a process is started
    last_words.record = lambda reason: Run(checked, job.contract).outcome(reason).record
    url = start_emulator(takedown, checked.shortcodes, held=last_words.held)
    return _run(settings(url, *ACCOUNT), job, takedown, last_words)


def _dry_run(base_url: str, settings: Callable[[str, str, str], Settings], edited: Contract) -> int:
    account = _account() if base_url else ACCOUNT
    chosen = settings(base_url or "http://127.0.0.1/rest/v1.1", *account)
    is_live = bool(base_url) and not reaches_only_loopback(chosen.base_url)
    server = base_url or "an emulator that is started for the run"
    for line in plan(chosen, edited, server, is_live=is_live):
        typer.echo(line)
    return HOLDS


@dataclass(frozen=True)
class _Job:
    """What a run tests against, and what it leaves behind."""

    contract: Contract
    output: Output
    baseline: Baseline


def _run(settings: Settings, job: _Job, takedown: ExitStack, last_words: LastWords) -> int:
    last_words.record = lambda reason: Run(settings, job.contract).outcome(reason).record
    shard = f", shard {settings.shard}" if settings.shard else ""
    typer.echo(f"contract tests of {settings.base_url}, seed {settings.seed}{shard}")
    progress = Progress()
    run = Run(settings, job.contract, takedown=takedown, on_event=progress.take)
    progress.schedule = run.schedule
    last_words.record = lambda reason: run.outcome(reason).record
    outcome = run.execute()
    last_words.record = lambda _: outcome.record
    record = job.baseline.applied(outcome.record)
    last_words.record = lambda _: record
    annotate(record)
    typer.echo()
    typer.echo(summary(record) if record.total else conclusion(record))
    write(record, job.output)
    return exit_code(record)


def main() -> NoReturn:
    """Run the command line and exit; wrong arguments are reported in one line."""
    try:
        code = app(prog_name="callr-sms-contract", standalone_mode=False)
    except typer.TyperException as error:
        code = give_up(usage_of(error))
    except _REASONS as error:
        code = give_up(str(error))
    except (InterruptedRunError, typer.Abort):
        code = give_up("interrupted")
    except Exception as error:  # noqa: BLE001 - 1 would mean that the contract is broken
        traceback.print_tb(error.__traceback__)  # without its text, which may hold what was sent
        code = give_up(f"a fault of the contract tests ended them ({type(error).__name__}); please report it")
    sys.exit(code)
