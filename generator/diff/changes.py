"""What a comparison of two contracts finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.diff.versions import Bump

#: Whom a change breaks. A webhook is the other way round: its events are read, the answers to them are sent.
SENDERS: Final = "senders"
READERS: Final = "readers"
PYTHON: Final = "python"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two contracts.

    Attributes:
        what: What changed, in words.
        where: The operation, the schema with its property, or the Python name.
        pointer: The JSON pointer, in the newer document, or in the older one when it is gone there. Empty
            for a Python name.
        rule: What rated it: a rule of `redocly diff`, of ours, or of griffe.
        bump: How far it raises the version.
        breaks: Whom it breaks: `senders`, `readers`, `python`. Empty when nobody.
        operations: The operations that it concerns, sorted.
    """

    what: str
    where: str
    pointer: str
    rule: str
    bump: Bump
    breaks: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()


def ordered(changes: list[Change]) -> list[Change]:
    """The worst first, then by place; each once."""
    unique = dict.fromkeys(changes)
    return sorted(unique, key=lambda one: (-one.bump, not one.pointer, one.pointer, one.where, one.what))
