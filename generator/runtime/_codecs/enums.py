"""The codecs of enums."""

from typing import TypeVar

from .._errors import ArgumentError
from .._open_enums import OpenIntEnum, OpenStrEnum
from .._support import is_whole
from .base import Codec, describe_mismatch

_StrEnum = TypeVar("_StrEnum", bound=OpenStrEnum)
_IntEnum = TypeVar("_IntEnum", bound=OpenIntEnum)


class StringEnum(Codec[_StrEnum]):
    """A string of an enum: closed for arguments, open for responses."""

    json_type = str

    def __init__(self, enum: type[_StrEnum]) -> None:
        self._enum = enum

    def encode(self, value: object, name: str) -> str:
        """Return the value, which the contract must list."""
        text = str.__str__(value) if isinstance(value, str) else None
        if text is None or text not in self._enum.known():
            raise ArgumentError(name, f"expected one of {', '.join(self._enum.known())}")
        return text

    def decode(self, value: str) -> _StrEnum:
        """Return the value, known or not."""
        return self._enum.of(value)


class IntegerEnum(Codec[_IntEnum]):
    """An integer of an enum: closed for arguments, open for responses."""

    json_type = int

    def __init__(self, enum: type[_IntEnum]) -> None:
        self._enum = enum

    def encode(self, value: object, name: str) -> int:
        """Return the value, which the contract must list."""
        number = int.__int__(value) if isinstance(value, int) and not isinstance(value, bool) else None
        if number is None or number not in self._enum.known():
            expected = ", ".join(str(int(number)) for number in self._enum.known())
            raise ArgumentError(name, f"expected one of {expected}")
        return number

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not an integer, or None."""
        return None if is_whole(value) else describe_mismatch(where, int, value)

    def decode(self, value: float) -> _IntEnum:
        """Return the value, known or not."""
        return self._enum.of(int(value))
