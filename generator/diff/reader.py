"""Clients, read from their source without importing them.

Two thirds of the modules of a client hold nothing public, and reading them takes longer than generating the
client. A comparison reads only those that a public name leads to: by its import, or by the bases of a class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import griffe

if TYPE_CHECKING:
    from pathlib import Path


def load_package(folder: Path, package: str) -> griffe.Module:
    """Read the source of a package without importing it.

    Args:
        folder: The folder that contains the package.
        package: The name of the package.
    """
    return _as_module(
        griffe.load(package, search_paths=[folder], allow_inspection=False, try_relative_path=False)
    )


def load_public(folder: Path, package: str) -> griffe.Module:
    """Read what is public in a package: of the other modules, those that its names and bases come from.

    Args:
        folder: The folder that contains the package.
        package: The name of the package.
    """
    return _Reader(folder, package).package


class _Reader:
    """Reads the modules of a package that public names lead to."""

    def __init__(self, folder: Path, package: str) -> None:
        self._loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
        self.package = _as_module(self._loader.load(package, submodules=False, try_relative_path=False))
        self._followed: set[str] = set()
        self._follow_module(self.package)

    def _follow_module(self, module: griffe.Module) -> None:
        """Follow the public members of a module; those of a package are its public modules, too."""
        if module.is_init_module:
            for path in sorted(module.filepath.parent.iterdir()):  # type: ignore[union-attr] # one folder
                if not path.name.startswith("_"):
                    self._submodule(module, path.stem)
        for member in list(module.members.values()):
            if member.is_public:
                self._follow(member)

    def _follow(self, member: griffe.Object | griffe.Alias) -> None:
        if member.path in self._followed:
            return
        self._followed.add(member.path)
        if isinstance(member, griffe.Alias):
            self._follow_path(member.target_path)
        elif isinstance(member, griffe.Module):
            self._follow_module(member)
        elif isinstance(member, griffe.Class):
            for base in member.bases:
                self._follow_path(base if isinstance(base, str) else base.canonical_path)
            for inner in list(member.members.values()):
                self._follow(inner)

    def _follow_path(self, path: str) -> None:
        """Read the modules that a path leads through, and follow what it leads to; not those of others."""
        package, *names = path.split(".")
        found: griffe.Object | griffe.Alias | None = self.package if package == self.package.name else None
        for name in names:
            if isinstance(found, griffe.Module):
                found = self._submodule(found, name) or found.members.get(name)
            elif isinstance(found, griffe.Class):
                found = found.members.get(name)
        if found is not None and found is not self.package:
            self._follow(found)

    def _submodule(self, around: griffe.Module, name: str) -> griffe.Module | None:
        """Return a module of a package, read when it is first wanted; None if there is none of this name."""
        known = around.members.get(name)
        if isinstance(known, griffe.Module):
            return known
        if not around.is_init_module:
            return None
        folder = around.filepath.parent  # type: ignore[union-attr] # one folder
        paths = (folder / f"{name}.py", folder / name / "__init__.py")
        path = next((one for one in paths if one.exists()), None)
        if path is None:
            return None
        module = griffe.visit(
            name,
            filepath=path,
            code=path.read_text(encoding="utf-8"),
            parent=around,
            lines_collection=self._loader.lines_collection,
            modules_collection=self._loader.modules_collection,
        )
        around.set_member(name, module)
        return module


def _as_module(loaded: griffe.Object | griffe.Alias) -> griffe.Module:
    if not isinstance(loaded, griffe.Module):  # pragma: no cover - the generator writes packages
        raise TypeError(f"{loaded.path}: expected a package, found {loaded.kind.value}")
    return loaded
