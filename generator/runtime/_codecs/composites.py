"""The codecs of arrays, objects and nullable values, and of values of any type."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from .._errors import ArgumentError
from .._support import copy_json, is_array, is_object
from .base import Codec, depth_mismatch, describe_mismatch

T = TypeVar("T")


class Constant(Codec[T]):
    """A constant of the contract."""

    def __init__(self, value: T) -> None:
        self._value = value

    def encode(self, value: object, name: str) -> T:
        """Return the constant, which the argument must equal."""
        if self.mismatch(value, name):
            raise ArgumentError(name, f"expected {self._value!r}")
        return self._value

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not the constant, or None."""
        numbers = {type(value), type(self._value)} <= {int, float}  # 1 and 1.0 are the same in JSON
        same = (numbers or type(value) is type(self._value)) and value == self._value
        return None if same else f"{where}: expected {self._value!r}"

    def decode(self, value: object) -> T:  # noqa: ARG002 - it equals the constant
        """Return the constant."""
        return self._value


class Anything(Codec[object]):
    """JSON of any type, as Python's dicts, lists, strings, numbers, booleans and None."""

    shown = False

    def encode(self, value: object, name: str) -> object:
        """Return a copy of the value, which must be JSON."""
        return _copy_json(value, name)

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is too deep to be copied, or None."""
        return depth_mismatch(value, where)

    def decode(self, value: object) -> object:
        """Return a copy of the value, which may be changed."""
        return copy_json(value)


class JsonObject(Codec[dict[str, object]]):
    """A JSON object with any properties, as a dict."""

    json_type = dict
    shown = False

    def encode(self, value: object, name: str) -> object:
        """Return a copy of the dict, which must be JSON."""
        if not is_object(value):
            raise ArgumentError(name, f"expected a dict, got {type(value).__name__}")
        return _copy_json(value, name)

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not an object that can be copied, or None."""
        return super().mismatch(value, where) or depth_mismatch(value, where)

    def decode(self, value: dict[str, object]) -> dict[str, object]:
        """Return a copy of the dict, which may be changed."""
        copied: dict[str, object] = copy_json(value)
        return copied


class MapOf(Codec[dict[str, T]]):
    """A JSON object with any names, whose values are of one type, as a dict."""

    json_type = dict

    def __init__(self, values: Codec[T]) -> None:
        self._values = values
        self.shown, self.secret = values.shown, values.secret

    def encode(self, value: object, name: str) -> dict[str, Any]:
        """Return the object, each value checked."""
        if not _is_mapping(value):
            raise ArgumentError(name, f"expected a mapping, got {type(value).__name__}")
        made: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise ArgumentError(name, f"expected names that are str, got {type(key).__name__}")
            made[str.__str__(key)] = self._values.encode(item, f"{name}[…]")
        return made

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not an object of the right values, or None."""
        if not is_object(value):
            return describe_mismatch(where, dict, value)
        found = (self._values.mismatch(item, f"{where}[…]") for item in value.values())
        return next(filter(None, found), None)

    def decode(self, value: dict[str, Any]) -> dict[str, T]:
        """Return the values by name."""
        return {name: self._values.decode(item) for name, item in value.items()}


class Nullable(Codec[T | None]):
    """A value, or JSON's null, as None."""

    def __init__(self, inner: Codec[T]) -> None:
        self._inner = inner
        self.shown, self.secret = inner.shown, inner.secret

    def encode(self, value: object, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return null, or the encoded value."""
        return None if value is None else self._inner.encode(value, name)

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is neither null nor of the inner type, or None."""
        return None if value is None else self._inner.mismatch(value, where)

    def decode(self, value: Any) -> T | None:  # noqa: ANN401 - JSON
        """Return none, or what the inner codec makes of the JSON."""
        return None if value is None else self._inner.decode(value)

    def has_property(self, path: str) -> bool:
        """Return whether the inner codec has a property at this path."""
        return self._inner.has_property(path)


class _Items(Codec[T]):
    """The base class of the codecs of arrays."""

    json_type = list

    def __init__(self, items: Codec[Any], *, min_items: int, max_items: int | None, unique: bool) -> None:
        self._items = items
        self._unique = unique
        self._min_items = min_items
        self._max_items = math.inf if max_items is None else max_items
        self.shown, self.secret = items.shown, items.secret

    def encode(self, value: object, name: str) -> list[Any]:
        """Return the array, each item checked."""
        if not _is_sequence(value):
            raise ArgumentError(name, f"expected a sequence, got {type(value).__name__}")
        if not self._min_items <= len(value) <= self._max_items:
            raise ArgumentError(
                name, f"expected {self._min_items:,} to {self._max_items:,} items, got {len(value):,}"
            )
        encoded = [self._items.encode(item, f"{name}[{index}]") for index, item in enumerate(value)]
        if self._unique and len({*map(_identity, encoded)}) < len(encoded):
            raise ArgumentError(name, "expected items that differ from each other")
        return encoded

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not an array of the right items, or None."""
        if not is_array(value):
            return describe_mismatch(where, list, value)
        if self._items.all_fit(value):
            return None
        for index, item in enumerate(value):
            found = self._items.mismatch(item, f"{where}[]")
            if found:
                return f"{found} at index {index}"
        return None


class Array(_Items[tuple[T, ...]]):
    """An array inside a model, as a tuple, because models are immutable."""

    def __init__(
        self, items: Codec[T], *, min_items: int = 0, max_items: int | None = None, unique: bool = False
    ) -> None:
        super().__init__(items, min_items=min_items, max_items=max_items, unique=unique)

    def decode(self, value: list[Any]) -> tuple[T, ...]:
        """Return the items."""
        return tuple(self._items.decode_all(value))


class ListOf(_Items[list[T]]):
    """An array that is the result of an operation, as a list, which belongs to the caller."""

    def __init__(
        self, items: Codec[T], *, min_items: int = 0, max_items: int | None = None, unique: bool = False
    ) -> None:
        super().__init__(items, min_items=min_items, max_items=max_items, unique=unique)

    def decode(self, value: list[Any]) -> list[T]:
        """Return the items."""
        return list(self._items.decode_all(value))


def _identity(value: object) -> object:
    """Return what is equal for equal JSON alone: in Python, 1 equals True."""
    if isinstance(value, bool):
        return bool, value
    if is_object(value):
        return frozenset((name, _identity(item)) for name, item in value.items())
    return tuple(map(_identity, value)) if is_array(value) else value


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _copy_json(value: object, name: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return copy_json(value)
    except TypeError as caught:
        reason = str(caught)
    raise ArgumentError(name, f"expected JSON: {reason}")
