"""Criteria for requests of the journal, and how a request differs from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import Criteria, SearchableSms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callr_sms_emulator._control.journal.reading import ParsedRequest


@dataclass(frozen=True)
class RequestCriteria:
    """Criteria for a request; None matches any value.

    Attributes:
        operation: The operation of the API.
        method: The HTTP method.
        status: The HTTP status of the response.
        refused: Whether the request was refused.
        rule: The rule that it broke.
        hash: The hash of the SMS that it sent or read.
        since: The earliest time of the response, as the API writes it.
        sms: Criteria for the SMS to send.
    """

    operation: str | None = None
    method: str | None = None
    status: int | None = None
    refused: bool | None = None
    rule: str | None = None
    hash: str | None = None
    since: str | None = None
    sms: Criteria = field(default_factory=Criteria)

    def accepts(self, reading: ParsedRequest) -> bool:
        """Return whether a request matches.

        Raises:
            InvalidRequestError: The pattern took too long.
        """
        return next(self.misses(reading), None) is None

    def misses(self, reading: ParsedRequest) -> Iterator[str]:
        """Yield the names of the criteria that do not match, the cheapest first.

        Raises:
            InvalidRequestError: The pattern took too long.
        """
        if self.since is not None and reading.moment < self.since:  # the form sorts as the time does
            yield "since"
        exact = (
            ("method", self.method, reading.entry.method),
            ("status", self.status, reading.entry.status),
            ("rule", self.rule, reading.rule),
            ("refused", self.refused, reading.is_refused),
            ("operation", self.operation, reading.operation),
            ("hash", self.hash, None if self.hash is None else reading.sms_hash),
        )
        yield from (name for name, wanted, found in exact if wanted is not None and wanted != found)
        if self.sms != Criteria():
            yield from self._misses_of_sms(reading.sms)

    def _misses_of_sms(self, seen: SearchableSms | None) -> Iterator[str]:
        if seen is not None:
            yield from self.sms.misses(seen)
            return
        given = {
            "to": self.sms.to,
            "from": self.sms.sender,
            "text": self.sms.text,
            "pattern": self.sms.pattern,
        }
        yield from (name for name, wanted in given.items() if wanted is not None)


class Difference(NamedTuple):
    """A criterion that a request does not match; `how` quotes neither value."""

    parameter: str
    wanted: str
    found: str | None
    how: str


def find_differences(wanted: RequestCriteria, reading: ParsedRequest) -> list[Difference]:
    """Return the criteria that a request does not match."""
    return [_difference(name, wanted, reading) for name in wanted.misses(reading)]


def _difference(name: str, wanted: RequestCriteria, reading: ParsedRequest) -> Difference:
    expected = {
        "to": wanted.sms.to,
        "from": wanted.sms.sender,
        "text": wanted.sms.text,
        "pattern": None if wanted.sms.pattern is None else wanted.sms.pattern.text,
    }.get(name) or getattr(wanted, name, "")
    found = _found(name, reading)
    how = _compare(name, str(expected), found)
    return Difference(name, _write(expected), found, how)


def _found(name: str, reading: ParsedRequest) -> str | None:
    seen = reading.sms
    if name in {"to", "from", "text", "pattern"}:
        return None if seen is None else {"to": seen.to, "from": seen.sender}.get(name, seen.text)
    others: dict[str, object] = {
        "operation": reading.operation,
        "method": reading.entry.method,
        "status": reading.entry.status,
        "refused": reading.is_refused,
        "rule": reading.rule,
        "hash": reading.sms_hash,
        "since": reading.moment,
    }
    found = others[name]
    return None if found is None else _write(found)


def _write(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compare(name: str, wanted: str, found: str | None) -> str:
    if found is None:
        return "missing"
    if name == "text":
        return _compare_text(wanted.casefold(), found.casefold())
    if name not in {"to", "from", "hash"}:
        return "different"
    if wanted.casefold() == found.casefold():
        return "only in case"
    if _bare(wanted) == _bare(found):
        return "only in the plus sign or spaces"
    same = next((at for at, pair in enumerate(zip(wanted, found, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(wanted), len(found)) if same is None else same
    return f"from character {at + 1} on" if at else "from the start"


def _compare_text(wanted: str, found: str) -> str:
    if " ".join(wanted.split()) in " ".join(found.split()):
        return "only in spaces"
    # The longest prefix that occurs: each shorter prefix occurs too.
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted[:middle] in found else (low, middle - 1)
    return f"from character {low + 1} of {len(wanted)} on" if low else "from the start"


def _bare(text: str) -> str:
    return "".join(each for each in text if each.isalnum())
