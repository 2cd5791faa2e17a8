"""Scopes: each name of a generated module means one thing."""

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from generator.errors import GenerationError

_OWN = "a name that every client has"
_LONGEST = 100


def find_collisions(files: Sequence[Path], origins: Mapping[str, str]) -> list[str]:
    """Return a line for each name that a module or a class of the client would have twice.

    Python lets the last one win without a word, so that a class of the contract would replace one of the
    client, or the other way around.

    Args:
        files: The generated modules.
        origins: Where the contract has a Python name from, such as `#/components/schemas/SMS`.
    """
    found: dict[str, None] = {}
    for file in files:
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except SyntaxError as caught:
            raise GenerationError(
                f"{file.name}: {caught.msg}: {(caught.text or '').strip()[:_LONGEST]}"
            ) from caught
        for scope, name in _twice(tree):
            first = origins.get(name, origins.get(scope, f"the contract ({name} in {file.name})"))
            cure = "rename it there, or in the settings of the client under [schemas] or [operations]"
            found[f"{first}: its Python name {name} is {_OWN}, or that of another part; {cure}"] = None
    return list(found)


def _twice(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each class, or an empty string for the module, with the names that it binds to two things."""
    scopes = [
        ("", tree.body),
        *((node.name, node.body) for node in tree.body if isinstance(node, ast.ClassDef)),
    ]
    for scope, body in scopes:
        known: dict[str, str] = {}
        for name, origin in _bound(body):
            is_builtin = not scope and hasattr(builtins, name) and not name.startswith("_")
            if known.setdefault(name, origin) != origin or is_builtin:
                yield scope, name


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield the names that statements bind, with what tells one binding from another."""
    for node in body:
        here = f"line {node.lineno}"
        match node:
            case ast.Import(names=names):
                yield from ((item.asname or item.name.partition(".")[0], item.name) for item in names)
            case ast.ImportFrom(names=names):
                yield from ((item.asname or item.name, f"{node.module}.{item.name}") for item in names)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, here
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, here
            case ast.Assign(targets=targets):
                yield from ((target.id, here) for target in targets if isinstance(target, ast.Name))
