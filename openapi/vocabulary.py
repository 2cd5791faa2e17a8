"""The names of extensions and the values of `x-provenance`, from the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path

#: The page with the tables. The lint reports names and values that are not in them.
PAGE = Path(__file__).with_name("README.md")


def provenance() -> dict[str, str]:
    """Return the values of `x-provenance`, each with its meaning."""
    return _table("Where a field comes from", r"\| `([a-z0-9-]+)` \| (.*) \|")


def extensions() -> set[str]:
    """Return the names of the extensions, such as `x-callr-safe`."""
    return set(_table("Extensions", r"\| `(x-[a-z-]+)` \| (.*) \|"))


def _table(heading: str, row: str) -> dict[str, str]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(f"^{row}$", section, re.MULTILINE))
