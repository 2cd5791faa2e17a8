"""The value of an argument that was not given, where None means null."""

from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of `UNSET`. It is false, as None is."""

    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.value


UNSET: Final = Unset.UNSET
"""Leaves out a property of a PATCH, so that it keeps its value, while None sets it to null."""
