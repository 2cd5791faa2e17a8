"""The codecs of enums."""

from typing import TypeVar

from .._errors import ArgumentError
from .._json import is_whole
from .._open_enums import OpenIntEnum, OpenStrEnum
from .base import Codec, describe_mismatch

_StrEnum = TypeVar("_StrEnum", bound=OpenStrEnum)
_IntEnum = TypeVar("_IntEnum", bound=OpenIntEnum)


class StringEnum(Codec[_StrEnum]):
    """A word of a list: closed for arguments, open for answers."""

    json_type = str

    def __init__(self, words: type[_StrEnum]) -> None:
        self._words = words

    def encode(self, value: object, name: str) -> str:
        """The word, when the contract lists it."""
        word = str.__str__(value) if isinstance(value, str) else None
        if word is None or word not in self._words.known():
            raise ArgumentError(name, f"expected one of {', '.join(self._words.known())}")
        return word

    def decode(self, value: str) -> _StrEnum:
        """The word, known or not."""
        return self._words.of(value)


class IntegerEnum(Codec[_IntEnum]):
    """A number of a list: closed for arguments, open for answers."""

    json_type = int

    def __init__(self, numbers: type[_IntEnum]) -> None:
        self._numbers = numbers

    def encode(self, value: object, name: str) -> int:
        """The number, when the contract lists it."""
        number = int.__int__(value) if isinstance(value, int) and not isinstance(value, bool) else None
        if number is None or number not in self._numbers.known():
            expected = ", ".join(str(int(number)) for number in self._numbers.known())
            raise ArgumentError(name, f"expected one of {expected}")
        return number

    def mismatch(self, value: object, where: str) -> str | None:
        """Why the JSON is no integer, or None."""
        return None if is_whole(value) else describe_mismatch(where, int, value)

    def decode(self, value: float) -> _IntEnum:
        """The number, known or not."""
        return self._numbers.of(int(value))
