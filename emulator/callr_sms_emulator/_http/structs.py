"""From JSON to a struct, with what is wrong said in the words of this emulator."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from callr_sms_emulator import _errors
from callr_sms_emulator._http import type_words

T = TypeVar("T", bound=msgspec.Struct)

_SECRETS = ("password", "hmac_secret")

# How msgspec says what is wrong, and where.
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_NOT_ONE_OF = "Invalid enum value "
_PATTERN = " matching regex "

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def convert(found: dict[str, object], kind: type[T]) -> T:
    """Make a struct of a JSON object.

    Raises:
        InvalidRequestError: It does not fit; the message names the field, the value and what was expected.
    """
    _refuse_lone_surrogates(found)
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise explain(found, kind, str(error)) from None


def explain(found: object, kind: type[msgspec.Struct], words: str) -> _errors.InvalidRequestError:
    """Say what msgspec has found wrong in the words of this API."""
    path, said = _split(words)
    types = _types_at(kind, path)
    if (error := _explain_name(path, said, types)) is not None:
        return error
    if said.startswith(_NOT_ONE_OF):
        return _errors.not_one_of(path, value_at(found, path), _words(types))
    is_secret = path.rpartition(".")[2] in _SECRETS
    value = None if is_secret else value_at(found, path)
    told = type_words.told(types) if _PATTERN in said else None
    return _errors.bad_field(path, value, f"Expected {told}" if told else said, is_secret=is_secret)


def explain_privately(
    found: dict[str, object], kind: type[msgspec.Struct], words: str, prefix: str
) -> _errors.InvalidRequestError:
    """Say what msgspec has found wrong without a value; `prefix` stands before the name of the field."""
    for name, value in found.items():
        _refuse_lone_surrogates({f"{prefix}{name}": value})
    path, said = _split(words)
    types = _types_at(kind, path)
    error = _explain_name(prefix + path, said, types)
    return error or _errors.bad_member(prefix + path, value_at(found, path), type_words.say(types))


def _split(words: str) -> tuple[str, str]:
    """Give the place that msgspec names, and what it says of it."""
    place = _PLACE.search(words)
    return (place["place"], words[: place.start()]) if place else ("", words)


def _explain_name(path: str, said: str, types: list[inspect.Type]) -> _errors.InvalidRequestError | None:
    """Say that a field is unknown or missing in the object at `path`; None where it is something else."""
    before = f"{path.rstrip('.')}.".lstrip(".")
    if unknown := _UNKNOWN.match(said):
        known = [
            each.encode_name for kind in types if isinstance(kind, inspect.StructType) for each in kind.fields
        ]
        return _errors.unknown_parameter(before + unknown["name"], [before + each for each in known])
    if missing := _MISSING.match(said):
        return _errors.missing_parameter(before + missing["name"], "it to be given")
    return None


def _types_at(kind: type[msgspec.Struct], path: str) -> list[inspect.Type]:
    """Give every type that a place may have."""
    types: list[inspect.Type] = [inspect.type_info(kind)]
    for name, _ in _STEP.findall(path):
        types = [each for outer in types for each in _types_inside(outer, name)]
    return types


def _types_inside(outer: inspect.Type, name: str) -> list[inspect.Type]:
    if isinstance(outer, inspect.StructType):
        return [each for field in outer.fields if field.encode_name == name for each in _open(field.type)]
    return _open(outer.item_type) if isinstance(outer, inspect.ListType) and not name else []


def _open(kind: inspect.Type) -> list[inspect.Type]:
    """Give the parts of a union, and what is said of a type beside the type."""
    if isinstance(kind, inspect.UnionType):
        return [each for part in kind.types for each in _open(part)]
    return [kind, *_open(kind.type)] if isinstance(kind, inspect.Metadata) else [kind]


def _words(types: list[inspect.Type]) -> list[str]:
    return [str(each) for kind in types if isinstance(kind, inspect.LiteralType) for each in kind.values]


def _refuse_lone_surrogates(found: dict[str, object]) -> None:
    """Refuse half of a surrogate pair anywhere: msgspec and SQLite fail on it. As deep as JSON can be."""
    waiting: list[tuple[str, object]] = [("", found)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            _errors.refuse_lone_surrogate(path, value)
        elif isinstance(value, dict):
            inside = [(f"{path}.{name}".lstrip("."), name, each) for name, each in value.items()]
            for place, name, _ in inside:
                _errors.refuse_lone_surrogate(place, name)
            waiting += [(place, each) for place, _, each in reversed(inside)]
        elif isinstance(value, list):
            waiting += [(f"{path}[{index}]", each) for index, each in enumerate(value)]


def value_at(found: Any, path: str) -> object:  # noqa: ANN401 - any JSON
    """Give what stands in a place, as msgspec writes places; None where nothing does."""
    for name, index in _STEP.findall(path):
        try:
            found = found[int(index)] if index else found[name]
        except (KeyError, IndexError, TypeError):
            return None
    return found
