"""The command line of the benchmarks."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import (
    calls,
    contract,
    day,
    listening,
    lists,
    machine,
    parsing,
    searching,
    senders,
    servers,
    startup,
    streams,
    waiting,
)
from benchmarks._measure import Scale
from benchmarks._table import machine as this_machine
from benchmarks._table import show

BENCHMARKS = {
    "startup": startup.measure,
    "calls": calls.measure,
    "parsing": parsing.measure,
    "senders": senders.measure,
    "contract": contract.measure,
    "machine": machine.measure,
    "waiting": waiting.measure,
    "day": day.measure,
    "listening": listening.measure,
    "lists": lists.measure,
    "streams": streams.measure,
    "searching": searching.measure,
    "servers": servers.measure,
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which ones: {', '.join(BENCHMARKS)}. All by default.")
    ] = None,
    *,
    rounds: Annotated[int, typer.Option(min=1, help="How often each case is measured.")] = 15,
    amount: Annotated[float, typer.Option(min=0, help="Parts of the usual amount for each measurement.")] = 1,
    check: Annotated[bool, typer.Option(help="Exit 1 when even the best rounds miss a goal.")] = False,
) -> None:
    """Measure, and print Markdown tables."""
    unknown = sorted(set(names or ()) - set(BENCHMARKS))
    if unknown:
        raise typer.BadParameter(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    typer.echo(f"{this_machine()}; {rounds} rounds")
    missed = []
    for name in names or BENCHMARKS:
        result = BENCHMARKS[name](Scale(rounds, amount))
        typer.echo(f"\n{show(result)}")
        missed += [f"{name}: {goal.case}" for goal in result.missed()]
    if missed and check:
        typer.echo(f"\nmissed: {'; '.join(missed)}", err=True)
        raise typer.Exit(1)
