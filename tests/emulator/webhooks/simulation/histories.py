"""Runs histories of the delivery engine: `python -m tests.emulator.webhooks.simulation.histories [--seed 7]`.

A history that fails is made as short as can be and printed as the calls that repeat it.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.emulator.webhooks.simulation.defects import DEFECTS
from tests.emulator.webhooks.simulation.machine import DeliveryEngine

STEPS = 25
MOST = 20_000
MOST_S = 60.0
"""CPU seconds in which a defect must be found."""


class Found(NamedTuple):
    """How a seeded defect was found: after how many histories and CPU seconds, and what was wrong.

    `what` is empty for one that was not found.
    """

    what: str
    histories: int
    seconds: float


def run(count: int, number: int | None = None, *, shrinks: bool = True) -> None:
    """Run histories, always the same without a number; raise AssertionError with the first that fails."""

    class Histories(DeliveryEngine):
        """Of its own, because a seed is kept in the class."""

    run_state_machine_as_test(
        Histories if number is None else seed(number)(Histories),
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            derandomize=number is None,
            phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def find(name: str, number: int, most_s: float = MOST_S) -> Found:
    """Seed a defect, and run histories until one fails or the time is over."""
    began, before = time.process_time(), DeliveryEngine.count

    def spent() -> tuple[int, float]:
        return DeliveryEngine.count - before, time.process_time() - began

    with DEFECTS[name]():
        while spent()[1] < most_s:
            try:
                run(200, number, shrinks=False)
            except AssertionError as error:
                return Found(str(error).splitlines()[0], *spent())
            number += 1
    return Found("", *spent())


def main(arguments: list[str] | None = None) -> int:
    """Run histories, then try to find each defect; return 1 if something failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=2000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="which ones (any)")
    parser.add_argument("--defect", help=f"only find this one: {', '.join(DEFECTS)}")
    wanted = parser.parse_args(arguments)
    if wanted.defect is None:
        began = time.process_time()
        run(wanted.histories, wanted.seed)
        took = time.process_time() - began
        _say(f"{wanted.histories} histories from seed {wanted.seed} held in {took:.0f} s of CPU")
    return find_all([wanted.defect] if wanted.defect else list(DEFECTS), wanted.seed)


def find_all(names: list[str], number: int) -> int:
    """Try to find defects, and say how that went; return 1 if one was not found."""
    missed = 0
    for name in names:
        found = find(name, number)
        missed += not found.what
        how = f"found in {found.seconds:.1f} s of CPU, history {found.histories}: {found.what}"
        _say(f"{name}: {how if found.what else f'not found in {found.histories} histories'}")
    _say(f"seeded defects: {len(names)} tried, {missed} not found")
    return min(missed, 1)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
