"""The age of events."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .._errors import ArgumentError, ProtocolError


def age_of(moment: datetime, now: datetime | None) -> timedelta:
    """Return the time from a moment to `now`, or to the present.

    Raises:
        ArgumentError: `now` is naive.
    """
    if now is not None and now.utcoffset() is None:
        raise ArgumentError("now", "expected an aware datetime; datetime.now(UTC) makes one")
    return (now or datetime.now(UTC)) - moment


def find_age_problem(age: Callable[[], timedelta], max_age: timedelta | None) -> str | None:
    """Return why an event is too old or has no valid time; None when it is fine."""
    if max_age is None:
        return None
    try:
        return f"the event is older than {max_age}" if age() > max_age else None
    except ProtocolError as caught:
        return caught.reason
