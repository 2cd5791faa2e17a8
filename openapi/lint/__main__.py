"""`python -m openapi.lint [CONTRACT]`: the gate.

Exit codes: 0 no finding, 1 findings or too low a score, 2 a linter could not run.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path  # noqa: TC003 - typer reads the annotation when it runs
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from openapi.lint import node, rules
from openapi.lint.document import CONTRACT, load

if TYPE_CHECKING:
    from collections.abc import Callable

    Findings = list[tuple[str, str, str]]

T = TypeVar("T")


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


#: How simple the contract must be to integrate, as `redocly score` counts it.
LEAST_SCORE = 92.0


def main(contract: Annotated[Path, typer.Argument(help="The document to check.")] = CONTRACT) -> None:
    """Run every linter on a contract and print what each found, and its score."""
    try:
        is_clean = _check(contract.resolve())
    except (OSError, yaml.YAMLError, node.ToolFailedError) as error:
        typer.echo(f"openapi.lint: {error}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if is_clean else 1)


def _check(contract: Path) -> bool:
    """Run all at once, for most of them are programs that are waited for; report in their order."""
    with ThreadPoolExecutor() as threads:
        running = {name: threads.submit(_timed, linter, contract) for name, linter in LINTERS.items()}
        score = threads.submit(_timed, node.redocly_score, contract)
        clean = [_report(name, *each.result()) for name, each in running.items()]
        return _report_score(*score.result()) and all(clean)


def _timed(run: Callable[[Path], T], contract: Path) -> tuple[T, float]:
    start = time.perf_counter()
    return run(contract), time.perf_counter() - start


def _report(name: str, found: Findings, seconds: float) -> bool:
    typer.echo(f"{name:<24}{len(found):>4} findings {seconds:>6.1f} s")
    for rule, pointer, text in found:
        typer.echo(f"  {rule} at {pointer}: {text}")
    return not found


def _report_score(score: float, seconds: float) -> bool:
    typer.echo(f"{'redocly score':<24}{score:>4.1f} of 100   {seconds:>6.1f} s")
    if score < LEAST_SCORE:
        typer.echo(
            f"  expected at least {LEAST_SCORE:.0f}: `redocly score` tells which operation is too complex"
        )
    return score >= LEAST_SCORE


if __name__ == "__main__":
    typer.run(main)
