"""`python -m generator.reference OUTPUT [OPTIONS]`: write the reference.

Exit codes: 0 success, 2 the page cannot be written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generator.reference.page import render
from openapi.docs.pages import replace

_CLIENT = Path(__file__).parents[2] / "generated_client"


def main(
    output: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    client: Annotated[Path, typer.Option(help="The folder that contains the package.")] = _CLIENT,
    package: Annotated[str, typer.Option(help="The name of the package.")] = "callr_sms_client",
    api: Annotated[str, typer.Option(help="The address of the reference of the API, to link to.")] = "",
    document: Annotated[str, typer.Option(help="The address of the contract, to link to.")] = "",
) -> None:
    """Write the reference of a client as a single, self-contained HTML page."""
    page = render(client, package, api, document).encode()
    try:
        replace(output, page)
    except OSError as error:
        typer.echo(f"generator.reference: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"generator.reference: {output}, {len(page) / 1024:.0f} KiB")


if __name__ == "__main__":
    typer.run(main)
