"""The lies, a module for each topic."""

from mutants.lies.characters import CHARACTERS
from mutants.lies.credentials import AUTH, CREDENTIALS
from mutants.lies.duplicates import REPEATED, REPEATED_PROPERTIES
from mutants.lies.encodings import ENCODINGS, PARTS
from mutants.lies.envelopes import ENVELOPE, STATUS
from mutants.lies.headers import HEADERS, METHODS
from mutants.lies.lax_forms import LAX_FORMS
from mutants.lies.lax_reads import READING
from mutants.lies.lax_sends import SENDING
from mutants.lies.losses import DOUBLES, LOSS, RACES
from mutants.lies.options import OPTIONS, PEOPLE
from mutants.lies.paths_and_methods import PATHS
from mutants.lies.shapes import FORMATS, MISSING, TYPES
from mutants.lies.spellings import SPELLINGS
from mutants.lies.status_history import DATES, HISTORY, MONEY
from mutants.lies.strict import STRICT
from mutants.lies.texts import STOP, TEXTS
from mutants.lies.webhook_shapes import EVENT_SHAPES
from mutants.lies.webhooks import WEBHOOKS
from mutants.lies.windows import BOUNDARIES, FILTERS, ORDER

__all__ = [
    "AUTH",
    "BOUNDARIES",
    "CHARACTERS",
    "CREDENTIALS",
    "DATES",
    "DOUBLES",
    "ENCODINGS",
    "ENVELOPE",
    "EVENT_SHAPES",
    "FILTERS",
    "FORMATS",
    "HEADERS",
    "HISTORY",
    "LAX_FORMS",
    "LOSS",
    "METHODS",
    "MISSING",
    "MONEY",
    "OPTIONS",
    "ORDER",
    "PARTS",
    "PATHS",
    "PEOPLE",
    "RACES",
    "READING",
    "REPEATED",
    "REPEATED_PROPERTIES",
    "SENDING",
    "SPELLINGS",
    "STATUS",
    "STOP",
    "STRICT",
    "TEXTS",
    "TYPES",
    "WEBHOOKS",
]
