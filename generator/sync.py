"""Folders of generated files: compare and update them."""

import os
from dataclasses import dataclass
from pathlib import Path

from generator.render import BANNER

_LEFT_BY_TOOLS = frozenset(
    {"__pycache__", "build", "dist", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv"}
)


@dataclass(frozen=True)
class Difference:
    """How a folder differs from the generated one; paths are relative, with slashes.

    Attributes:
        missing: Files that were generated and are not in the folder.
        changed: Files with different bytes.
        stale: Files that were generated once and no longer are.
        foreign: Files that were never generated.
    """

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    stale: tuple[str, ...]
    foreign: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.stale or self.foreign)


def compare(wanted: Path, found: Path) -> Difference:
    """Compare the folder `found` with the generated one, `wanted`."""
    expected, actual = _read(wanted), _read(found)
    extra = sorted(set(actual) - set(expected))
    stale = tuple(path for path in extra if BANNER.encode() in actual[path][:200])
    return Difference(
        missing=tuple(sorted(set(expected) - set(actual))),
        changed=tuple(path for path in sorted(expected) if path in actual and expected[path] != actual[path]),
        stale=stale,
        foreign=tuple(path for path in extra if path not in stale),
    )


def synchronise(wanted: Path, found: Path) -> Difference:
    """Update the folder `found` to `wanted`, and return the differences. Foreign files are not touched."""
    difference = compare(wanted, found)
    for path in (*difference.missing, *difference.changed):
        _replace(found / path, (wanted / path).read_bytes())
    for path in difference.stale:
        (found / path).unlink()
        for folder in (found / path).parents:
            if folder == found or any(folder.iterdir()):
                break
            folder.rmdir()
    return difference


def _read(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(
            part in _LEFT_BY_TOOLS or part.endswith(".egg-info") for part in path.relative_to(folder).parts
        )
    }


def _replace(path: Path, content: bytes) -> None:
    """Replace a file atomically: a reader sees the old content or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
