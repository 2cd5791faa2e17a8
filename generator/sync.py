"""Folders of generated files: compare them, and bring one up to date."""

import os
from dataclasses import dataclass
from pathlib import Path

from generator.render import BANNER

_LEFT_BY_TOOLS = frozenset(
    {"__pycache__", "build", "dist", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv"}
)


@dataclass(frozen=True)
class Difference:
    """How a folder differs from what it should be; paths are relative, with slashes.

    Attributes:
        missing: Files that should be there.
        changed: Files with other bytes.
        stale: Files that were generated once and are not any more.
        foreign: Files that were not generated.
    """

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    stale: tuple[str, ...]
    foreign: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.stale or self.foreign)


def compare(wanted: Path, found: Path) -> Difference:
    """How `found` differs from `wanted`, seen from both sides."""
    ours, theirs = _read(wanted), _read(found)
    extra = sorted(set(theirs) - set(ours))
    stale = tuple(path for path in extra if BANNER.encode() in theirs[path][:200])
    return Difference(
        missing=tuple(sorted(set(ours) - set(theirs))),
        changed=tuple(path for path in sorted(ours) if path in theirs and ours[path] != theirs[path]),
        stale=stale,
        foreign=tuple(path for path in extra if path not in stale),
    )


def synchronise(wanted: Path, found: Path) -> Difference:
    """Make `found` like `wanted`, and tell what was different. Foreign files are left alone."""
    difference = compare(wanted, found)
    for path in (*difference.missing, *difference.changed):
        _replace(found / path, (wanted / path).read_bytes())
    for path in difference.stale:
        (found / path).unlink()
        _remove_empty(found / path, found)
    return difference


def _read(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_left_by_tools(path.relative_to(folder))
    }


def _is_left_by_tools(path: Path) -> bool:
    return any(part in _LEFT_BY_TOOLS or part.endswith(".egg-info") for part in path.parts)


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it meets the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _remove_empty(path: Path, root: Path) -> None:
    for parent in path.parents:
        if parent == root or any(parent.iterdir()):
            return
        parent.rmdir()
