"""What type checkers make of the client: all of it typed and documented, on every supported Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def test_every_public_symbol_is_typed_and_documented(tmp_path: Path) -> None:
    """Pyright looks for an installed package, as users have it: the client's folder is on the path for it."""
    (tmp_path / "pyrightconfig.json").write_text("{}")
    done = run(
        *("pyright", "--project", str(tmp_path), "--pythonpath", sys.executable),
        *("--ignoreexternal", "--outputjson", "--verifytypes", "callr_sms_client"),
        PYTHONPATH=str(ROOT / "generated_client"),
    )
    report = json.loads(done.stdout)["typeCompleteness"]
    wrong = [symbol["name"] for symbol in report["symbols"] if not symbol["isTypeKnown"]]
    assert wrong == []
    assert report["completenessScore"] == 1
    assert report["exportedSymbolCounts"]["withKnownType"] > 50
    missing = [name for name in report if name.startswith("missing") and report[name]]
    assert missing == []


@pytest.mark.parametrize("version", PYTHONS)
def test_mypy_finds_nothing_for_any_supported_python(version: str, tmp_path: Path) -> None:
    done = run(
        *("mypy", "--strict", "--python-version", version, "--cache-dir", str(tmp_path)),
        *("generated_client/callr_sms_client", "tests/typing"),
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("version", PYTHONS)
def test_pyright_finds_nothing_for_any_supported_python(version: str) -> None:
    done = run("pyright", "--pythonversion", version)
    assert done.returncode == 0, done.stdout
