"""Datetimes as the control API has them: in UTC, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def write(moment: datetime | str | None) -> str | None:
    """Return a datetime as text, to the second; without a zone it is in UTC. Text is returned unchanged."""
    if not isinstance(moment, datetime):
        return moment
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    # Not %Y: on Linux it leaves out the zeros in front of years before 1000.
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")


def read(text: str) -> datetime:
    """Read `YYYY-MM-DD HH:MM:SS.mmm`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
