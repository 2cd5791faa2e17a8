"""What type checkers make of the client: all of it typed and documented, on every supported Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.12", "3.13", "3.14")
"""The oldest Python is for `make types`, which checks the same files by the same rules."""


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
def test_mypy_finds_nothing_for_any_supported_python(version: str) -> None:
    """The cache is that of `make types`, where each version of Python has a folder of its own."""
    done = run(
        *("mypy", "--strict", "--python-version", version),
        *("generated_client/callr_sms_client", "tests/typing"),
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("version", PYTHONS)
def test_pyright_finds_nothing_for_any_supported_python(version: str) -> None:
    done = run("pyright", "--pythonversion", version)
    assert done.returncode == 0, done.stdout


def test_make_types_checks_the_oldest_supported_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    mypy, pyright = project["tool"]["mypy"], project["tool"]["pyright"]
    assert project["project"]["requires-python"] == ">=3.11"
    assert (mypy["python_version"], mypy["strict"]) == ("3.11", True)
    assert (pyright["pythonVersion"], pyright["typeCheckingMode"]) == ("3.11", "strict")
    assert {"generated_client", "tests"} <= set(mypy["files"])
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ntypes: ")[2].partition("\n\n")[0]
    assert recipe.splitlines()[1:] == ["\t$(BIN)/mypy", "\t$(BIN)/pyright"]
