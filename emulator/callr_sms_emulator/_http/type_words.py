"""What the types of msgspec take, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import inspect

from callr_sms_emulator import _errors

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPECTED = "expected"
"""The key in the `extra` of a `msgspec.Meta` under which its pattern is said in words."""

_PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
    inspect.NamedTupleType: "an array",
}


def told(types: Sequence[inspect.Type]) -> str | None:
    """Give the words for the pattern of a field, where it has some."""
    found = [each.extra[EXPECTED] for each in types if isinstance(each, inspect.Metadata) and each.extra]
    return str(found[0]) if found else None


def say(types: Sequence[inspect.Type]) -> str:
    """Say what may stand in a place that has one of these types."""
    words = told(types)
    if words is None:
        said = [_say(each) for each in types if not isinstance(each, inspect.Metadata)]
    else:
        said = [words, *("null" for each in types if isinstance(each, inspect.NoneType))]
    return " or ".join(dict.fromkeys(said))


def _say(kind: inspect.Type) -> str:
    match kind:
        case inspect.LiteralType():
            return " or ".join(_errors.show(each) for each in kind.values)
        case inspect.IntType():
            return "a whole number" + _say_bounds(kind)
        case inspect.FloatType():
            return "a number" + _say_bounds(kind)
        case inspect.StrType():
            return "a string" + _say_length(kind, "characters")
        case inspect.ListType():
            return "an array" + _say_length(kind, "elements")
    return _PLAIN.get(type(kind), "an object")


def _say_bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    words = (("above", kind.gt), ("from", kind.ge), ("below", kind.lt), ("to", kind.le))
    return "".join(f" {word} {bound}" for word, bound in words if bound is not None)


def _say_length(kind: inspect.StrType | inspect.ListType, unit: str) -> str:
    words = (("at least", kind.min_length), ("at most", kind.max_length))
    return "".join(f" of {word} {bound} {unit}" for word, bound in words if bound is not None)
