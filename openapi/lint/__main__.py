"""`python -m openapi.lint [DOCUMENT]…`: lint the contract, or other documents.

Exit codes: 0 no finding, 1 findings or too low a score, 2 a linter could not run.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from openapi.document import CONTRACT, load
from openapi.lint import node, rules

if TYPE_CHECKING:
    from collections.abc import Callable

    Findings = list[tuple[str, str, str]]

T = TypeVar("T")


def spec_validator(contract: Path) -> Findings:
    """Return the findings of openapi-spec-validator: violations of OpenAPI 3.1."""
    document = load(contract)
    try:
        errors = list(OpenAPIV31SpecValidator(document).iter_errors())
    except Exception as error:  # noqa: BLE001 - it raises anything for a document that it does not expect
        return [("openapi", "/", f"the validator stopped at {type(error).__name__}: {error!s:.80}")]
    return [("openapi", "/" + "/".join(map(str, error.absolute_path)), error.message) for error in errors]


def own_rules(contract: Path) -> Findings:
    """Return the findings of this repository's own rules."""
    document = load(contract)
    try:
        return rules.findings(document)
    except Exception as error:  # noqa: BLE001 - a document that is not OpenAPI can break any of them
        what = f"they stopped at {type(error).__name__}: {error!s:.80}; fix the other findings first"
        return [("own rules", "/", what)]


LINTERS: dict[str, Callable[[Path], Findings]] = {
    "openapi-spec-validator": spec_validator,
    "own rules": own_rules,
    "redocly": node.redocly,
    "spectral": node.spectral,
}


#: The lowest accepted `redocly score`: how simple the contract is to integrate.
LEAST_SCORE = 92.0
#: The same for an API of the toolkit, whose objects are larger on purpose.
LEAST_OWN_SCORE = 80.0


Documents = Annotated[list[Path], typer.Argument(help="The documents to check.")]


def main(documents: Documents = [CONTRACT]) -> None:  # noqa: B006 - typer reads it, nobody changes it
    """Run every linter on each document, and print the findings and the score."""
    try:
        clean = [_check(document.resolve()) for document in documents]
    except (OSError, yaml.YAMLError, node.ToolFailedError) as error:
        typer.echo(f"openapi.lint: {error}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if all(clean) else 1)


def _check(contract: Path) -> bool:
    """Run all linters at once, because most are other processes; report in a fixed order."""
    typer.echo(f"{contract.parent.name}/{contract.name}")
    # First, so that no linter starts for a document that cannot be read.
    least = LEAST_OWN_SCORE if rules.is_own(load(contract)) else LEAST_SCORE
    with ThreadPoolExecutor() as threads:
        running = {name: threads.submit(_timed, linter, contract) for name, linter in LINTERS.items()}
        score = threads.submit(_timed, node.redocly_score, contract)
        clean = [_report(name, *each.result()) for name, each in running.items()]
        points, seconds = score.result()
    typer.echo(f"{'redocly score':<24}{points:>4.1f} of 100   {seconds:>6.1f} s")
    if points < least:
        typer.echo(
            f"  expected at least {least:.0f}: `redocly score` names the operation that is too complex"
        )
    return points >= least and all(clean)


def _timed(run: Callable[[Path], T], contract: Path) -> tuple[T, float]:
    start = time.perf_counter()
    return run(contract), time.perf_counter() - start


def _report(name: str, found: Findings, seconds: float) -> bool:
    typer.echo(f"{name:<24}{len(found):>4} findings {seconds:>6.1f} s")
    for rule, pointer, text in found:
        typer.echo(f"  {rule} at {pointer}: {text}")
    return not found


if __name__ == "__main__":
    typer.run(main)
