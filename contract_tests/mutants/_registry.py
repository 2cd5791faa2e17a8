"""All mutants, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contract_tests.mutants._access import AUTH
from contract_tests.mutants._build import Mutant
from contract_tests.mutants._courses import DATES, HISTORY, MONEY
from contract_tests.mutants._encodings import ENCODINGS, PARTS
from contract_tests.mutants._envelopes import ENVELOPE, STATUS
from contract_tests.mutants._event_lies import WEBHOOKS
from contract_tests.mutants._event_shapes import EVENT_SHAPES
from contract_tests.mutants._headers import HEADERS, METHODS
from contract_tests.mutants._lax_reads import READING
from contract_tests.mutants._lax_sends import SENDING
from contract_tests.mutants._losses import DOUBLES, LOSS, RACES
from contract_tests.mutants._more import MORE
from contract_tests.mutants._narrow import NARROW
from contract_tests.mutants._options import OPTIONS, PEOPLE
from contract_tests.mutants._overlooked import OVERLOOKED
from contract_tests.mutants._shapes import FORMATS, MISSING, TYPES
from contract_tests.mutants._strict import STRICT
from contract_tests.mutants._texts import STOP, TEXTS
from contract_tests.mutants._windows import BOUNDARIES, FILTERS, ORDER

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
