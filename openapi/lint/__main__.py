"""`python -m openapi.lint [CONTRACT]`: the gate.

Exit codes: 0 no finding, 1 findings, 2 a linter could not run.
"""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - typer reads the annotation when it runs
from typing import TYPE_CHECKING, Annotated

import typer
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from openapi.lint import node, rules
from openapi.lint.document import CONTRACT, load

if TYPE_CHECKING:
    from collections.abc import Callable

    Findings = list[tuple[str, str, str]]


def spec_validator(contract: Path) -> Findings:
    """Return what openapi-spec-validator finds: where the document is no OpenAPI 3.1."""
    errors = OpenAPIV31SpecValidator(load(contract)).iter_errors()
    return [("openapi", "/" + "/".join(map(str, error.absolute_path)), error.message) for error in errors]


def own_rules(contract: Path) -> Findings:
    """Return what the contract's own rules find."""
    return rules.findings(load(contract))


LINTERS: dict[str, Callable[[Path], Findings]] = {
    "openapi-spec-validator": spec_validator,
    "own rules": own_rules,
    "redocly": node.redocly,
    "spectral": node.spectral,
}


def main(contract: Annotated[Path, typer.Argument(help="The document to check.")] = CONTRACT) -> None:
    """Run every linter on a contract and print what each found."""
    try:
        found = sum([_run(name, linter, contract.resolve()) for name, linter in LINTERS.items()])
    except (OSError, yaml.YAMLError, node.ToolFailedError) as error:
        typer.echo(f"openapi.lint: {error}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(1 if found else 0)


def _run(name: str, linter: Callable[[Path], Findings], contract: Path) -> int:
    start = time.perf_counter()
    found = linter(contract)
    typer.echo(f"{name:<24}{len(found):>4} findings {time.perf_counter() - start:>6.1f} s")
    for rule, pointer, text in found:
        typer.echo(f"  {rule} at {pointer}: {text}")
    return len(found)


if __name__ == "__main__":
    typer.run(main)
