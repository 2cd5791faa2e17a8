"""Webhooks: signatures, events out of bodies, their age, and duplicates. `webhooks` is what users import."""

from .age import age_of, find_age_problem
from .events import read_event
from .seen_events import SeenEvents
from .signatures import (
    UNVERIFIED,
    Algorithm,
    Headers,
    HeadersLike,
    Secret,
    Unverified,
    find_setup_problem,
    find_signature_problem,
    sign,
)

__all__ = [
    "UNVERIFIED",
    "Algorithm",
    "Headers",
    "HeadersLike",
    "Secret",
    "SeenEvents",
    "Unverified",
    "age_of",
    "find_age_problem",
    "find_setup_problem",
    "find_signature_problem",
    "read_event",
    "sign",
]
