"""Changes for callers in Python: the public names and signatures of the clients of two contracts.

griffe finds removed names, and arguments that a call must not or must have. It does not compare the types of
arguments and attributes, nor find additions: this module does.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import griffe

from generator.diff.changes import PYTHON, Change
from generator.diff.reader import load_public
from generator.diff.versions import Bump

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Public = dict[str, griffe.Object]

#: Types of results are compared here, together with the types that griffe does not compare.
_COMPARED_HERE = griffe.BreakageKind.RETURN_CHANGED_TYPE


def signature_changes(base: Path, client: Path, package: str) -> list[Change]:
    """Compare two clients from the view of code that imports `package`.

    Args:
        base: The folder that holds the package of the released contract.
        client: The folder that holds the package of the present one.
        package: The name of the package. griffe reads its source without importing it.
    """
    old, new = load_public(base, package), load_public(client, package)
    before, after = public(old), public(new)
    found = [
        _broken(one, before)
        for one in griffe.find_breaking_changes(old, new)
        if one.kind is not _COMPARED_HERE
    ]
    new_names = after.keys() - before.keys()
    added = [name for name in new_names if "." not in name or name.rpartition(".")[0] in before]
    found += [Change("It was added.", name, "", "python-added", Bump.MINOR) for name in added]
    for name in before.keys() & after.keys():
        found += _typed(name, before[name], after[name])
    return found


def public(package: griffe.Module) -> Public:
    """Return everything public in a package by its public name, such as `SmsApi.get`."""
    found: Public = {}
    waiting = [("", _object(package))]
    while waiting:
        prefix, around = waiting.pop()
        for name, member in around.all_members.items():
            if member.is_public and f"{prefix}{name}" not in found:
                target = _object(member)
                found[f"{prefix}{name}"] = target
                if target.is_class or target.is_module:
                    waiting.append((f"{prefix}{name}.", target))
    return found


def _object(member: griffe.Object | griffe.Alias) -> griffe.Object:
    return member.final_target if isinstance(member, griffe.Alias) else member


def _broken(breakage: griffe.Breakage, before: Public) -> Change:
    """Turn a finding of griffe into a change of the name that code imports."""
    names = {target.path: name for name, target in before.items()}
    path = breakage.obj.path
    where, what = names.get(path, path.partition(".")[2]), f"{breakage.kind.value}."
    parameters = [
        one for one in (breakage.old_value, breakage.new_value) if isinstance(one, griffe.Parameter)
    ]
    if parameters:
        where = f"{where}({parameters[0].name})"
    if breakage.kind is griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT:
        what = f"Its default changed from `{parameters[0].default}` to `{parameters[1].default}`."
    return Change(what, where, "", "griffe", Bump.MAJOR, (PYTHON,))


def _typed(name: str, old: griffe.Object, new: griffe.Object) -> Iterator[Change]:
    """Compare types: arguments may accept more types than before, results and attributes may have fewer."""
    if isinstance(old, griffe.Function) and isinstance(new, griffe.Function):
        yield from _parameters(name, old, new)
        yield from _compared(name, old.returns, new.returns, takes=False)
    elif isinstance(old, griffe.Attribute) and isinstance(new, griffe.Attribute):
        yield from _compared(name, old.annotation, new.annotation, takes=False)


def _parameters(name: str, old: griffe.Function, new: griffe.Function) -> Iterator[Change]:
    known = {parameter.name: parameter for parameter in old.parameters}
    for parameter in new.parameters:
        where = f"{name}({parameter.name})"
        if parameter.name in known:
            before = known[parameter.name].annotation
            yield from _compared(where, before, parameter.annotation, takes=True)
        elif not parameter.required:
            yield Change("It was added.", where, "", "python-added", Bump.MINOR)


def _compared(
    where: str, old: str | griffe.Expr | None, new: str | griffe.Expr | None, *, takes: bool
) -> Iterator[Change]:
    written = str(old), str(new)
    # Most types are written alike in both clients, and reading them takes longest.
    if written[0] == written[1]:
        return
    before, after = map(alternatives, written)
    if before == after:
        return
    fine = before < after if takes else after < before
    bump, breaks = (Bump.MINOR, ()) if fine else (Bump.MAJOR, (PYTHON,))
    yield Change(f"Its type changed from `{old}` to `{new}`.", where, "", "python-type", bump, breaks)


def alternatives(annotation: str) -> frozenset[str]:
    """Return the types that an annotation allows: three for `Literal["a", "b"] | None`.

    The module of a type is removed, because it is only written where a member hides the name.
    """
    return frozenset(_alternatives(ast.parse(annotation, mode="eval").body))


def _alternatives(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _alternatives(left)
            yield from _alternatives(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=values):
            elements = values.elts if isinstance(values, ast.Tuple) else [values]
            yield from (f"Literal[{ast.unparse(element)}]" for element in elements)
        case _:
            yield ast.unparse(_Bare().visit(node))


class _Bare(ast.NodeTransformer):
    """Removes the module from a type."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr, ast.Load())
