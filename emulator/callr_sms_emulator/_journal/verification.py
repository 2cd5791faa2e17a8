"""Whether something was asked as often as it should be, and if not, what came nearest."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callr_sms_emulator._journal.criteria import Wanted, differences
from callr_sms_emulator._journal.redaction import clean_text, cut, redact_text
from callr_sms_emulator._journal.view import Summary, describe, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator._journal.criteria import Difference
    from callr_sms_emulator._journal.reading import Reading

_MOST_LISTED = 10
_MOST_NEAREST = 3
# Of those that differ in as few points only so many are compared letter by letter.
_COMPARED = 100
_LONGEST_COMPARED = 1000


class Bounds(NamedTuple):
    """How often: at least and at most, where that is said."""

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
    """In what a request is not what was wanted."""

    parameter: str
    wanted: str
    found: str | None
    how: str


class Near(Summary):
    """A request that is nearly what was wanted."""

    differs: list[ShownDifference]


class Verdict(msgspec.Struct):
    """How many requests there were, and which; of those that were not meant the nearest."""

    holds: bool
    matched: int
    refused: int
    expected: str
    requests: list[Summary]
    nearest: list[Near]
    forgotten: int

    @property
    def message(self) -> str:
        """Say why it does not hold, in words that quote nothing of any request."""
        count = "1 request matches" if self.matched == 1 else f"{self.matched} requests match"
        said = f"{count}, expected {self.expected}"
        if self.requests:
            said += f"; {', '.join(describe(each) for each in self.requests)}"
        if self.nearest:
            said += f"; nearest is {_describe(self.nearest[0])}"
        if not self.requests and not self.nearest:
            said += "; there are no others"
        if self.forgotten:
            said += f"; {self.forgotten} earlier ones were forgotten (see --journal)"
        return said


def judge(readings: Sequence[Reading], wanted: Wanted, bounds: Bounds, forgotten: int) -> Verdict:
    """Count the requests that are meant; `readings` has the newest first.

    Raises:
        InvalidRequestError: The pattern took too long.
    """
    meant: list[Reading] = []
    others: list[tuple[Reading, int]] = []
    for reading in readings:
        misses = sum(1 for _ in wanted.misses(reading))
        if misses:
            others.append((reading, misses))
        else:
            meant.append(reading)
    holds = len(meant) in bounds
    is_short = bounds.least is not None and len(meant) < bounds.least
    return Verdict(
        holds=holds,
        matched=len(meant),
        refused=sum(each.is_refused for each in meant),
        expected=str(bounds),
        requests=[summarise(each) for each in meant[:_MOST_LISTED]],
        nearest=_nearest(others, wanted) if is_short else [],
        forgotten=forgotten,
    )


def _nearest(others: list[tuple[Reading, int]], wanted: Wanted) -> list[Near]:
    fewest = sorted(others, key=lambda each: each[1])[:_COMPARED]
    compared = [(reading, differences(wanted, reading)) for reading, _ in fewest]
    compared.sort(key=lambda each: (len(each[1]), sum(_distance(one) for one in each[1])))
    return [_near(reading, found) for reading, found in compared[:_MOST_NEAREST]]


def _distance(difference: Difference) -> float:
    wanted, found = difference.wanted[:_LONGEST_COMPARED], (difference.found or "")[:_LONGEST_COMPARED]
    return 1 - SequenceMatcher(None, wanted, found, autojunk=False).ratio()


def _near(reading: Reading, found: list[Difference]) -> Near:
    differs = [
        ShownDifference(
            each.parameter,
            _shorten(each.wanted),
            None
            if each.found is None
            else _shorten(cut(each.found) if each.parameter == "hash" else each.found),
            each.how,
        )
        for each in found
    ]
    return Near(**msgspec.structs.asdict(summarise(reading)), differs=differs)


def _shorten(text: str) -> str:
    return clean_text(redact_text(text[:_LONGEST_COMPARED]))


def _describe(near: Near) -> str:
    differs = ", ".join(f"{each.parameter} ({each.how})" for each in near.differs)
    return f"{describe(near)}, which differs in {differs}"
