"""Versions of a contract, and the part that a change raises (Semantic Versioning 2.0.0)."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from generator.errors import GenerationError


class Bump(IntEnum):
    """The part of the version that a change raises; a higher one includes the lower ones."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Version(NamedTuple):
    """A version of three numbers, ordered as numbers: 1.10.0 is newer than 1.9.0."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def raised(self, bump: Bump) -> Version:
        """Return the next version after a bump."""
        match bump:
            case Bump.MAJOR:
                return Version(self.major + 1, 0, 0)
            case Bump.MINOR:
                return Version(self.major, self.minor + 1, 0)
            case Bump.PATCH:
                return Version(self.major, self.minor, self.patch + 1)
            case Bump.NONE:
                return self


def parse_version(text: object, place: str) -> Version:
    """Read a version.

    Args:
        text: The version.
        place: Its place, for the error.

    Raises:
        GenerationError: It is not three numbers with dots between them.
    """
    number = "(0|[1-9][0-9]*)"
    found = re.fullmatch(rf"{number}\.{number}\.{number}", str(text))
    if not found:
        raise GenerationError(f"{place}: {text!r}: expected MAJOR.MINOR.PATCH, such as 1.2.0")
    return Version(*map(int, found.groups()))
