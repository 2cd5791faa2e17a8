"""The options that the commands share."""

from importlib import metadata
from typing import Annotated, Final

import typer

PROGRAM: Final = "callr-sms-contract"


def show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    """Print the version and exit, when `--version` is given."""
    if wanted:
        typer.echo(f"{PROGRAM} {metadata.version(PROGRAM)}")
        raise typer.Exit


BaseUrl = Annotated[
    str,
    typer.Option(
        envvar="CONTRACT_BASE_URL",
        help="The base URL of the server to test. Without it, an emulator is started.",
    ),
]
BaselineFile = Annotated[
    str, typer.Option(metavar="FILE", help="Accept the failures in this file until they expire.")
]
UpdateBaseline = Annotated[
    bool,
    typer.Option("--update-baseline", help="Write the failures of this run into the file of --baseline."),
]
ContractFile = Annotated[
    str,
    typer.Option(metavar="FILE", help="Test against this contract.", show_default="that of the package"),
]
Shortcodes = Annotated[
    str,
    typer.Option(
        envvar="CONTRACT_SHORTCODES", help="The dedicated shortcodes of the account, separated by commas."
    ),
]
Junit = Annotated[str, typer.Option(metavar="FILE", help="Write a JUnit XML report.")]
Markdown = Annotated[
    str, typer.Option(metavar="FILE", help="Write a Markdown report, for the summary of a CI job.")
]
Html = Annotated[str, typer.Option(metavar="FILE", help="Write a self-contained HTML report.")]
Json = Annotated[
    str, typer.Option(metavar="FILE", help="Write the results as JSON, for `merge` and for programs.")
]
Sarif = Annotated[
    str,
    typer.Option(metavar="FILE", help="Write SARIF 2.1.0, at the lines of the contract, for code scanning."),
]
DriftFile = Annotated[
    str, typer.Option(metavar="FILE", help="Write a report of where the server differs from the contract.")
]
Repro = Annotated[
    str, typer.Option(metavar="DIR", help="Write a shell script for each failure into this folder.")
]
