"""A small change of the contract stays small: one more optional property, and the next minor version.

The checklist "You changed the contract" of CONTRIBUTING.md is followed in a copy of the repository.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from generator.diff.versions import Bump
from openapi.provenance import PAGE
from tests.generator.contracts import base
from tests.generator.support import ROOT, tree

if TYPE_CHECKING:
    from pathlib import Path

NOW = base().version
NEXT = NOW.raised(Bump.MINOR)
CONTRACT = "openapi/openapi.yaml"
NODE_MODULES = "openapi/lint/node_modules"
LEFT_OUT = [".git", ".venv", "node_modules", "build", "dist", "*.egg-info", ".*_cache"]
# What ends after .pyc is a compiled module that another worker is about to write.
LEFT_OUT += [".hypothesis", ".schemathesis", "*.pyc.*"]
PROPERTY = """\
        carrier:
          type: string
          description: The name of the network.
          pattern: ^[A-Za-z ]*$
          maxLength: 64
          examples: [Orange]
          x-provenance: [choice]
"""
ENTRY = "- An SMS shows the name of its network, `carrier`, where the API sends it.\n"
ONE_BY_ONE = """\
import sys
from generator.cli import app
for command in sys.argv[1:]:
    code = app([command], standalone_mode=False)
    if code:
        sys.exit(f"{command}: exit code {code}")
"""
#: What these compare depends on the version, or on the properties of an SMS.
NEAREST = (
    "tests/client/test_models.py",
    "tests/client/test_requests.py",
    "tests/client/test_wheel.py::test_its_metadata",
    "tests/generator/test_diff.py::test_the_present_contract_is_raised_enough",
    "tests/generator/test_diff.py::test_people_read_a_row_for_each_change",
    "tests/generator/test_diff.py::test_programs_read_json",
    "tests/generator/test_diff.py::test_releasing",
    "tests/openapi/test_docs.py",
    "tests/openapi/test_provenance.py",
)


@dataclass(frozen=True)
class Copy:
    """A copy of the repository; its code is imported from the copy.

    Attributes:
        root: The folder of the copy.
        site: The folder that the client is installed in again.
    """

    root: Path
    site: Path

    def run(self, *command: str) -> str:
        """Run a command in the copy, which has to succeed; returns what it prints."""
        parts = (self.site, self.root, *(self.root / part for part in ("emulator", "contract_tests")))
        # What started this test, pytest or make, has no say in what is started here.
        outside = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "MAKE"))}
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=self.root,
            env={**outside, "PYTHONPATH": os.pathsep.join(map(str, parts)), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def python(self, *arguments: str) -> str:
        """Run a module in the copy."""
        return self.run(sys.executable, "-m", *arguments)

    def generator(self, *commands: str) -> str:
        """Run commands of the generator, one after the other, in one process: importing takes the longest."""
        return self.run(sys.executable, "-c", ONE_BY_ONE, *commands)

    def set_up(self) -> str:
        """Return the commands that `make setup` would run."""
        return self.run("make", "-n", "setup", f"PYTHON={sys.executable}")

    def insert(self, path: str, text: str, *, after: tuple[str, ...]) -> None:
        """Insert a text after the last of some lines, which follow each other at any distance."""
        content = (self.root / path).read_text(encoding="utf-8")
        place = 0
        for line in after:
            place = content.index(f"{line}\n", place) + len(line) + 1
        (self.root / path).write_text(content[:place] + text + content[place:], encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """Return the files that a commit would hold."""
        return {
            path: content
            for path, content in tree(self.root).items()
            if not path.startswith(".venv/") and "__pycache__" not in path.split("/")
        }


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the repository that is set up, with its compiled modules: they fit, for times are copied."""
    folder = tmp_path_factory.mktemp("raised")
    root = folder / "toolkit"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (root / NODE_MODULES).symlink_to(ROOT / NODE_MODULES)
    (root / ".venv").mkdir()
    for stamp in (f".ready-{platform.python_version()}", ".client"):
        (root / ".venv" / stamp).touch()
    return Copy(root, folder / "site")


@pytest.fixture(scope="module")
def changes(copy: Copy) -> set[str]:
    """The files that are different after the checklist was followed."""
    before = copy.files()
    assert "pip install" not in copy.set_up()
    contract = copy.root / CONTRACT
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace(f"\n  version: {NOW}\n", f"\n  version: {NEXT}\n"), encoding="utf-8")
    copy.insert(CONTRACT, PROPERTY, after=("    SMS:", "      properties:"))
    copy.insert("CHANGELOG.md", ENTRY, after=("### Added", ""))
    said = copy.generator("diff", "generate", "release", "check")
    assert f"version needed  {NEXT} (minor)" in said
    assert said.endswith("the client matches the contract\n")
    after = copy.files()
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_only_the_files_that_say_something_else_change(changes: set[str]) -> None:
    assert changes == {
        CONTRACT,
        f"openapi/released/{NEXT}.yaml",
        PAGE.relative_to(ROOT).as_posix(),
        "CHANGELOG.md",
        "generated_client/callr_sms_client/_generated.py",
        "generated_client/callr_sms_client/_models.py",
    }


@pytest.mark.usefixtures("changes")
def test_nothing_is_installed_but_the_client(copy: Copy) -> None:
    commands = copy.set_up()
    assert commands.count("pip install") == 1
    assert "--editable generated_client" in commands
    assert "--editable contract_tests" not in commands


@pytest.mark.usefixtures("changes")
def test_the_contract_passes_its_checks(copy: Copy) -> None:
    copy.python("openapi.lint")
    page = (copy.root / PAGE.relative_to(ROOT)).read_text(encoding="utf-8")
    row = "| `SMS.carrier` | property | choice | choice | an SMS that was read or listed | reads |\n"
    assert row in page


@pytest.mark.usefixtures("changes")
def test_the_tests_that_are_not_about_the_change_pass(copy: Copy) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation")
    copy.python("pip", "install", *options, "--target", str(copy.site), "./generated_client")
    said = copy.python(
        "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis", *NEAREST
    )
    assert " passed" in said
    assert "failed" not in said
