"""The codecs of strings, numbers and booleans."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from .._errors import ArgumentError
from .._json import is_whole
from .._lazy import LazyModule
from .base import Codec, describe_mismatch

if TYPE_CHECKING:
    import uuid
else:
    uuid = LazyModule("uuid")

_SURROGATE = "[\ud800-\udfff]"
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class String(Codec[str]):
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


class Boolean(Codec[bool]):
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


class Integer(Codec[int]):
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


class Number(Codec[float]):
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


class DecimalString(Codec[Decimal]):
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


class Uuid(Codec["uuid.UUID"]):
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


def _check_bounds(value: float, name: str, minimum: float, maximum: float) -> None:
    if not minimum <= value <= maximum:
        raise ArgumentError(name, f"expected a number from {minimum:,} to {maximum:,}")
