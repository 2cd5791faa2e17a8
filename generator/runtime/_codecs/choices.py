"""The codecs of choices between types."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from .._errors import ArgumentError
from .._support import copy_json, is_object, is_shallow
from .base import Codec, depth_mismatch

T = TypeVar("T")


class Either(Codec[T]):
    """A value of one of several types, which differ in JSON."""

    def __init__(self, *choices: Codec[T]) -> None:
        self._choices = choices
        self.shown = all(choice.shown for choice in choices)
        self.secret = any(choice.secret for choice in choices)

    def encode(self, value: object, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of the first choice that accepts the value."""
        rules: list[str] = []
        for choice in self._choices:
            try:
                return choice.encode(value, name)
            except ArgumentError as caught:
                rules.append(str(caught).partition(": ")[2])
        raise ArgumentError(name, "; or ".join(rules))

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is of no choice, or None."""
        found = [choice.mismatch(value, where) for choice in self._choices]
        return None if None in found else f"{where}: JSON of type {type(value).__name__} is none of its types"

    def decode(self, value: Any) -> T:  # noqa: ANN401 - JSON
        """Return what the choice of this type makes of the JSON."""
        for choice in self._choices:
            if choice.mismatch(value, "") is None:
                return choice.decode(value)
        raise ValueError("a value of an unknown type")


class Discriminated(Codec[T]):
    """One of several objects, which a property tells apart; one of a new kind is read as a dict."""

    json_type = dict
    shown = False  # nobody knows what a new kind holds

    def __init__(self, name: str, argument: str, choices: Mapping[str, Codec[T]]) -> None:
        """Make a codec.

        Args:
            name: The property that tells them apart, in JSON.
            argument: Its name in Python.
            choices: The codec by the value of the property.
        """
        self._name, self._argument = name, argument
        self._choices = choices

    def encode(self, value: object, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of a model, or of the arguments of its constructor as a dictionary."""
        json: object = getattr(value, "__json__", None)
        found = json.get(self._name) if is_object(json) else None
        if is_object(value):
            found = value.get(self._argument)
        choice = self._choices.get(found) if isinstance(found, str) else None
        if choice is None:
            known = ", ".join(self._choices)
            raise ArgumentError(name, f"expected an object whose {self._argument} is one of {known}")
        return choice.encode(value, name)

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is none of the objects, or None; an object of a new kind is accepted."""
        if not is_object(value) or not isinstance(value.get(self._name), str):
            return f"{where}: expected an object with the property {self._name}"
        choice = self._choices.get(value[self._name])
        return choice.mismatch(value, where) if choice else depth_mismatch(value, where)

    def decode(self, value: dict[str, Any]) -> T:
        """Return the object that the property names, or a copy of one whose kind is not known."""
        choice = self._choices.get(value[self._name])
        return cast("T", copy_json(value)) if choice is None else choice.decode(value)


def fits_choice(value: object, name: str, fits: Mapping[str, Callable[[Any], bool]]) -> bool:
    """Return whether JSON is one of the objects that a property tells apart."""
    if not is_object(value) or not isinstance(value.get(name), str):
        return False
    fit = fits.get(value[name])
    return is_shallow(value) if fit is None else fit((value,))
