"""What a report means for the job that asked for it: its exit code, and annotations."""

import os
from typing import Final

import typer

from callr_sms_contract.cli.last_words import COULD_NOT_RUN, give_up
from callr_sms_contract.reports import Output, annotations, conclusion, cure_of, lack_of, summary, write
from callr_sms_contract.results import Record

HOLDS: Final = 0
BROKEN: Final = 1


def annotate(record: Record) -> None:
    """Show the failures where reviewers of a pull request look, in a job of GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(record):
            typer.echo(line)


def conclude(record: Record, output: Output) -> int:
    """Show and write the report of what is not a run of its own; return the exit code."""
    annotate(record)
    typer.echo(summary(record) if record.faults else conclusion(record))
    write(record, output)
    return exit_code(record)


def exit_code(record: Record) -> int:
    """Return the exit code of a report; why it is 2 is said in one line on standard error."""
    if record.stopped:
        return give_up(record.stopped)
    if record.faults:
        return BROKEN
    if record.lacks:
        cures = f"{cure_of(record)}, a longer --max-seconds or --allow-incomplete"
        return give_up(f"{lack_of(record)}; expected {cures}")
    return COULD_NOT_RUN if record.errors else HOLDS
