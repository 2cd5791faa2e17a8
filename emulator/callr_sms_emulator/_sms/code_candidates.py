"""The numbers in a text that may be one-time codes, by their form: whole, in groups, or with letters."""

# ruff: noqa: RUF001 - letters of many scripts

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._sms import code_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator

# Letters and signs, but no comma: one between digits would join them.
_TO_ASCII = 0xFEE0
_FULL_WIDTH = frozenset(
    map(chr, (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "：＝＃＊＠＋％（）")))
)
_PLAIN = {"\t": " ", "\n": "\n", "−": "-", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_PLAIN_CATEGORIES = {"Zs": " ", "Pd": "-", "Cf": ""}
_URL = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*+://[!-~]*"
    r"|(?<![a-z0-9.@_-])(?:[a-z0-9_-]++\.)++[a-z]{2,}+(?:[:/?][!-~]*)?"
    r"|(?<![a-z0-9._%+-])[a-z0-9._%+-]++@[a-z0-9.-]++"
)
_NO_SPACE = re.compile(
    r"(?<![A-Za-z0-9.,@/_-])(\d{4,8})(\.(?=[A-Z][a-z']*\s)|,(?=[A-Za-z]{2}|\d{1,2}(?:分|秒)))"
)
"""A number at the end of a sentence, or before a comma, without the space that follows there."""
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_GROUP_GAP = re.compile(r" ?[-·•_./,|+]? ?")
_DATE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|1[0-2])-\d\d|\d\d-(?:0?[1-9]|1[0-2])-(?:[0-2]?\d|3[01])"
)
_CAPITALS = re.compile(r"(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{5,8}")
_MIXED = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{4,10}")
_LETTERS_AND_DIGITS = re.compile(r"(?=[A-Z]*\d)[A-Z\d]{3,5}")
YEAR = re.compile(r"(?:19|20)\d\d")

_MOST_DIGITS, _LEAST_DIGITS, _LONGEST = 8, 4, 9
_MOST_MIXED = 12
_GROUP = 3


class Level(IntEnum):
    """How certain it is that a number is the code, by the words around it."""

    NONE = 0
    ALONE = 1
    SENTENCE = 2
    ASSIGNED = 3
    DIRECT = 4


class Candidate(NamedTuple):
    """A number that may be a code, and the least level at which it is one."""

    start: int
    end: int
    code: str
    least: Level


def normalise(text: str) -> str:
    """Return the text with ASCII digits, spaces and dashes, and without invisible characters."""
    if text.isascii():
        plain = text.replace("\t", " ")
    else:
        plain = "".join(map(_plain_character, unicodedata.normalize("NFC", text)))
    return _NO_SPACE.sub(r"\1\2 ", plain)


def blank_addresses(text: str) -> str:
    """Return the text with zeros in the place of addresses of pages and mailboxes."""
    pieces, end = [], 0
    for found in _URL.finditer(words.fold(text)):
        pieces += [text[end : found.start()], "\0" * (found.end() - found.start())]
        end = found.end()
    return "".join([*pieces, text[end:]])


def _plain_character(each: str) -> str:
    category = unicodedata.category(each)
    if category == "Nd":
        return str(unicodedata.decimal(each))
    if each in _FULL_WIDTH:
        return chr(ord(each) - _TO_ASCII)
    return _PLAIN.get(each) or _PLAIN_CATEGORIES.get(category, each)


def find_candidates(plain: str, folded: str) -> Iterator[Candidate]:
    """Yield the numbers of a text that may be codes, in their order."""
    tokens = [*_TOKEN.finditer(plain)]
    index = 0
    while index < len(tokens):
        last = index
        if tokens[index][0].isdigit():
            while last + 1 < len(tokens) and _goes_on(plain, tokens[last], tokens[last + 1]):
                last += 1
        elif _LETTERS_AND_DIGITS.fullmatch(tokens[index][0]):
            while last + 1 < len(tokens) and _goes_on(
                plain, tokens[last], tokens[last + 1], _LETTERS_AND_DIGITS
            ):
                last += 1
        group = tokens[index : last + 1]
        found = _read_token(group[0]) if last == index else _read_groups(plain, folded, group)
        if found is not None:
            yield found
        index = last + 1


def _goes_on(
    plain: str, one: re.Match[str], other: re.Match[str], form: re.Pattern[str] = re.compile(r"[\d-]+")
) -> bool:
    """Return whether two tokens may be one number."""
    if form.fullmatch(other[0]) is None or other.start() - one.end() > _GROUP:
        return False
    gap = plain[one.end() : other.start()]
    return gap not in {", ", ". "} and _GROUP_GAP.fullmatch(gap) is not None


def _read_groups(plain: str, folded: str, tokens: list[re.Match[str]]) -> Candidate | None:
    """Return a number in groups: all of one size, with one separator; or one number and a measure."""
    gaps = {plain[one.end() : two.start()] for one, two in pairwise(tokens)}
    start, end = tokens[0].start(), tokens[-1].end()
    texts = [each[0] for each in tokens]
    # Groups of several sizes, or with other separators, may be anything: no part of them is taken for a code.
    if len(gaps) == 1 and gaps <= {" ", " - "} and (code := _join(texts)) is not None:
        return Candidate(start, end, code, Level.SENTENCE)
    if gaps == {" "} and len(tokens) == 2 and words.UNITS.match(folded, end):  # noqa: PLR2004 - a number and its measure
        return _read_token(tokens[0]) if len(texts[1]) < _GROUP else None
    return None


def _join(texts: list[str]) -> str | None:
    """Return the digits of groups of one size; None where they are too many, or more like a phone number."""
    size, code = len(texts[0]), "".join(texts)
    if any(len(each) != size for each in texts) or (size > _LEAST_DIGITS and code.isdigit()):
        return None
    if not code.isdigit():
        return (
            code if _LEAST_DIGITS < len(code) <= _MOST_MIXED and _has_both(code) and "-" not in code else None
        )
    if not _LEAST_DIGITS <= len(code) <= _LONGEST or (len(code) == _LONGEST and code.startswith("0")):
        return None
    return None if size == _LEAST_DIGITS and all(YEAR.fullmatch(each) for each in texts) else code


def _read_token(token: re.Match[str]) -> Candidate | None:
    """Return the code that a token may be."""
    start, end, text = token.start(), token.end(), token[0]
    if text.isdigit():
        least = Level.DIRECT if YEAR.fullmatch(text) or len(text) > _MOST_DIGITS else Level.ALONE
        return Candidate(start, end, text, least) if _LEAST_DIGITS <= len(text) <= _LONGEST else None
    if "-" not in text:
        return _read_mixed(start, end, text)
    parts = text.split("-")
    if all(each.isdigit() for each in parts):
        code = None if _DATE.fullmatch(text) else _join(parts)
        return None if code is None else Candidate(start, end, code, Level.SENTENCE)
    first, rest = parts[0], parts[1:]
    if all(each.isdigit() for each in rest) and first.isalpha():
        return _read_prefixed(start, end, first, rest)
    if text != text.upper() or len({len(each) for each in parts}) > 1 or len(first) < _GROUP:
        return None
    code = "".join(parts)
    return (
        Candidate(start, end, code, Level.SENTENCE) if len(code) <= _MOST_MIXED and _has_both(code) else None
    )


def _read_prefixed(start: int, end: int, prefix: str, rest: list[str]) -> Candidate | None:
    """Read `G-123456`, whose letters name the sender, and `Code-123456`."""
    is_word = words.strength(words.fold(prefix)) == 2  # noqa: PLR2004 - a strong one
    if not is_word and not (prefix.isupper() and len(prefix) <= _GROUP):
        return None
    code = rest[0] if len(rest) == 1 and _LEAST_DIGITS <= len(rest[0]) <= _MOST_DIGITS else _join(rest)
    if code is None and len(rest) == 1 and len(prefix) == len(rest[0]) == _GROUP:
        return Candidate(start, end, prefix + rest[0], Level.SENTENCE)
    return None if code is None else Candidate(start, end, code, Level.SENTENCE)


def _read_mixed(start: int, end: int, text: str) -> Candidate | None:
    letters = re.match(r"[A-Za-z]*", text)
    prefix = letters[0] if letters else ""
    rest = text[len(prefix) :]
    folded = words.fold(text)
    if prefix and words.strength(words.fold(prefix)) == 2 and rest.isdigit():  # noqa: PLR2004 - `OTP123456`
        return (
            Candidate(start + len(prefix), end, rest, Level.ALONE)
            if _LEAST_DIGITS <= len(rest) <= _MOST_DIGITS
            else None
        )
    if words.fold(prefix) in words.LABELS:
        return None
    if (words.CURRENCY.fullmatch(words.fold(prefix)) and rest.isdigit()) or _is_measure(folded):
        return None
    if _CAPITALS.fullmatch(text):
        return Candidate(start, end, text, Level.SENTENCE)
    return Candidate(start, end, text, Level.DIRECT) if _MIXED.fullmatch(text) else None


def _is_measure(folded: str) -> bool:
    digits = re.match(r"\d+", folded)
    return digits is not None and words.UNITS.fullmatch(folded, digits.end()) is not None


def _has_both(code: str) -> bool:
    return any(each.isdigit() for each in code) and any(each.isalpha() for each in code)
