"""What somebody looks for among the requests of an account, and in what a request differs from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import Criteria, SearchableSms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callr_sms_emulator._journal.reading import Reading

_NOTHING = SearchableSms("", "", "", "", "", "", "", "")


@dataclass(frozen=True)
class Wanted:
    """What a request must be. Where a value is None, anything is right.

    Attributes:
        operation: What was asked for.
        method: Its HTTP method.
        status: The HTTP status of its answer.
        refused: Whether it was refused.
        rule: The rule that it broke.
        hash: The SMS that it made or read.
        since: When it was answered at the earliest, as the API writes it.
        sms: What the SMS that it was to send must be.
    """

    operation: str | None = None
    method: str | None = None
    status: int | None = None
    refused: bool | None = None
    rule: str | None = None
    hash: str | None = None
    since: str | None = None
    sms: Criteria = field(default_factory=Criteria)

    def accepts(self, reading: Reading) -> bool:
        """Tell whether a request is meant.

        Raises:
            InvalidRequestError: The pattern took too long.
        """
        return next(self.misses(reading), None) is None

    def misses(self, reading: Reading) -> Iterator[str]:
        """Name what does not fit; what is quickly seen comes first.

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
    """In what a request differs from what was wanted; `how` quotes nothing of either."""

    parameter: str
    wanted: str
    found: str | None
    how: str


def differences(wanted: Wanted, reading: Reading) -> list[Difference]:
    """Give all in which a request differs."""
    return [_difference(name, wanted, reading) for name in wanted.misses(reading)]


def _difference(name: str, wanted: Wanted, reading: Reading) -> Difference:
    expected = {
        "to": wanted.sms.to,
        "from": wanted.sms.sender,
        "text": wanted.sms.text,
        "pattern": None if wanted.sms.pattern is None else wanted.sms.pattern.pattern,
    }.get(name) or getattr(wanted, name, "")
    found = _found(name, reading)
    how = _compare(name, str(expected), found)
    return Difference(name, _write(expected), found, how)


def _found(name: str, reading: Reading) -> str | None:
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
        return "it has none"
    if name == "text":
        return _compare_text(wanted.casefold(), found.casefold())
    if name not in {"to", "from", "hash"}:
        return "it is another"
    if wanted.casefold() == found.casefold():
        return "in capitals alone"
    if _bare(wanted) == _bare(found):
        return "in the plus or in blanks alone"
    same = next((at for at, pair in enumerate(zip(wanted, found, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(wanted), len(found)) if same is None else same
    return f"from character {at + 1} on" if at else "from the start"


def _compare_text(wanted: str, found: str) -> str:
    if " ".join(wanted.split()) in " ".join(found.split()):
        return "in blanks alone"
    # The longest beginning that is there: what is in, is in with all that is shorter.
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted[:middle] in found else (low, middle - 1)
    return f"from character {low + 1} of {len(wanted)} on" if low else "from the start"


def _bare(text: str) -> str:
    return "".join(each for each in text if each.isalnum())
