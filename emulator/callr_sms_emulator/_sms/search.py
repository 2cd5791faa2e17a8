"""Criteria for the SMS of an account."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callr_sms_emulator._sms.pattern import Pattern


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
    pattern: Pattern | None = None

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
            folded = searched_text(seen)
            if not all(word in folded for word in self._words):
                yield "q"
        if self.pattern is not None and not self.pattern.matches(seen.text):
            yield "pattern"

    @cached_property
    def _words(self) -> list[str]:
        return _fold(self.words or "").split()

    @property
    def pieces(self) -> tuple[str, ...]:
        """What occurs in the searched text of each SMS that matches: an index of these can find it."""
        texts = [] if self.text is None else [self.text]
        if self.pattern is not None:
            texts += self.pattern.pieces
        return (*self._words, *map(_fold, texts))


def searched_text(seen: SearchableSms) -> str:
    """Return what the words of a search may occur in, without case and accents."""
    return _fold(f"{seen.hash} {seen.sender} {seen.to} {seen.user_data} {seen.text}")


def _fold(text: str) -> str:
    """Return the text without case and accents. What a part of a text becomes is a part of the result."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))
