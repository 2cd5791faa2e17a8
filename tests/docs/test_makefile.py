"""Every target of the Makefile is documented, and nothing that is documented is missing."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_target_is_in_the_table_of_contributing() -> None:
    table = re.findall(r"^\| `make ([a-z-]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert set(table) == targets() - {"help"}


def test_every_target_that_a_document_names_exists() -> None:
    documents = [path for path in ROOT.glob("**/*.md") if not {".venv", "node_modules"} & set(path.parts)]
    words = r"^(?:make|\$ make) ([a-z-]+)|`make ([a-z-]+)"
    named = {
        first or second
        for path in documents
        for first, second in re.findall(words, path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= targets()


def test_what_the_makefile_says_is_phony_is_what_it_documents() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets()
