"""The words of the contract's own extensions, read from the page that explains them to people."""

from __future__ import annotations

import re
from pathlib import Path

#: The page with the tables. A word that is in no table is a finding of the lint.
PAGE = Path(__file__).with_name("README.md")


def provenance() -> dict[str, str]:
    """Return the words of `x-provenance` with what each means."""
    return _table("Where a field comes from", r"\| `([a-z0-9-]+)` \| (.*) \|")


def extensions() -> set[str]:
    """Return the names of the extensions, such as `x-callr-safe`."""
    return set(_table("Extensions", r"\| `(x-[a-z-]+)` \| (.*) \|"))


def _table(heading: str, row: str) -> dict[str, str]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(f"^{row}$", section, re.MULTILINE))
