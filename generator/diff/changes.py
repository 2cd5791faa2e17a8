"""The changes between two contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.diff.versions import Bump

#: Whom a change breaks. For a webhook it is reversed: users of the API read events and send responses.
SENDERS: Final = "senders"
READERS: Final = "readers"
PYTHON: Final = "python"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two contracts.

    Attributes:
        what: What changed, in words.
        where: The operation, the schema with its property, or the Python name.
        pointer: The JSON pointer in the newer document, or in the older one if it was removed. Empty for a
            Python name.
        rule: The rule that rated it: of `redocly diff`, of this package, or of griffe.
        bump: The part of the version that it raises.
        breaks: Whom it breaks: `senders`, `readers`, `python`. Empty if it is compatible.
        operations: The affected operations, sorted.
    """

    what: str
    where: str
    pointer: str
    rule: str
    bump: Bump
    breaks: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()


def ordered(changes: list[Change]) -> list[Change]:
    """Sort changes by bump, the highest first, then by place; duplicates are removed."""
    unique = dict.fromkeys(changes)
    return sorted(unique, key=lambda one: (-one.bump, not one.pointer, one.pointer, one.where, one.what))
