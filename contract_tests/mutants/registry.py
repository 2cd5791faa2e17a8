"""All mutants, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mutants.builders import Mutant
from mutants.lies import (
    AUTH,
    BOUNDARIES,
    DATES,
    DOUBLES,
    ENCODINGS,
    ENVELOPE,
    EVENT_SHAPES,
    FILTERS,
    FORMATS,
    HEADERS,
    HISTORY,
    LOSS,
    METHODS,
    MISSING,
    MONEY,
    MORE,
    NARROW,
    OPTIONS,
    ORDER,
    OVERLOOKED,
    PARTS,
    PEOPLE,
    RACES,
    READING,
    SENDING,
    STATUS,
    STOP,
    STRICT,
    TEXTS,
    TYPES,
    WEBHOOKS,
)

_ALL: Final = (
    *(*STATUS, *ENVELOPE, *HEADERS, *METHODS),
    *(*TYPES, *FORMATS, *MISSING),
    *(*SENDING, *READING, *STRICT, *AUTH),
    *(*FILTERS, *BOUNDARIES, *ORDER, *LOSS, *DOUBLES, *RACES),
    *(*ENCODINGS, *PARTS, *TEXTS, *STOP, *OPTIONS, *PEOPLE),
    *(*HISTORY, *DATES, *MONEY),
    *MORE,
    *(*WEBHOOKS, *EVENT_SHAPES),
    *NARROW,
    *OVERLOOKED,
)

MUTANTS: Final[Mapping[str, Mutant]] = MappingProxyType({mutant.name: mutant for mutant in _ALL})
