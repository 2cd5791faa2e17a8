"""Runs `callr-sms-contract` as a process, once for all tests, with its guard against sends."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callr_sms_contract_pytest._names import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# `-P`: a module in the working directory must not shadow one of the tests'.
_COMMAND = (sys.executable, "-P", "-m", "callr_sms_contract")
_COULD_NOT_RUN = 2
_PREFIX = "callr-sms-contract: "
_OURS = ("--base-url", "--json")
_NO_SERVER = (
    "--callr-contract: no server is named; expected --callr-contract URL, or a fixture callr_contract_url "
    "that returns the base URL of a server"
)


@dataclass(frozen=True)
class ContractRun:
    """The results of a run of the contract tests.

    Attributes:
        problem: Why the server could not be judged, or not in everything; empty if it was.
        faults: The ways in which it broke the contract, as in the JSON report.
        checked: The names of the tests about which there are results.
    """

    problem: str
    faults: Sequence[Mapping[str, Any]]
    checked: frozenset[str]


def run(url: str, account: Mapping[str, str], options: Sequence[str], folder: Path) -> ContractRun:
    """Run the contract tests against `url`, unless another worker of pytest has done it in `folder`.

    Args:
        url: The base URL of the server.
        account: Environment variables with the credentials.
        options: More options of `callr-sms-contract`.
        folder: A folder that the workers share.
    """
    if not url:
        return ContractRun(_NO_SERVER, (), frozenset())
    problem = wrong_option(options)
    if problem:
        return ContractRun(problem, (), frozenset())
    key = hashlib.sha256("\0".join((url, *sorted(account.values()), *options)).encode()).hexdigest()[:16]
    record, outcome = folder / f"callr-contract-{key}.json", folder / f"callr-contract-{key}.outcome"
    with _locked(folder / f"callr-contract-{key}.lock"):
        if not outcome.exists():
            done = _call(url, account, options, record)
            outcome.write_text(json.dumps([done.returncode, done.stderr]), encoding="utf-8")
    code, errors = json.loads(outcome.read_text(encoding="utf-8"))
    found = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    return _results(code, errors, found)


def wrong_option(options: Sequence[str]) -> str:
    """Return what is wrong with an option that the plugin sets itself; nothing if there is none."""
    for word in options:
        if word.partition("=")[0] in _OURS:
            return (
                f"--callr-contract-options: {word!r} is set by the plugin; "
                "expected other options of callr-sms-contract"
            )
    return ""


def _call(
    url: str, account: Mapping[str, str], options: Sequence[str], record: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [*_COMMAND, "--base-url", url, *options, "--json", str(record)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
        env={**os.environ, **account, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def _results(code: int, errors: str, record: Mapping[str, Any]) -> ContractRun:
    rows = record.get("checks", ())
    problem = ""
    if code == _COULD_NOT_RUN or code < 0 or not record:
        lines = [line.removeprefix(_PREFIX) for line in errors.splitlines() if line.strip()]
        problem = "\n".join(lines) or f"callr-sms-contract ended with {code}"
    problem = "\n".join(filter(None, [problem, *record.get("errors", ())]))
    checked = {f"{row['operation']} {row['check']}" for row in rows if row["passed"] or row["failed"]}
    checked |= {f"{row['operation']} {ANSWERED}" for row in record.get("requests", ())}
    return ContractRun(problem, record.get("faults", ()), frozenset(checked))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one worker after another enter; where there are no such locks, each makes its own run."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
