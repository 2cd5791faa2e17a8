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
        help="The server to test, with the path of the API. None: an emulator is started.",
    ),
]
Shortcodes = Annotated[
    str,
    typer.Option(
        envvar="CONTRACT_SHORTCODES", help="The account's dedicated shortcodes, separated by commas."
    ),
]
Junit = Annotated[str, typer.Option(metavar="FILE", help="Write JUnit XML.")]
Markdown = Annotated[str, typer.Option(metavar="FILE", help="Write Markdown for the page of a job.")]
Html = Annotated[str, typer.Option(metavar="FILE", help="Write one HTML file that needs no network.")]
Json = Annotated[str, typer.Option(metavar="FILE", help="Write all that a report needs; `merge` reads it.")]
DriftFile = Annotated[
    str, typer.Option(metavar="FILE", help="Write what the server does otherwise than the contract says.")
]
Repro = Annotated[str, typer.Option(metavar="DIR", help="Write a shell script for each failure.")]
