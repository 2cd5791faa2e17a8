"""The kinds of values of a contract: how each is checked, sent and read.

A kind does three things. `encode` turns an argument into JSON, or raises an `ArgumentError` that names the
parameter and the rule and never the value; what is checked is what is sent, whatever a subclass of `str` or
`int` makes of itself. `mismatch` tells at once whether an answer has the JSON type that
was promised. `decode` turns JSON of that type into Python, when it is asked for. What a contract says beyond
the type, such as lengths and patterns, binds what is sent; answers are taken as they come.
"""

import math
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._errors import ArgumentError
from .._json import is_whole
from .._lazy import LazyModule
from .._open_enums import OpenNumber, OpenWord

if TYPE_CHECKING:
    import uuid
else:
    uuid = LazyModule("uuid")

T = TypeVar("T")
_Word = TypeVar("_Word", bound=OpenWord)
_Number = TypeVar("_Number", bound=OpenNumber)

_SURROGATE = "[\ud800-\udfff]"
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class Kind(Generic[T]):
    """What all kinds have: a JSON type, and the three things that they do."""

    json_type: type = object
    shown = True
    """Whether a `repr` may show a value: text of people may not."""
    secret = False
    """Whether nothing shows a value, even when it is asked for."""

    def encode(self, value: object, name: str) -> Any:  # noqa: ANN401 - JSON
        """The JSON of an argument.

        Raises:
            ArgumentError: The argument breaks the contract.
        """
        raise NotImplementedError

    def mismatch(self, value: object, where: str) -> str | None:
        """Why the JSON is not of this kind, or None."""
        return None if type(value) is self.json_type else describe_mismatch(where, self.json_type, value)

    def all_fit(self, values: list[Any]) -> bool:
        """Whether it is quickly told that all values have no mismatch: thousands come at once."""
        return {*map(type, values)} <= {self.json_type} and type(self).mismatch is Kind[Any].mismatch

    def decode(self, value: Any) -> T:  # noqa: ANN401 - JSON
        """The Python value of JSON that has no mismatch.

        Raises:
            ValueError: The type is right and the value is not, such as the 30th of February.
        """
        raise NotImplementedError

    def decode_all(self, values: list[Any]) -> Iterable[T]:
        """The Python values of many."""
        return map(self.decode, values)

    def has_member(self, path: str) -> bool:  # noqa: ARG002 - for the kinds of objects
        """Whether the contract knows a member of this name below a value, such as `webhook.endpoint`."""
        return False


class String(Kind[str]):
    """Text. The pattern is searched for, as JSON Schema wants it; lengths are in Unicode code points."""

    json_type = str

    def __init__(  # noqa: PLR0913 - all that a contract says of a string
        self,
        *,
        about: str = "",
        pattern: str | None = None,
        min_length: int = 0,
        max_length: int | None = None,
        shown: bool = False,
        secret: bool = False,
    ) -> None:
        self._about = f" ({about})" if about else ""
        # Compiled when it is first needed: all patterns together take milliseconds of every start.
        self._pattern = pattern
        self._min_length = min_length
        self._max_length = math.inf if max_length is None else max_length
        self.shown = shown
        self.secret = secret

    def encode(self, value: object, name: str) -> str:
        """The text, checked."""
        if not isinstance(value, str):
            raise ArgumentError(name, f"expected a str, got {type(value).__name__}")
        text = str.__str__(value)
        rule = self.broken_rule(text)
        if rule:
            raise ArgumentError(name, f"{rule}{self._about}; got {len(text):,} characters")
        return text

    def broken_rule(self, value: str) -> str | None:
        """What the contract says of the text and does not hold, or None. It does not quote the text."""
        if len(value) < self._min_length:
            return f"expected at least {self._min_length:,} characters"
        if len(value) > self._max_length:
            return f"expected at most {self._max_length:,} characters"
        if self._pattern is not None and not re.search(self._pattern, value, re.ASCII):
            return f"expected a match of {self._pattern}"
        if re.search(_SURROGATE, value):
            return "expected Unicode without lone surrogates"
        return None

    def decode(self, value: str) -> str:
        """The text."""
        return value


class Boolean(Kind[bool]):
    """True or false."""

    json_type = bool

    def encode(self, value: object, name: str) -> bool:
        """The truth value, checked."""
        if not isinstance(value, bool):
            raise ArgumentError(name, f"expected True or False, got {type(value).__name__}")
        return value

    def decode(self, value: bool) -> bool:  # noqa: FBT001 - the value itself
        """The truth value."""
        return value


class Integer(Kind[int]):
    """A whole number."""

    json_type = int

    def __init__(self, *, minimum: float = -math.inf, maximum: float = math.inf) -> None:
        self._minimum, self._maximum = minimum, maximum

    def encode(self, value: object, name: str) -> int:
        """The number, checked."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise ArgumentError(name, f"expected an int, got {type(value).__name__}")
        number = int.__int__(value)
        _check_bounds(number, name, self._minimum, self._maximum)
        return number

    def mismatch(self, value: object, where: str) -> str | None:
        """Why the JSON is no integer, or None."""
        return None if is_whole(value) else describe_mismatch(where, int, value)

    def decode(self, value: float) -> int:
        """The number."""
        return int(value)


class Number(Kind[float]):
    """A number; JSON does not tell 1 from 1.0."""

    json_type = float

    def __init__(self, *, minimum: float = -math.inf, maximum: float = math.inf) -> None:
        self._minimum, self._maximum = minimum, maximum

    def encode(self, value: object, name: str) -> float:
        """The number, checked."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ArgumentError(name, f"expected a float, got {type(value).__name__}")
        number = int.__int__(value) if isinstance(value, int) else float.__float__(value)
        if isinstance(number, float) and not math.isfinite(number):
            raise ArgumentError(name, "expected a finite number")
        _check_bounds(number, name, self._minimum, self._maximum)
        return number

    def mismatch(self, value: object, where: str) -> str | None:
        """Why the JSON is no number, or None."""
        return None if type(value) in (int, float) else describe_mismatch(where, float, value)

    def decode(self, value: float) -> float:
        """The number, as a float."""
        return float(value)


class DecimalString(Kind[Decimal]):
    """An exact decimal number in a JSON string, such as an amount of money."""

    json_type = str

    def __init__(
        self, *, pattern: str | None = None, min_length: int = 0, max_length: int | None = None
    ) -> None:
        self._text = String(pattern=pattern, min_length=min_length, max_length=max_length)

    def encode(self, value: object, name: str) -> str:
        """The digits, without an exponent."""
        if not isinstance(value, Decimal):
            raise ArgumentError(name, f"expected a Decimal, got {type(value).__name__}")
        if not value.is_finite():
            raise ArgumentError(name, "expected a finite number")
        return self._text.encode(format(Decimal(value), "f"), name)

    def decode(self, value: str) -> Decimal:
        """The number, with as many places as were written."""
        if not _DECIMAL.fullmatch(value):
            raise ValueError("not a decimal number")
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError("a decimal number out of range") from None


class Uuid(Kind["uuid.UUID"]):
    """A UUID in its usual form."""

    json_type = str

    def encode(self, value: object, name: str) -> str:
        """The 36 characters."""
        if not isinstance(value, uuid.UUID):
            raise ArgumentError(name, f"expected a UUID, got {type(value).__name__}")
        return str(value)

    def decode(self, value: str) -> "uuid.UUID":
        """The UUID."""
        return uuid.UUID(value)


class Word(Kind[_Word]):
    """A word of a list: closed for arguments, open for answers."""

    json_type = str

    def __init__(self, words: type[_Word]) -> None:
        self._words = words

    def encode(self, value: object, name: str) -> str:
        """The word, when the contract lists it."""
        word = str.__str__(value) if isinstance(value, str) else None
        if word is None or word not in self._words.known():
            raise ArgumentError(name, f"expected one of {', '.join(self._words.known())}")
        return word

    def decode(self, value: str) -> _Word:
        """The word, known or not."""
        return self._words.of(value)


class NumberWord(Kind[_Number]):
    """A number of a list: closed for arguments, open for answers."""

    json_type = int

    def __init__(self, numbers: type[_Number]) -> None:
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

    def decode(self, value: float) -> _Number:
        """The number, known or not."""
        return self._numbers.of(int(value))


def describe_mismatch(where: str, expected: type, value: object) -> str:
    """What a mismatch of JSON types is called."""
    names = {str: "a string", int: "an integer", float: "a number", bool: "a boolean", list: "an array"}
    return f"{where}: expected {names.get(expected, 'an object')}, got JSON of type {type(value).__name__}"


def _check_bounds(value: float, name: str, minimum: float, maximum: float) -> None:
    if not minimum <= value <= maximum:
        raise ArgumentError(name, f"expected a number from {minimum:,} to {maximum:,}")
