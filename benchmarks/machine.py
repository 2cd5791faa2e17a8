"""How fast the state machine of the contract tests calls and judges."""

from __future__ import annotations

import subprocess
import sys

from benchmarks._measure import Goal, Result, Scale

_PER = 1000
_MOST_ROUNDS = 5
_SECOND, _OURS = "a second", "1,000 checked calls"


def measure(scale: Scale) -> Result:
    """Run it in a process of its own, against an emulator in another; the second is the goal."""
    rounds = min(scale.rounds, _MOST_ROUNDS)
    seconds = {_SECOND: [1.0] * rounds, _OURS: [_run(seed) for seed in range(rounds)]}
    return Result("The state machine of the contract tests", seconds, [Goal(_OURS, _SECOND, 1)])


def _run(seed: int) -> float:
    command = [sys.executable, "-m", "benchmarks._suite", "machine", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    count, seconds = done.stdout.split()[-2:]
    return float(seconds) / int(count) * _PER
