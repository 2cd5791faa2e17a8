"""The codecs of strings, numbers and booleans."""

import math
import re
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar

from .._errors import ArgumentError
from .._support import LazyModule, is_whole
from .base import Codec, describe_mismatch

if TYPE_CHECKING:
    import uuid
else:
    uuid = LazyModule("uuid")

T = TypeVar("T")

_SURROGATE = "[\ud800-\udfff]"
_EXACT = Context(prec=5000)
"""As many digits as an integer may have in Python as text; the usual 28 are too few to divide by 0.1."""
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class String(Codec[str]):
    """Text. As in JSON Schema, patterns are not anchored, and lengths are in Unicode code points."""

    json_type = str

    def __init__(  # noqa: PLR0913 - all keywords of a string
        self,
        *,
        about: str = "",
        pattern: str | None = None,
        min_length: int = 0,
        max_length: int | None = None,
        shown: bool = False,
        secret: bool = False,
    ) -> None:
        self._about = about
        # Compiled on first use: compiling all patterns would take milliseconds of every start.
        self._pattern = pattern
        self._min_length = min_length
        self._max_length = math.inf if max_length is None else max_length
        self.shown = shown
        self.secret = secret

    def encode(self, value: object, name: str) -> str:
        """Return the text, checked."""
        if not isinstance(value, str):
            raise ArgumentError(name, f"expected a str, got {type(value).__name__}")
        text = str.__str__(value)
        rule = self.broken_rule(text)
        if rule:
            raise ArgumentError(name, f"{rule}; got {_characters(len(text))}")
        return text

    def broken_rule(self, value: str) -> str | None:
        """Return the rule of the contract that the text breaks, or None. The text is not quoted."""
        form = re.sub(r"^(?:A|An|The) ", lambda found: found[0].lower(), self._about)
        about = f" ({form})" if form else ""
        if len(value) < self._min_length:
            return f"expected at least {_characters(self._min_length)}{about}"
        if len(value) > self._max_length:
            return f"expected at most {_characters(self._max_length)}{about}"
        if self._pattern is not None and not re.search(self._pattern, value, re.ASCII):
            # The contract does not describe every text in words.
            return f"expected {form or f'text that matches the regular expression {self._pattern}'}"
        if re.search(_SURROGATE, value):
            return f"expected Unicode without lone surrogates{about}"
        return None

    def decode(self, value: str) -> str:
        """Return the text."""
        return value


def _characters(number: float) -> str:
    return f"{number:,} character{'' if number == 1 else 's'}"


class Boolean(Codec[bool]):
    """True or false."""

    json_type = bool

    def encode(self, value: object, name: str) -> bool:
        """Return the boolean, checked."""
        if not isinstance(value, bool):
            raise ArgumentError(name, f"expected True or False, got {type(value).__name__}")
        return value

    def decode(self, value: bool) -> bool:  # noqa: FBT001 - the value itself
        """Return the boolean."""
        return value


class _Numeric(Codec[T]):
    """The base class of the codecs of numbers."""

    def __init__(
        self,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        above: float | None = None,
        below: float | None = None,
        multiple_of: float | None = None,
    ) -> None:
        self._minimum, self._maximum = minimum, maximum
        self._above, self._below, self._multiple_of = above, below, multiple_of

    def _check(self, number: float, name: str) -> None:
        if not self._minimum <= number <= self._maximum:
            raise ArgumentError(name, f"expected a number {_range(self._minimum, self._maximum)}")
        if self._above is not None and not number > self._above:
            raise ArgumentError(name, f"expected a number above {self._above:,}")
        if self._below is not None and not number < self._below:
            raise ArgumentError(name, f"expected a number below {self._below:,}")
        # As decimals, because 0.3 / 0.1 is not 3 in binary.
        if self._multiple_of is not None and _EXACT.remainder(
            Decimal(str(number)), Decimal(str(self._multiple_of))
        ):
            raise ArgumentError(name, f"expected a multiple of {self._multiple_of:,}")


def _range(minimum: float, maximum: float) -> str:
    if maximum == math.inf:
        return f"of at least {minimum:,}"
    return f"of at most {maximum:,}" if minimum == -math.inf else f"from {minimum:,} to {maximum:,}"


class Integer(_Numeric[int]):
    """A whole number."""

    json_type = int

    def encode(self, value: object, name: str) -> int:
        """Return the number, checked."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise ArgumentError(name, f"expected an int, got {type(value).__name__}")
        number = int.__int__(value)
        self._check(number, name)
        return number

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not an integer, or None."""
        return None if is_whole(value) else describe_mismatch(where, int, value)

    def decode(self, value: float) -> int:
        """Return the number."""
        return int(value)


class Number(_Numeric[float]):
    """A number. In JSON, 1 and 1.0 are the same."""

    json_type = float

    def encode(self, value: object, name: str) -> float:
        """Return the number, checked."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ArgumentError(name, f"expected a float, got {type(value).__name__}")
        number = int.__int__(value) if isinstance(value, int) else float.__float__(value)
        if isinstance(number, float) and not math.isfinite(number):
            raise ArgumentError(name, "expected a finite number")
        self._check(number, name)
        return number

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not a number, or None."""
        return None if type(value) in (int, float) else describe_mismatch(where, float, value)

    def decode(self, value: float) -> float:
        """Return the number, as a float."""
        return float(value)


class DecimalString(Codec[Decimal]):
    """An exact decimal number in a JSON string, such as an amount of money."""

    json_type = str

    def __init__(
        self, *, pattern: str | None = None, min_length: int = 0, max_length: int | None = None
    ) -> None:
        self._text = String(pattern=pattern, min_length=min_length, max_length=max_length)

    def encode(self, value: object, name: str) -> str:
        """Return the digits, without an exponent."""
        if not isinstance(value, Decimal):
            raise ArgumentError(name, f"expected a Decimal, got {type(value).__name__}")
        if not value.is_finite():
            raise ArgumentError(name, "expected a finite number")
        return self._text.encode(format(Decimal(value), "f"), name)

    def decode(self, value: str) -> Decimal:
        """Return the number, with all its decimal places."""
        if not _DECIMAL.fullmatch(value):
            raise ValueError("not a decimal number")
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError("a decimal number out of range") from None


class Written(Codec[T]):
    """A value of which the contract bounds the text, too, such as a datetime without fractions."""

    json_type = str

    def __init__(
        self,
        inner: Codec[T],
        *,
        pattern: str | None = None,
        min_length: int = 0,
        max_length: int | None = None,
    ) -> None:
        self._inner = inner
        self._text = String(pattern=pattern, min_length=min_length, max_length=max_length)

    def encode(self, value: object, name: str) -> str:
        """Return the text, checked."""
        return self._text.encode(self._inner.encode(value, name), name)

    def decode(self, value: str) -> T:
        """Return the value; bounds hold for what is sent."""
        return self._inner.decode(value)


class Uuid(Codec["uuid.UUID"]):
    """A UUID in its usual form."""

    json_type = str

    def encode(self, value: object, name: str) -> str:
        """Return the 36 characters."""
        if not isinstance(value, uuid.UUID):
            raise ArgumentError(name, f"expected a UUID, got {type(value).__name__}")
        return str(value)

    def decode(self, value: str) -> "uuid.UUID":
        """Return the UUID."""
        return uuid.UUID(value)
