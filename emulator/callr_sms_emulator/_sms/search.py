"""What somebody looks for among the SMS of an account, and whether one is it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import regex

from callr_sms_emulator import _errors

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds for one text: a pattern that takes longer would hold up everybody.
_PATTERN_SECONDS = 0.05
_LONGEST_PATTERN = 1000


class SearchableSms(msgspec.Struct):
    """What can be looked for in an SMS."""

    type: str
    hash: str
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    user_data: str
    status: str
    date_creation: str


read_searchable = msgspec.json.Decoder(SearchableSms).decode
"""Takes the JSON of an SMS."""


@dataclass(frozen=True)
class Criteria:
    """What an SMS must be. Where a value is None, anything is right.

    Attributes:
        type: `IN` or `OUT`.
        sender: Who sent it, exactly.
        to: Who it is for, exactly.
        status: Its status.
        since: The earliest `date_creation`, as the API writes it.
        text: What stands in the text, whatever its case.
        words: Each of them stands in the text, a number, the hash or the user data, whatever case or accents.
        pattern: A regular expression that is found in the text.
    """

    type: str | None = None
    sender: str | None = None
    to: str | None = None
    status: str | None = None
    since: str | None = None
    text: str | None = None
    words: str | None = None
    pattern: regex.Pattern[str] | None = None

    def accepts(self, seen: SearchableSms) -> bool:
        """Return whether an SMS is meant.

        Raises:
            InvalidRequestError: The pattern took too long.
        """
        return next(self.misses(seen), None) is None

    def misses(self, seen: SearchableSms) -> Iterator[str]:
        """Name what does not fit; what is quickly seen comes first.

        Raises:
            InvalidRequestError: The pattern took too long.
        """
        exact = (
            ("to", self.to, seen.to),
            ("type", self.type, seen.type),
            ("from", self.sender, seen.sender),
            ("status", self.status, seen.status),
        )
        yield from (name for name, wanted, found in exact if wanted is not None and wanted != found)
        if self.since is not None and seen.date_creation < self.since:  # the form sorts as the time does
            yield "since"
        if self.text is not None and self.text.casefold() not in seen.text.casefold():
            yield "text"
        if self._words:
            folded = _fold(f"{seen.hash} {seen.sender} {seen.to} {seen.user_data} {seen.text}")
            if not all(word in folded for word in self._words):
                yield "q"
        if self.pattern is not None:
            try:
                found = self.pattern.search(seen.text, timeout=_PATTERN_SECONDS)
            except TimeoutError:
                raise _errors.slow_pattern(self.pattern.pattern, _PATTERN_SECONDS) from None
            if found is None:
                yield "pattern"

    @cached_property
    def _words(self) -> list[str]:
        return _fold(self.words or "").split()


def compile_pattern(value: str, name: str = "pattern") -> regex.Pattern[str]:
    """Make a regular expression of a text, the value of the parameter `name`.

    Raises:
        InvalidRequestError: It is none, or too long.
    """
    if len(value) > _LONGEST_PATTERN:
        raise _errors.wrong_length(name, len(value), 1, _LONGEST_PATTERN)
    try:
        return regex.compile(value)
    except regex.error as error:
        raise _errors.bad_pattern(value, str(error), name) from None


def finds(pattern: regex.Pattern[str], text: str) -> bool:
    """Return whether a pattern is found in a text; in one for which it takes too long it is not."""
    try:
        return pattern.search(text, timeout=_PATTERN_SECONDS) is not None
    except TimeoutError:
        return False


def _fold(text: str) -> str:
    """Take case and accents away."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))
