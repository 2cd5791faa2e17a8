"""Criteria for the SMS of an account."""

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

# Seconds for one text: a slower pattern would hold up all other requests.
_PATTERN_SECONDS = 0.05
_LONGEST_PATTERN = 1000


class SearchableSms(msgspec.Struct):
    """The properties of an SMS that criteria compare."""

    type: str
    hash: str
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    user_data: str
    status: str
    date_creation: str


read_searchable = msgspec.json.Decoder(SearchableSms).decode
"""Decodes the JSON of an SMS."""


@dataclass(frozen=True)
class Criteria:
    """What an SMS must be. A value of None matches any SMS.

    Attributes:
        type: `IN` or `OUT`.
        sender: Its sender, exactly.
        to: Its recipient, exactly.
        status: Its status.
        since: The earliest `date_creation`, as the API writes it.
        text: A part of the text, in any case.
        words: Each occurs in the text, a number, the hash or the user data; case and accents do not count.
        pattern: A regular expression that matches somewhere in the text.
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
        """Return whether an SMS matches.

        Raises:
            InvalidRequestError: The pattern took too long.
        """
        return next(self.misses(seen), None) is None

    def misses(self, seen: SearchableSms) -> Iterator[str]:
        """Yield the name of each criterion that does not match, the cheap ones first.

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
        if self.since is not None and seen.date_creation < self.since:  # this format sorts like time
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
    """Compile a regular expression, the value of the parameter `name`.

    Raises:
        InvalidRequestError: It is invalid or too long.
    """
    if len(value) > _LONGEST_PATTERN:
        raise _errors.wrong_length(name, len(value), 1, _LONGEST_PATTERN)
    try:
        return regex.compile(value)
    except regex.error as error:
        raise _errors.bad_pattern(value, str(error), name) from None


def finds(pattern: regex.Pattern[str], text: str) -> bool:
    """Return whether a pattern matches somewhere in a text; False also when it takes too long."""
    try:
        return pattern.search(text, timeout=_PATTERN_SECONDS) is not None
    except TimeoutError:
        return False


def _fold(text: str) -> str:
    """Return the text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))
