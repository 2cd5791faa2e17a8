"""The command line: `generate`, `check` and `provenance`, and the commands of `generator.diff`.

Exit codes: 0 success, 1 the client differs from the contract, 2 no client can be generated.
"""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import yaml

from generator.config import CLIENT
from generator.diff import diff_command, release_command
from generator.errors import GenerationError
from generator.generate import generate_into
from generator.sync import compare, synchronise
from openapi.document import CONTRACT, load
from openapi.provenance import PAGE, markdown, with_table

_ROOT = Path(__file__).parent.parent
_OUTPUT = _ROOT / "generated_client"
_TABLE = f"{PAGE.relative_to(_ROOT).as_posix()}, its table of sources"

Contract = Annotated[Path, typer.Option("--contract", help="The OpenAPI document.", show_default=False)]
Settings = Annotated[Path, typer.Option("--config", help="The settings of the client.", show_default=False)]
Output = Annotated[Path, typer.Option("--output", help="The folder of the client.", show_default=False)]

app = typer.Typer(
    help="Generate the client from the contract.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("diff")(diff_command)
app.command("release")(release_command)


@app.command()
def generate(contract: Contract = CONTRACT, config: Settings = CLIENT, output: Output = _OUTPUT) -> None:
    """Update the client, and print which files changed.

    The table of sources is updated together with the client of this repository.
    """
    with _generated(contract, config) as wanted:
        table = _new_table(contract, output)
        difference = synchronise(wanted, output)
    if table:
        PAGE.write_text(table, encoding="utf-8")
    changes = [
        *(f"added    {path}" for path in difference.missing),
        *(f"changed  {path}" for path in difference.changed),
        *(f"removed  {path}" for path in difference.stale),
        *([f"changed  {_TABLE}"] if table else []),
    ]
    typer.echo("\n".join(changes) or "no change")
    if difference.foreign:
        _complain([f"foreign  {path}: it was not generated and is left alone" for path in difference.foreign])
        raise typer.Exit(1)


@app.command()
def check(contract: Contract = CONTRACT, config: Settings = CLIENT, output: Output = _OUTPUT) -> None:
    """Fail if the client differs from the contract.

    Each file that differs is named.
    """
    with _generated(contract, config) as wanted:
        difference = compare(wanted, output)
        table = _new_table(contract, output)
    if not difference and not table:
        typer.echo("the client matches the contract")
        return
    _complain(
        [
            *(f"missing  {path}" for path in difference.missing),
            *(f"differs  {path}: edited by hand, or the contract changed" for path in difference.changed),
            *(f"stale    {path}: it is no longer generated" for path in difference.stale),
            *(f"foreign  {path}: it was not generated" for path in difference.foreign),
            *([f"differs  {_TABLE}: edited by hand, or the contract changed"] if table else []),
            f"run: {_generate_command(contract, config, output)}",
        ]
    )
    raise typer.Exit(1)


@app.command()
def provenance(contract: Contract = CONTRACT) -> None:
    """Print how sure each part of the contract is.

    It names the sources, and what would settle it.
    """
    try:
        typer.echo(markdown(load(contract)), nl=False)
    except (OSError, yaml.YAMLError, ValueError) as error:
        _complain([f"the contract cannot be read: {error}"])
        raise typer.Exit(2) from None


def _generate_command(contract: Path, config: Path, output: Path) -> str:
    """Return the command that updates this client, as typed in the root of the repository."""
    given = {
        "--contract": (contract, CONTRACT),
        "--config": (config, CLIENT),
        "--output": (output, _OUTPUT),
    }
    options = [f"{name} {shlex.quote(str(path))}" for name, (path, usual) in given.items() if path != usual]
    return " ".join([".venv/bin/python -m generator generate", *options]) if options else "make generate"


def _new_table(contract: Path, output: Path) -> str:
    """Return the page with the new table of sources; empty when the page is up to date."""
    if (contract, output) != (CONTRACT, _OUTPUT):
        return ""
    page = PAGE.read_text(encoding="utf-8")
    try:
        wanted = with_table(page, load(contract))
    except (ValueError, LookupError, TypeError) as error:
        _complain([f"the table of sources cannot be written: {error}", "run: make lint-openapi"])
        raise typer.Exit(2) from None
    return wanted if wanted != page else ""


@contextmanager
def _generated(contract: Path, config: Path) -> Iterator[Path]:
    """Generate the client in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="callr-client-") as folder:
        wanted = Path(folder) / "client"
        try:
            generate_into(contract, config, wanted)
        except GenerationError as error:
            _complain([f"no client can be made: {error}"])
            raise typer.Exit(2) from None
        yield wanted


def _complain(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)
