"""Moments as the control API writes and reads them: UTC, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def write(moment: datetime | str | None) -> str | None:
    """Write a moment to the second; a text stays as it is, a datetime without a zone is taken as UTC."""
    if not isinstance(moment, datetime):
        return moment
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    # Not %Y: on Linux it leaves out the zeros in front of years before 1000.
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")


def read(text: str) -> datetime:
    """Read `YYYY-MM-DD HH:MM:SS.mmm`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
