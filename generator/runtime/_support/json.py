"""JSON as Python has it: dicts, lists, strings, numbers, booleans and None."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from .lazy import LazyModule

if TYPE_CHECKING:
    import json
else:
    json = LazyModule("json")

MAX_DEPTH = 100
"""How deep JSON may be nested where the contract does not define its type."""

_SURROGATE = "[\ud800-\udfff]"
_OUT_OF_RANGE = "a number that is too large for a float"


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether decoded JSON is an object."""
    return isinstance(value, dict)


def is_whole(value: object) -> TypeGuard[int | float]:
    """Return whether decoded JSON is an integer. In JSON Schema, 1.0 is one."""
    return type(value) is int or (type(value) is float and value.is_integer())


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Return whether decoded JSON is an array."""
    return isinstance(value, list)


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def is_unicode(value: object) -> bool:
    """Return whether JSON has no lone surrogate, which UTF-8 cannot encode."""
    if isinstance(value, str):
        return value.isascii() or not re.search(_SURROGATE, value)
    if is_object(value):
        return all(is_unicode(name) and is_unicode(item) for name, item in value.items())
    return all(map(is_unicode, value)) if is_array(value) else True


def dump_json(value: object) -> bytes:
    """Return JSON in UTF-8, without spaces."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def load_json(body: bytes) -> Any:  # noqa: ANN401 - whatever the body holds
    """Decode JSON in UTF-8.

    Raises:
        ValueError: The body is not JSON in UTF-8, or is nested too deeply.
    """
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant, parse_float=_parse_float)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def all_fit(fits: Callable[[Any], bool], items: object) -> bool:
    """Return whether decoded JSON is an array whose items all fit."""
    return is_array(items) and False not in map(fits, items)


def fits_map(fits: Callable[[Any], bool], json: object) -> bool:
    """Return whether decoded JSON is an object whose values all fit."""
    return is_object(json) and False not in map(fits, json.values())


def is_shallow(value: object) -> bool:
    """Return whether decoded JSON is shallow enough to be copied, compared, hashed and pickled."""
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
    """Return a deep copy of a value as JSON; tuples become arrays.

    Raises:
        TypeError: The value holds something that JSON cannot represent.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return _copy_scalar(value)
    if _is_sequence(value):
        return [copy_json(item) for item in value]
    if is_object(value):
        return {_check_name(name): copy_json(item) for name, item in value.items()}
    raise TypeError(f"{type(value).__name__} is not JSON")


def _copy_scalar(value: object) -> object:
    """Return a scalar as its plain built-in type: `str()` of a member of an enum is another text."""
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
        raise TypeError(f"{type(name).__name__} cannot be the name of a property")
    return str.__str__(name)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(_OUT_OF_RANGE)
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN or Infinity, which Python accepts and JSON does not
