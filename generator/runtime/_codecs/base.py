"""The codecs of values of a contract: how each is checked, sent and read.

A codec does three things. `encode` turns an argument into JSON, or raises an `ArgumentError` that names the
parameter and the rule and never the value; what is checked is what is sent, whatever a subclass of `str` or
`int` makes of itself. `mismatch` tells at once whether an answer has the JSON type that
was promised. `decode` turns JSON of that type into Python, when it is asked for. What a contract says beyond
the type, such as lengths and patterns, binds what is sent; answers are taken as they come.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Codec(Generic[T]):
    """What all codecs have: a JSON type, and the three things that they do."""

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
        """Why the JSON is not of this codec, or None."""
        return None if type(value) is self.json_type else describe_mismatch(where, self.json_type, value)

    def all_fit(self, values: list[Any]) -> bool:
        """Whether it is quickly told that all values have no mismatch: thousands come at once."""
        return {*map(type, values)} <= {self.json_type} and type(self).mismatch is Codec[Any].mismatch

    def decode(self, value: Any) -> T:  # noqa: ANN401 - JSON
        """The Python value of JSON that has no mismatch.

        Raises:
            ValueError: The type is right and the value is not, such as the 30th of February.
        """
        raise NotImplementedError

    def decode_all(self, values: list[Any]) -> Iterable[T]:
        """The Python values of many."""
        return map(self.decode, values)

    def has_property(self, path: str) -> bool:  # noqa: ARG002 - for the codecs of objects
        """Whether the contract knows a member of this name below a value, such as `webhook.endpoint`."""
        return False


def describe_mismatch(where: str, expected: type, value: object) -> str:
    """What a mismatch of JSON types is called."""
    names = {str: "a string", int: "an integer", float: "a number", bool: "a boolean", list: "an array"}
    return f"{where}: expected {names.get(expected, 'an object')}, got JSON of type {type(value).__name__}"
