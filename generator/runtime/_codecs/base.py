"""The base class of all codecs.

A codec does three things. `encode` turns an argument into JSON, or raises an `ArgumentError` that names the
parameter and the rule but never the value. A subclass of `str` or `int` is encoded as the plain value that
was checked. `mismatch` checks the JSON type of a response when it is received. `decode` turns JSON of that
type into Python on access. Rules beyond the type, such as lengths and patterns, are enforced for what is
sent, and not for responses.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from .._support import MAX_DEPTH, is_shallow

T_co = TypeVar("T_co", covariant=True)


class Codec(Generic[T_co]):
    """Converts the values of one type."""

    json_type: type = object
    shown = True
    """Whether a `repr` may show a value. It may not show personal data."""
    secret = False
    """Whether `reveal` hides a value, too."""

    def encode(self, value: object, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of an argument.

        Raises:
            ArgumentError: The argument breaks the contract.
        """
        raise NotImplementedError

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON has another type, or None."""
        return None if type(value) is self.json_type else describe_mismatch(where, self.json_type, value)

    def all_fit(self, values: list[Any]) -> bool:
        """Return whether a quick check finds that no value has a mismatch."""
        return {*map(type, values)} <= {self.json_type} and type(self).mismatch is Codec[Any].mismatch

    def decode(self, value: Any) -> T_co:  # noqa: ANN401 - JSON
        """Return the Python value of JSON without a mismatch.

        Raises:
            ValueError: The type is right and the value is not, such as the 30th of February.
        """
        raise NotImplementedError

    def decode_all(self, values: list[Any]) -> Iterable[T_co]:
        """Return the Python values of many JSON values."""
        return map(self.decode, values)

    def has_property(self, path: str) -> bool:  # noqa: ARG002 - for the codecs of objects
        """Return whether a value may have a property at a path such as `webhook.endpoint`."""
        return False


def describe_mismatch(where: str, expected: type, value: object) -> str:
    """Return the message for a mismatch of JSON types."""
    names = {str: "a string", int: "an integer", float: "a number", bool: "a boolean", list: "an array"}
    return f"{where}: expected {names.get(expected, 'an object')}, got JSON of type {type(value).__name__}"


def depth_mismatch(value: object, where: str) -> str | None:
    """Return why JSON is too deep to be copied, or None."""
    return None if is_shallow(value) else f"{where}: nested deeper than {MAX_DEPTH}"
