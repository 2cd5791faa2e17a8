"""The one-time code in a text.

A text may declare it: the last line `@host #code` of origin-bound codes (WICG). Otherwise it is found by
words (`code_words`): the number right after a word for a code, else the one in the same sentence, else one
that is a line or sentence of its own. A code has 4 to 8 digits, in groups of one size or not (`123 456`,
`12-34-56`, `G-123456`), or capitals and digits (`AB12-CD34`). A wrong code is worse than none: where a number
is a date, a price, an order or part of something longer, or where two are possible, no code is returned.

Every step passes over the text once, or looks at a window of bounded size, so the time is linear.
"""

# ruff: noqa: RUF001 - letters of many scripts

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import code_words as words
from callr_sms_emulator._sms.code_candidates import (
    YEAR,
    Candidate,
    Level,
    blank_addresses,
    find_candidates,
    normalise,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOUND = re.compile(r"^@[^\s#]+ #(?P<code>\S+)(?: @\S+)?\s*\Z", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"\.(?=\s|\Z)|[!?。।;\n]")
_CHOICE = re.compile(r"\s*(?:,|/|&|\||or|ou|oder|o|и|или|and|et|und|y|e|ve|veya)\s*")
_MASK = re.compile(r"(?:[*•·…]\s?|\.\.\s?|[x*]{2,}\s?|\bx)$")
_OPENING = re.compile(r"[\s:=>«»\"'“”„‘’「『【\[(<*#.\-—→、，,~_|]*")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UNSPACED_CONNECTORS = re.compile(
    r"(?:是|为|為|如下|の|は|として|번호|는|은|가|ของคุณ|ของท่าน|คือ|您的|你的|登录|登入|注册|sms|otp|[\W_])*"
)
_UNSPACED_COPULA = re.compile(r"\s*(?:是|为|為)(?:您的|你的|登录|登入|注册)*")

_NAMES = words.LABELS - words.CONNECTORS - words.TO

_NEAR = 9
_SURE_LENGTH = 6
_WINDOW = 64
_MOST_CONNECTORS = 6
_FEW_WORDS = 3


class _Word(NamedTuple):
    """A word for a code; `strength` is 2, 1 for a weak one, 0 for a word for another kind of code."""

    start: int
    end: int
    strength: int


def find_code(text: str) -> str | None:
    """Return the one-time code, without blanks and dashes and with the digits 0 to 9; None without one."""
    bound = _BOUND.search(text)
    return bound["code"] if bound else _Reading(text).find()


class _Reading:
    """A text, and what was found in it."""

    def __init__(self, text: str) -> None:
        self.plain = blank_addresses(normalise(text))
        self.folded = words.fold(self.plain)
        self.ends = [found.start() for found in _SENTENCE_END.finditer(self.folded)]
        self.words = sorted(_find_words(self.folded))
        self.starts = [each.start for each in self.words]

    def find(self) -> str | None:
        candidates = [each for each in self._unambiguous() if not self._is_other(each)]
        if not any(each.strength for each in self.words):
            return self._find_alone(candidates)
        levels = [(self._level(each), each) for each in candidates]
        found = [(level, each.code) for level, each in levels if level >= each.least]
        best = max((level for level, _ in found), default=Level.NONE)
        codes = {code for level, code in found if level == best}
        return codes.pop() if len(codes) == 1 else None

    def _find_alone(self, candidates: list[Candidate]) -> str | None:
        """Return the one number of a short text that has no word for a code."""
        if len(candidates) != 1 or candidates[0].least > Level.SENTENCE or self.words:
            return None
        said = len(_WORD.findall(self.plain))
        return candidates[0].code if said < _FEW_WORDS and not YEAR.fullmatch(candidates[0].code) else None

    def _unambiguous(self) -> Iterator[Candidate]:
        """Yield the candidates without those of which two are offered: `1234 or 5678`."""
        found = [*find_candidates(self.plain, self.folded)]
        joined = [
            other.start - one.end <= _NEAR
            and _CHOICE.fullmatch(self.folded, one.end, other.start) is not None
            and (len(one.code) == len(other.code) or self.plain[other.start - 2].isalpha())
            for one, other in pairwise(found)
        ]
        for index, each in enumerate(found):
            if not (joined[index : index + 1] == [True] or (index and joined[index - 1])):
                yield each

    def _is_other(self, candidate: Candidate) -> bool:
        """Return whether a number is part of something longer, an amount, or named as another one."""
        start, end = candidate.start, candidate.end
        before, after = self.folded[max(0, start - _WINDOW) : start], self.folded[end : end + _WINDOW]
        word = self._before(start, 2)
        if word is not None and word.end == start:  # `OTP123456`
            before = before[: word.start - start]
        if _is_part(before, after) or words.UNITS.match(after) or words.MONEY_BEFORE.search(before):
            return True
        if _MASK.search(before) and not (before.endswith("*") and after.startswith("*")):
            return True
        if words.LABEL_PHRASES.search(before):
            return True
        if before.endswith("#") and not self._follows(start - 1, 2):
            return True
        return self._is_labelled(candidate, before)

    def _is_labelled(self, candidate: Candidate, before: str) -> bool:
        found = [*_WORD.finditer(before)]
        if not found or not _OPENING.fullmatch(before, found[-1].end()):
            return False
        has_copula = False
        for each in reversed(found):
            word = re.split("['’]", each[0])[-1]
            previous = self._before(candidate.start, 2)
            if word == "to" and previous is not None and self._is_polish(previous):
                has_copula = True  # in Polish; in English a number after it is not the code
            elif word in words.LABELS:
                is_free = (
                    has_copula
                    and previous is not None
                    and self._is_one_sentence(previous.end, candidate.start)
                )
                return not is_free
            elif word in words.COPULAS:
                has_copula = True
            elif word not in words.NUMBER_WORDS:
                return False
        return False

    def _level(self, candidate: Candidate) -> Level:
        """Return how certain it is that a candidate is the code."""
        last = self._before(candidate.start, 0)
        if last is not None and last.strength == 0 and self._connects(last.end, candidate.start):
            return Level.NONE  # `promo code 1234`
        if self._follows(candidate.start, 1):
            return Level.DIRECT
        if self._precedes(candidate):
            return Level.ASSIGNED
        level = self._level_in_sentence(candidate)
        if level is Level.NONE and (self._is_alone(candidate) or self._is_used(candidate.start)):
            return Level.ALONE
        return level

    def _level_in_sentence(self, candidate: Candidate) -> Level:
        strong = self._before(candidate.start, 2)
        if strong is not None and self._is_one_sentence(strong.end, candidate.start):
            if self._is_assigned(candidate.start):
                return Level.ASSIGNED
            if self._is_near(strong.end, candidate):
                return Level.SENTENCE
        after = self._after(candidate.end, 2)
        if after is not None and self._is_one_sentence(candidate.end, after.start):
            gap = self.folded[candidate.end : after.start].strip()
            first = _WORD.match(gap)
            if (
                gap
                and not _names_other(gap)
                and (first is None or first[0] in (words.CONNECTORS | words.USES) - words.TO - {"to"})
            ):
                return Level.SENTENCE
        return Level.NONE

    def _is_near(self, start: int, candidate: Candidate) -> bool:
        """Return whether few words stand between a word for a code and a number, and the last one links them.

        Else the number belongs to the last word, as in `enter the code at locker 4829`; a name is taken for
        the sender's where the number is long.
        """
        gap = self.folded[start : candidate.start]
        between = [each.strip("'’") for each in _WORD.findall(gap)] if len(gap) <= 2 * _WINDOW else [""]
        if between and between[-1] in words.CONNECTORS:
            return True
        unknown = [each for each in between if each not in words.CONNECTORS]
        return len(candidate.code) >= _SURE_LENGTH and len(unknown) <= _FEW_WORDS and "" not in unknown

    def _is_used(self, place: int) -> bool:
        """Return whether a number is what the text asks to enter."""
        before = self.folded[max(0, place - _WINDOW) : place]
        previous = [
            each for each in _WORD.findall(before) if each not in {"sie", "in", "bitte", "den", "le", "il"}
        ]
        return before.endswith(" ") and bool(previous) and previous[-1] in words.USES | {"key"}

    def _before(self, place: int, least: int) -> _Word | None:
        """Return the last word for a code before a place, of at least this strength."""
        index = bisect_left(self.starts, place)
        for each in reversed(self.words[max(0, index - _NEAR) : index]):
            if each.strength >= least and each.end <= place:
                return each
        return None

    def _after(self, place: int, least: int) -> _Word | None:
        index = bisect_left(self.starts, place)
        return next((each for each in self.words[index : index + _NEAR] if each.strength >= least), None)

    def _follows(self, place: int, least: int) -> bool:
        """Return whether only connecting words stand between a word for a code and a place."""
        word = self._before(place, least)
        return word is not None and self._connects(word.end, place)

    def _connects(self, start: int, end: int) -> bool:
        if end - start > _WINDOW:
            return False
        gap = self.folded[start:end]
        if any(each.isdigit() for each in gap) or re.search(r"[.!?。](?:\s|$)|\n\s*\n.*\S", gap):
            return False
        if _OPENING.fullmatch(gap):
            return True
        if _UNSPACED.search(gap):
            return _UNSPACED_CONNECTORS.fullmatch(gap) is not None
        between = [each.strip("'’") for each in _WORD.findall(gap)]
        return len(between) <= _MOST_CONNECTORS and all(each in words.CONNECTORS for each in between)

    def _precedes(self, candidate: Candidate) -> bool:
        """Return whether it says `123456 is your code`, or `use 123456 to log in`."""
        after = self._after(candidate.end, 1)
        if after is None or not self._is_one_sentence(candidate.end, after.start):
            return False
        gap = self.folded[candidate.end : after.start]
        between = _WORD.findall(gap) if len(gap) <= _WINDOW else []
        if _names_other(gap):
            return False
        if _UNSPACED_COPULA.fullmatch(gap):
            return after.strength > 1
        if between and between[0] in words.COPULAS and (between[0] != "to" or self._is_polish(after)):
            return after.strength > 1 or len(between) <= _MOST_CONNECTORS
        previous = _WORD.findall(self.folded[max(0, candidate.start - _WINDOW) : candidate.start])
        is_use = bool(previous) and previous[-1] in words.USES
        if between:
            return is_use and between[0] in words.TO
        return is_use or gap.strip() in {"-", "–", ":", "=", "—"}

    def _is_polish(self, word: _Word) -> bool:
        """Return whether a word for a code is one with which `to` means `is`."""
        return self.folded.startswith(("kod", "hasl"), word.start)

    def _is_assigned(self, place: int) -> bool:
        """Return whether a colon or a word like `is` stands right before a place."""
        before = self.folded[max(0, place - _WINDOW) : place].rstrip(" \"'“«([*#\n")
        if before.endswith((":", "=")):
            return True
        last = [*_WORD.finditer(before)][-1:]
        return bool(last) and last[0].end() == len(before) and last[0][0] in words.COPULAS

    def _is_one_sentence(self, start: int, end: int) -> bool:
        index = bisect_left(self.ends, start)
        return index == len(self.ends) or self.ends[index] >= end

    def _is_alone(self, candidate: Candidate) -> bool:
        index = bisect_left(self.ends, candidate.start)
        first = self.ends[index - 1] + 1 if index else 0
        last = self.ends[index] if index < len(self.ends) else len(self.plain)
        if candidate.start - first > _WINDOW or last - candidate.end > _WINDOW:
            return False
        around = self.plain[first : candidate.start] + self.plain[candidate.end : last]
        return not any(each.isalnum() for each in around)


def _find_words(folded: str) -> Iterator[_Word]:
    """Yield the words for a code, and those for other kinds of code."""
    found = [*_WORD.finditer(folded)]
    for index, each in enumerate(found):
        word = each[0].strip("'’")
        strength = words.strength(word)
        if strength is None:
            continue
        yield _Word(each.start(), each.end(), 0 if _is_other_code(folded, found, index) else strength)
    for phrases, strength in ((words.STRONG_PHRASES, 2), (words.WEAK_PHRASES, 1), (words.OTHER_PHRASES, 0)):
        for each in phrases.finditer(folded):
            yield _Word(each.start(), each.end(), strength)


def _names_other(gap: str) -> bool:
    """Return whether what stands between a number and a word for a code speaks of something else."""
    return "," in gap or any(each in _NAMES for each in _WORD.findall(gap))


def _is_other_code(folded: str, found: list[re.Match[str]], index: int) -> bool:
    """Return whether the words next to a word for a code change its meaning, like `promo code`."""
    word = found[index]
    if index and word.start() - found[index - 1].end() <= 1 and found[index - 1][0] in words.OTHER_CODES:
        return True
    following = [each[0] for each in found[index + 1 : index + 3]]
    if len(following) > 1 and following[0] in {"de", "di", "du", "of", "d", "da", "do"}:
        following.pop(0)
    return bool(following) and following[0] in words.OTHER_CODES and folded[word.end()] in " -'’"


def _is_part(before: str, after: str) -> bool:
    """Return whether what stands around a number makes it a part of something longer."""
    last, first = before[-1:], after[:1]
    if last in set("+@&%_/\\~^\0") - {""} or (last and last in ".,:" and before[-2:-1].isdigit()):
        return True
    if first in set("@_\\\0%") - {""} or (
        first and first in ".,:/'" and after[1:2].isalnum() and after[1:2].isascii()
    ):
        return True
    if first == "/" or (first == "-" and after[1:2].isalnum()):
        return True
    return any(each.isalpha() and ord(each) <= 0x24F for each in (last, first))  # noqa: PLR2004 - the last Latin letter
