"""Parses the body of a webhook into its event."""

from collections.abc import Mapping
from typing import TypeVar

from .._base_model import Model, find_mismatch, wrap
from .._support import is_object, load_json

E = TypeVar("E", bound=Model)


def read_event(
    events: Mapping[str, type[E]], unknown: type[E], type_member: str, body: bytes
) -> tuple[E | None, str]:
    """Return the event, or None and the problem.

    Nothing is raised, because the frames of a traceback would hold the body.
    """
    try:
        json = load_json(body)
    except ValueError:
        return None, f"expected JSON in UTF-8, got {len(body):,} bytes of something else"
    if not is_object(json):
        return None, "expected a JSON object"
    kind = json.get(type_member)
    if not isinstance(kind, str):
        return None, f"expected a {type_member}, a string"
    model = events.get(kind, unknown)
    problem = find_mismatch(model, json, model.__name__)
    return (None, problem) if problem else (wrap(model, json), "")
