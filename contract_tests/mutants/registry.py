"""All mutants, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mutants.builders import Mutant
from mutants.lies import (
    AUTH,
    BOUNDARIES,
    CHARACTERS,
    CREDENTIALS,
    DATES,
    DOUBLES,
    ENCODINGS,
    ENVELOPE,
    EVENT_SHAPES,
    FILTERS,
    FORMATS,
    HEADERS,
    HISTORY,
    LAX_FORMS,
    LOSS,
    METHODS,
    MISSING,
    MONEY,
    OPTIONS,
    ORDER,
    PARTS,
    PATHS,
    PEOPLE,
    RACES,
    READING,
    REPEATED,
    REPEATED_PROPERTIES,
    SENDING,
    SPELLINGS,
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
    *(*WEBHOOKS, *EVENT_SHAPES),
    *(*SPELLINGS, *PATHS, *CREDENTIALS, *CHARACTERS),
    *(*REPEATED, *REPEATED_PROPERTIES),
    *LAX_FORMS,
)

MUTANTS: Final[Mapping[str, Mutant]] = MappingProxyType({mutant.name: mutant for mutant in _ALL})
