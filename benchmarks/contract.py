"""What the contract tests add to schemathesis, for each request that it makes."""

from __future__ import annotations

import subprocess
import sys

from benchmarks._measure import Goal, Result, Scale

_PER = 1000
_MOST_ROUNDS = 5
_PHASES = 4
_PLAIN, _VALUES, _OURS = "schemathesis alone", "the same with our values", "the contract tests"
_CASES = {_PLAIN: "plain", _VALUES: "values", _OURS: "ours"}
_GOALS = (Goal(_OURS, _PLAIN, 1.25), Goal(_OURS, _VALUES))


def measure(scale: Scale) -> Result:
    """Run the phases of a quick run in a process of its own for each case of each round.

    The cases make different numbers of requests, so the seconds are those of 1,000 of them.
    """
    seconds: dict[str, list[float]] = {name: [] for name in _CASES}
    order = list(_CASES)
    phases = scale.of(_PHASES)
    for seed in range(min(scale.rounds, _MOST_ROUNDS)):
        for name in order:
            seconds[name].append(_run(_CASES[name], seed, phases))
        order.reverse()
    return Result(f"{_PER:,} requests of the contract tests", seconds, _GOALS)


def _run(whose: str, seed: int, phases: int) -> float:
    command = [sys.executable, "-m", "benchmarks._suite", whose, str(seed), str(phases)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    count, seconds = done.stdout.split()[-2:]
    return float(seconds) / int(count) * _PER
