"""Data of the emulator as objects; `repr` has no text and no number, because it ends up in reports."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


@dataclass(frozen=True, kw_only=True)
class _Record:
    """A JSON object: a field for each key, with an underscore if the key is a keyword of Python."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Create a record; a newer emulator may have more properties, which are ignored."""
        return cls(**{each.name: data[each.name.rstrip("_")] for each in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class Sms(_Record):
    """An SMS as `GET /sms/<hash>` shows it: dates and money are text, as the API writes them (UTC, cents)."""

    type: str
    hash: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    text: str = field(repr=False)
    options: dict[str, Any] | None = field(repr=False)
    encoding: str
    user_data: str = field(repr=False)
    b_customer_mode: str
    b_customer_debit: str
    network: str
    parts: int
    nature: str
    date_creation: str
    status: str
    date_update: str
    status_error: str
    date_sent: str
    date_received: str
    status_history: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class Found:
    """The SMS that was waited for.

    Attributes:
        sms: The SMS.
        code: The one-time code in its text, without spaces and dashes; None if it has no code.
    """

    sms: Sms
    code: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Webhook(_Record):
    """A subscription; its secret is never returned."""

    hash: str
    endpoint: str
    events: list[str]
    signed: bool
    hmac_algo: str | None
    created: str


@dataclass(frozen=True, kw_only=True)
class Fault(_Record):
    """A fault rule and its counters.

    Attributes:
        id: Its number in the account.
        rule: The rule as it was added.
        matched: The number of requests or events that matched, including those that were skipped.
        fired: The number of hits.
        left: The number of hits left; None without a limit.
    """

    id: int
    rule: dict[str, Any] = field(repr=False)
    matched: int
    fired: int
    left: int | None


@dataclass(frozen=True, kw_only=True)
class Delivery(_Record):
    """The delivery of one event to one webhook, with its attempts; `data` is the SMS as of the event."""

    id: int
    state: str
    due: str | None
    event_id: str
    event_at: str
    type: str
    sms_hash: str
    hook_hash: str | None
    endpoint: str | None
    tries: int
    attempts: list[dict[str, Any]] = field(repr=False)
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Request(_Record):
    """A request and its response, without secrets; `nearest` is the value that was most likely meant."""

    id: int
    at: str
    duration_ms: float
    door: str
    operation: str | None
    method: str
    path: str = field(repr=False)
    query: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    parameters: dict[str, Any] | None = field(repr=False)
    body: str | None = field(repr=False)
    body_bytes: int | None
    status: int | None
    refused: bool
    code: int | None
    message: str | None = field(repr=False)
    rule: str | None
    parameter: str | None = field(repr=False)
    value: str | None = field(repr=False)
    expected: str | None
    nearest: str | None = field(repr=False)
    hash: str | None = field(repr=False)
    fault: str | None
