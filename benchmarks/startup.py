"""What `import` and `Callr(...)` add to the start of Python, in fresh interpreters.

With compiled bytecode, which pip writes when it installs: the round that does not count writes it here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from tempfile import TemporaryDirectory

from benchmarks._measure import Goal, Result, Scale, alternate

_READY = "from callr_sms_client import Callr; Callr('login', 'password')"
_CASES = {
    "bare Python": "pass",
    "import and Callr(...)": _READY,
    "the same, and httpx2, which the first call imports": f"{_READY}; import httpx2",
}
_GOALS = (
    Goal("import and Callr(...)", "bare Python", 60, in_ms=True),
    Goal("the same, and httpx2, which the first call imports", "bare Python", in_ms=True),
)


def measure(scale: Scale) -> Result:
    """Start an interpreter for each case of each round."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with TemporaryDirectory() as folder:
        environment = {**own, "PYTHONPYCACHEPREFIX": folder}
        cases = {name: partial(_run, code, environment) for name, code in _CASES.items()}
        return alternate("Start", cases, _GOALS, scale.rounds)


def _run(code: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)  # noqa: S603 - our own code
