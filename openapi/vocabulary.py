"""The names of extensions and the values of `x-provenance`, from the page that explains them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

#: The page with the tables. The lint reports names and values that are not in them.
PAGE = Path(__file__).with_name("README.md")


def provenance() -> dict[str, str]:
    """Return the values of `x-provenance`, each with its meaning."""
    return {word: meaning for word, (_, meaning) in _sources().items()}


def confidence() -> dict[str, str]:
    """Return the values of `x-provenance`, each with how sure a part is of which it is the only one."""
    return {word: sure for word, (sure, _) in _sources().items()}


@cache
def _sources() -> dict[str, tuple[str, str]]:
    rows = _rows("Where a field comes from", r"\| `([a-z0-9-]+)` \| ([a-z]+) \| (.*) \|")
    return {word: (sure, meaning) for word, sure, meaning in rows}


def extensions() -> set[str]:
    """Return the names of the extensions, such as `x-callr-safe`."""
    return {name for name, _ in _rows("Extensions", r"\| `(x-[a-zA-Z-]+)` \| (.*) \|")}


def _rows(heading: str, row: str) -> list[tuple[str, ...]]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(f"^{row}$", section, re.MULTILINE)
