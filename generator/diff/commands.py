"""The commands `diff` and `release`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from generator.config import CLIENT
from generator.diff.compare import compare_contracts
from generator.diff.contract import read_contract
from generator.diff.releases import newest_release, release
from generator.diff.report import as_json, as_text
from generator.errors import GenerationError
from openapi.document import CONTRACT

_RELEASED = CONTRACT.with_name("released")


class Format(StrEnum):
    """The format of the report."""

    TEXT = "text"
    JSON = "json"


Base = Annotated[
    Path | None,
    typer.Option("--base", help="The document to compare with; by default the newest release."),
]
Present = Annotated[Path, typer.Option("--contract", help="The present document.", show_default=False)]
Settings = Annotated[Path, typer.Option("--config", help="The settings of the client.", show_default=False)]
Released = Annotated[
    Path, typer.Option("--released", help="The folder of released documents.", show_default=False)
]
As = Annotated[Format, typer.Option("--format", help="The format of the report: for people or for programs.")]
Unpublished = Annotated[
    bool,
    typer.Option("--unpublished", help="Replace a released version that was never published."),
]


def diff_command(
    base: Base = None,
    contract: Present = CONTRACT,
    config: Settings = CLIENT,
    released: Released = _RELEASED,
    output: As = Format.TEXT,
) -> None:
    """Print what changed since a release, and whom it breaks.

    It names the version that the change needs.

    Exit codes: 0 the version is high enough, or nothing changed; 1 it is too low; 2 comparison failed.
    """
    try:
        old = read_contract(base or newest_release(released))
        found = compare_contracts(old, read_contract(contract), config)
    except GenerationError as error:
        _refuse("no comparison is possible", error)
    typer.echo(as_json(found) if output is Format.JSON else as_text(found))
    raise typer.Exit(0 if found.is_enough else 1)


def release_command(
    contract: Present = CONTRACT,
    config: Settings = CLIENT,
    released: Released = _RELEASED,
    unpublished: Unpublished = False,  # noqa: FBT002 - typer turns it into an option
) -> None:
    """Copy the contract to the released ones.

    The copy is named by the version of the contract.

    Exit codes: 0 it is released; 2 it cannot be released, and the message says why.
    """
    try:
        typer.echo(release(contract, released, config, unpublished=unpublished))
    except (GenerationError, OSError) as error:
        _refuse("not released", error)


def _refuse(what: str, error: Exception) -> NoReturn:
    typer.echo(f"{what}: {' '.join(str(error).split())}", err=True)
    raise typer.Exit(2)
