"""`python -m openapi.docs OUTPUT [--contract FILE] [--client ADDRESS]`: write the reference page.

Exit codes: 0 success, 2 the contract cannot be read or rendered, or the page cannot be written.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation when it runs
from typing import Annotated

import typer
import yaml

from openapi.docs.page import UnfinishedContractError, render
from openapi.docs.pages import replace
from openapi.document import CONTRACT, load


def main(
    output: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    contract: Annotated[Path, typer.Option(help="The document to read.")] = CONTRACT,
    client: Annotated[str, typer.Option(help="The address of the reference of a client, to link to.")] = "",
) -> None:
    """Write the reference of a contract as a single, self-contained HTML page."""
    try:
        page = render(load(contract), client).encode()
        replace(output, page)
    except (OSError, yaml.YAMLError, UnfinishedContractError) as error:
        typer.echo(f"openapi.docs: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"openapi.docs: {output}, {len(page) / 1024:.0f} KiB")


if __name__ == "__main__":
    typer.run(main)
