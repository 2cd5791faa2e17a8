"""From JSON to a struct, with what is wrong said in the words of this emulator."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from callr_sms_emulator import _errors

T = TypeVar("T", bound=msgspec.Struct)

_SECRETS = ("password", "hmac_secret")

# How msgspec says what is wrong, and where.
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


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
    place = _PLACE.search(words)
    path = place["place"] if place else ""
    said = words[: place.start()] if place else words
    if unknown := _UNKNOWN.match(said):
        name = f"{path}.{unknown['name']}".lstrip(".")
        return _errors.unknown_parameter(name, [] if path else _names(kind))
    if missing := _MISSING.match(said):
        return _errors.missing_parameter(f"{path}.{missing['name']}".lstrip("."), "it to be given")
    is_secret = path.rpartition(".")[2] in _SECRETS
    return _errors.bad_field(path, None if is_secret else _value_at(found, path), said, is_secret=is_secret)


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


def _names(kind: type[msgspec.Struct]) -> list[str]:
    return [each.encode_name for each in msgspec.structs.fields(kind)]


def _value_at(found: Any, path: str) -> object:  # noqa: ANN401 - any JSON
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        try:
            found = found[int(index)] if index else found[name]
        except (KeyError, IndexError, TypeError):
            return None
    return found
