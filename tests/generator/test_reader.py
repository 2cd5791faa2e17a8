"""What a comparison reads of a client is all that is public in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import griffe
import pytest

from generator.diff import public
from generator.diff.reader import load_package, load_public
from generator.generate import generate_into
from tests.generator.support import GOLDEN, ROOT

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS = {"shelf_client": ("contract.yaml", "client.toml"), "next_client": ("next.yaml", "next.toml")}


def described(item: griffe.Object) -> dict[str, Any]:
    """Return all that a comparison looks at."""
    found: dict[str, Any] = {"kind": item.kind, "path": item.path}
    if isinstance(item, griffe.Function):
        found["returns"] = str(item.returns)
        found["parameters"] = [
            (one.name, one.kind, str(one.annotation), str(one.default)) for one in item.parameters
        ]
    elif isinstance(item, griffe.Attribute):
        found["annotation"] = str(item.annotation)
    elif isinstance(item, griffe.Class):
        found["bases"] = [base.path for base in item.mro()]
        found["members"] = sorted(item.all_members)
    return found


def modules(around: griffe.Module) -> int:
    """Count the modules that were read."""
    return 1 + sum(modules(one) for one in around.modules.values())


@pytest.mark.parametrize("package", ["callr_sms_client", *CLIENTS])
def test_everything_public_is_read_and_little_else(package: str, tmp_path: Path) -> None:
    folder = ROOT / "generated_client"
    if package in CLIENTS:
        contract, settings = CLIENTS[package]
        folder = tmp_path / "client"
        generate_into(GOLDEN / contract, GOLDEN / settings, folder)
    whole, read = load_package(folder, package), load_public(folder, package)
    assert {name: described(item) for name, item in public(read).items()} == {
        name: described(item) for name, item in public(whole).items()
    }
    assert list(griffe.find_breaking_changes(whole, read)) == []
    assert list(griffe.find_breaking_changes(read, whole)) == []
    assert modules(read) < modules(whole) / 2


def test_bases_and_what_they_are_imported_through_are_read(tmp_path: Path) -> None:
    """A name comes from a package in a package, its base from a module, and the base of that from another."""
    sources = {
        "__init__.py": "from ._inner import Name\nfrom . import more\n__all__ = ['Name', 'more']\n",
        "more.py": "from enum import Enum\nclass Kind(Enum):\n    ONE = 1\n",
        "_inner/__init__.py": "from ._made import Name\n",
        "_inner/_made.py": "from .._base import Base\nclass Name(Base):\n    own: int\n",
        "_base.py": "from ._root import Root\nclass Base(Root):\n    def middle(self) -> int: ...\n",
        "_root.py": "class Root:\n    def first(self) -> str: ...\n",
        "_other.py": "class Other: ...\n",
    }
    for name, source in sources.items():
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    read = load_public(tmp_path, "package")
    assert set(public(read)) == {
        *("Name", "Name.own", "Name.middle", "Name.first", "more", "more.Kind", "more.Kind.ONE")
    }
    assert "_other" not in read.members
