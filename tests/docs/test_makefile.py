"""Every target of the Makefile is documented, and nothing that is documented is missing."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT, files_of

if TYPE_CHECKING:
    from pathlib import Path


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_target_is_in_the_table_of_contributing() -> None:
    table = re.findall(r"^\| `make ([a-z-]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert set(table) == targets() - {"help"}


def test_the_list_of_targets_fits_into_80_columns() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607 - whichever make runs these tests
    lines = done.stdout.splitlines()
    assert {line.split()[0] for line in lines if line[2] != " "} == targets()
    assert [line for line in lines if len(line) > 80] == []


def test_every_target_that_a_document_names_exists() -> None:
    words = r"^(?:make|\$ make) ([a-z-]+)|`make ([a-z-]+)"
    named = {
        first or second
        for path in files_of(".md")
        for first, second in re.findall(words, path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= targets()


def test_docs_prints_addresses_that_can_be_clicked(tmp_path: Path) -> None:
    """In a folder whose name has a space; all pages are there, so nothing is made."""
    root = tmp_path / "my tools"
    pages = ("build/docs/api.html", "build/docs/client.html")
    made = ("emulator/callr_sms_emulator/_page/reference.html", *pages)
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    sources = {
        path for path in re.findall(r"[\w./]+\.(?:py|yaml|md|toml|lock)", rules) if (ROOT / path).is_file()
    }
    for path in (*sources, f".venv/.ready-{platform.python_version()}", ".venv/bin/python", *made):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (root / ".venv/bin/python").unlink()
    (root / ".venv/bin/python").symlink_to(sys.executable)
    outside = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "-f", ROOT / "Makefile", "docs", f"PYTHON={sys.executable}"],  # noqa: S607 - whichever make runs these tests
        cwd=root,
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [(root / path).as_uri() for path in made]
    assert "my%20tools" in done.stdout


def test_what_the_makefile_says_is_phony_is_what_it_documents() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets()


def parts() -> dict[str, set[str]]:
    """The parts that `PART=` takes, with their folders of tests."""
    text = (ROOT / "Makefile").read_text()
    names = re.search(r"^PART_NAMES := (.*)$", text, re.MULTILINE)
    assert names is not None
    found = dict(re.findall(r"^TESTS_(\w+) := (.*)$", text, re.MULTILINE))
    assert found.keys() == set(names[1].split())
    return {name: set(folders.split()) for name, folders in found.items()}


def test_every_part_is_documented_and_has_its_tests() -> None:
    row = re.search(r"^\| `make test` \| (.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"`([a-z]+)`", row[1])) == parts().keys()
    assert all((ROOT / folder).is_dir() for folders in parts().values() for folder in folders)


def test_every_folder_of_tests_is_of_a_part_or_said_to_be_of_several() -> None:
    said = set(re.findall(r"`(tests/[a-z_]+)`", (ROOT / "CONTRIBUTING.md").read_text()))
    without_tests = {"tests/preloaded_pytest", "tests/typing"}
    folders = {f"tests/{path.parent.name}" for path in (ROOT / "tests").glob("*/*.py")}
    assert folders - without_tests == said.union(*parts().values())


def test_every_part_names_targets_that_exist() -> None:
    checks = dict(re.findall(r"^CHECKS_(\w+) := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert checks.keys() == parts().keys()
    assert set(" ".join(checks.values()).split()) <= targets()


@pytest.mark.parametrize("part", ["clients", "client emulator"])
def test_another_part_is_refused(part: str) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "-n", "test", f"PART={part}"],  # noqa: S607 - whichever make runs these tests
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"PART: '{part}' is no part; expected one of {' '.join(parts())}" in done.stderr
