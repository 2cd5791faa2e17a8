"""JSON as Python has it: dicts, lists, strings, numbers, booleans and None."""

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeGuard

MAX_DEPTH = 100
"""How deep JSON may be nested where the contract does not say what it is."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_OUT_OF_RANGE = "a number that no float can hold, and that would come out as Infinity"


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether decoded JSON is an object."""
    return isinstance(value, dict)


def is_whole(value: object) -> TypeGuard[int | float]:
    """Whether decoded JSON is an integer. To JSON Schema, and to some who write JSON, 1.0 is one."""
    return type(value) is int or (type(value) is float and value.is_integer())


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether decoded JSON is an array."""
    return isinstance(value, list)


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def is_unicode(value: object) -> bool:
    """Whether JSON has no lone surrogate, which UTF-8 cannot hold and Python's error would quote."""
    if isinstance(value, str):
        return value.isascii() or not _SURROGATE.search(value)
    if is_object(value):
        return all(is_unicode(name) and is_unicode(item) for name, item in value.items())
    return all(map(is_unicode, value)) if is_array(value) else True


def dump_json(value: object) -> bytes:
    """JSON in UTF-8, without spaces."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def load_json(body: bytes) -> Any:  # noqa: ANN401 - whatever the body holds
    """Decode JSON in UTF-8.

    Raises:
        ValueError: It is something else, or nested too deeply to be an answer.
    """
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant, parse_float=_parse_float)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def all_fit(fits: Callable[[Any], bool], items: object) -> bool:
    """Whether decoded JSON is an array of items that all fit."""
    return is_array(items) and False not in map(fits, items)


def is_shallow(value: object) -> bool:
    """Whether decoded JSON is nested no deeper than all can copy, compare, hash and pickle."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [item for inner in level for item in _items_of(inner)]
        if not level:
            return True
    return False


def _items_of(value: object) -> Iterable[object]:
    if is_object(value):
        return value.values()
    return value if is_array(value) else ()


def copy_json(value: object) -> Any:  # noqa: ANN401 - as deep as it goes
    """A copy of what JSON can hold; tuples become arrays.

    Raises:
        TypeError: There is something in it that JSON cannot hold.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return _copy_scalar(value)
    if _is_sequence(value):
        return [copy_json(item) for item in value]
    if is_object(value):
        return {_check_name(name): copy_json(item) for name, item in value.items()}
    raise TypeError(f"{type(value).__name__} is not JSON")


def _copy_scalar(value: object) -> object:
    """The value itself, or of a subclass what JSON makes of it: `str()` of an enumeration is another text."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        number = float.__float__(value)
        if not math.isfinite(number):
            raise TypeError(f"{type(value).__name__} is not JSON")
        return number
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    return value


def _check_name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{type(name).__name__} is no name of a member")
    return str.__str__(name)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(_OUT_OF_RANGE)
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which Python reads and JSON does not know
