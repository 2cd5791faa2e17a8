"""An SMS in a response, read property by property, so that a malformed one does not hide the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from callr_sms_contract.contract import ZERO_DATETIME, is_datetime, is_datetime_ms

FIXED: Final = (
    "type",
    "hash",
    "from",
    "to",
    "text",
    "options",
    "encoding",
    "user_data",
    "b_customer_mode",
    "parts",
    "nature",
    "date_creation",
)
"""The properties that are fixed when an SMS is created."""

MOVING: Final = (
    "status",
    "status_error",
    "network",
    "b_customer_debit",
    "date_update",
    "date_sent",
    "date_received",
)
"""The properties that may change with its status."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a status history."""

    old: str
    new: str
    at: str
    """With milliseconds."""


class Sms:
    """One SMS. A missing property, or one of the wrong type, reads as None; the schema check reports it."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    def word(self, name: str) -> str | None:
        """Return the string called `name`."""
        value = self.raw.get(name)
        return value if isinstance(value, str) else None

    def moment(self, name: str) -> str | None:
        """Return the datetime called `name`. Datetimes sort as time does, the zero datetime first."""
        value = self.word(name)
        return value if value is not None and (value == ZERO_DATETIME or is_datetime(value)) else None

    @property
    def is_outgoing(self) -> bool:
        """Return whether the account sent it."""
        return self.raw.get("type") == "OUT"

    @property
    def parts(self) -> int | None:
        """Return its billed parts."""
        value = self.raw.get("parts")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @cached_property
    def options(self) -> Mapping[str, Any] | None:
        """Return its options; an empty object without options, None when they are not an object."""
        value = self.raw.get("options", ...)
        if value is None:
            return {}
        return value if isinstance(value, dict) else None

    @cached_property
    def history(self) -> tuple[Change, ...] | None:
        """Return its changes of status, oldest first; None when an entry is malformed."""
        entries = self.raw.get("status_history")
        if not isinstance(entries, list):
            return None
        found = [_change(entry) for entry in entries]
        whole = tuple(change for change in found if change is not None)
        return whole if len(whole) == len(found) else None


def _change(entry: object) -> Change | None:
    if not isinstance(entry, dict):
        return None
    old, new, at = entry.get("old_status"), entry.get("new_status"), entry.get("updated_at")
    if isinstance(old, str) and isinstance(new, str) and isinstance(at, str) and is_datetime_ms(at):
        return Change(old, new, at)
    return None
