"""Verify how many requests match, and find the nearest of those that do not."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callr_sms_emulator._control.journal.criteria import RequestCriteria, find_differences
from callr_sms_emulator._control.journal.redaction import escape_text, redact_free_text, redact_text
from callr_sms_emulator._control.journal.view import Summary, describe, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator._control.journal.criteria import Difference
    from callr_sms_emulator._control.journal.reading import ParsedRequest

_MOST_LISTED = 10
_MOST_NEAREST = 3
# Only so many of those with the fewest differences are compared letter by letter.
_COMPARED = 100
_LONGEST_COMPARED = 1000


class Bounds(NamedTuple):
    """The lowest and the highest number of requests; None without a bound."""

    least: int | None
    most: int | None

    def __contains__(self, count: object) -> bool:
        assert isinstance(count, int)  # noqa: S101 - tells the type checker
        return (self.least is None or count >= self.least) and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        if self.least == self.most:
            return f"exactly {self.least}"
        said = [(f"at least {self.least}", self.least), (f"at most {self.most}", self.most)]
        return " and ".join(words for words, bound in said if bound is not None)


class ShownDifference(msgspec.Struct):
    """A criterion that a request does not match."""

    parameter: str
    wanted: str
    found: str | None
    how: str


class NearMatch(Summary):
    """A request that nearly matches."""

    differs: list[ShownDifference]


class Verdict(msgspec.Struct):
    """The number of matching requests, the newest of them, and the nearest of the others."""

    holds: bool
    matched: int
    refused: int
    expected: str
    requests: list[Summary]
    nearest: list[NearMatch]
    forgotten: int

    @property
    def message(self) -> str:
        """Why the verification failed, without quoting any request."""
        count = "1 request matches" if self.matched == 1 else f"{self.matched} requests match"
        said = f"{count}, expected {self.expected}"
        if self.requests:
            said += f"; {', '.join(describe(each) for each in self.requests)}"
        if self.nearest:
            near = self.nearest[0]
            differs = ", ".join(f"{each.parameter} ({each.how})" for each in near.differs)
            said += f"; the nearest is {describe(near)}, which differs in {differs}"
        if not self.requests and not self.nearest:
            said += "; there are no other requests"
        if self.forgotten:
            said += f"; {self.forgotten} earlier requests were dropped (see --journal)"
        return said


def verify(
    readings: Sequence[ParsedRequest], wanted: RequestCriteria, bounds: Bounds, forgotten: int
) -> Verdict:
    """Count the requests that match; `readings` has the newest first.

    Raises:
        InvalidRequestError: The pattern took too long.
    """
    matching: list[ParsedRequest] = []
    others: list[tuple[ParsedRequest, int]] = []
    for reading in readings:
        misses = sum(1 for _ in wanted.misses(reading))
        if misses:
            others.append((reading, misses))
        else:
            matching.append(reading)
    holds = len(matching) in bounds
    is_short = bounds.least is not None and len(matching) < bounds.least
    return Verdict(
        holds=holds,
        matched=len(matching),
        refused=sum(each.is_refused for each in matching),
        expected=str(bounds),
        requests=[summarise(each) for each in matching[:_MOST_LISTED]],
        nearest=_nearest(others, wanted) if is_short else [],
        forgotten=forgotten,
    )


def _nearest(others: list[tuple[ParsedRequest, int]], wanted: RequestCriteria) -> list[NearMatch]:
    fewest = sorted(others, key=lambda each: each[1])[:_COMPARED]
    compared = [(reading, find_differences(wanted, reading)) for reading, _ in fewest]
    compared.sort(key=lambda each: (len(each[1]), sum(_distance(one) for one in each[1])))
    return [_near(reading, found) for reading, found in compared[:_MOST_NEAREST]]


def _distance(difference: Difference) -> float:
    wanted, found = difference.wanted[:_LONGEST_COMPARED], (difference.found or "")[:_LONGEST_COMPARED]
    return 1 - SequenceMatcher(None, wanted, found, autojunk=False).ratio()


def _near(reading: ParsedRequest, found: list[Difference]) -> NearMatch:
    differs = [
        ShownDifference(
            each.parameter,
            _shorten(each.wanted),
            None
            if each.found is None
            else _shorten(redact_free_text(each.found) if each.parameter == "hash" else each.found),
            each.how,
        )
        for each in found
    ]
    return NearMatch(**msgspec.structs.asdict(summarise(reading)), differs=differs)


def _shorten(text: str) -> str:
    return escape_text(redact_text(text[:_LONGEST_COMPARED]))
