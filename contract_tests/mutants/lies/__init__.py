"""The lies, a module for each topic."""

from mutants.lies.credentials import AUTH
from mutants.lies.duplicates import NARROW
from mutants.lies.encodings import ENCODINGS, PARTS
from mutants.lies.envelopes import ENVELOPE, STATUS
from mutants.lies.headers import HEADERS, METHODS
from mutants.lies.lax_reads import READING
from mutants.lies.lax_sends import SENDING
from mutants.lies.losses import DOUBLES, LOSS, RACES
from mutants.lies.more import MORE
from mutants.lies.options import OPTIONS, PEOPLE
from mutants.lies.overlooked import OVERLOOKED
from mutants.lies.shapes import FORMATS, MISSING, TYPES
from mutants.lies.status_history import DATES, HISTORY, MONEY
from mutants.lies.strict import STRICT
from mutants.lies.texts import STOP, TEXTS
from mutants.lies.webhook_shapes import EVENT_SHAPES
from mutants.lies.webhooks import WEBHOOKS
from mutants.lies.windows import BOUNDARIES, FILTERS, ORDER

__all__ = [
    "AUTH",
    "BOUNDARIES",
    "DATES",
    "DOUBLES",
    "ENCODINGS",
    "ENVELOPE",
    "EVENT_SHAPES",
    "FILTERS",
    "FORMATS",
    "HEADERS",
    "HISTORY",
    "LOSS",
    "METHODS",
    "MISSING",
    "MONEY",
    "MORE",
    "NARROW",
    "OPTIONS",
    "ORDER",
    "OVERLOOKED",
    "PARTS",
    "PEOPLE",
    "RACES",
    "READING",
    "SENDING",
    "STATUS",
    "STOP",
    "STRICT",
    "TEXTS",
    "TYPES",
    "WEBHOOKS",
]
