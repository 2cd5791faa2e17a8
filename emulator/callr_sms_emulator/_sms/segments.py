"""Which encoding an SMS needs and how many parts it is billed as.

The rules: GSM 7-bit while every character is in the *basic* character set of GSM 03.38 (3GPP TS 23.038,
6.2.1); any other character, those of the extension table included, makes it UNICODE (support). One part
holds 160 GSM characters or 70 UTF-16 code units; a longer text is cut every 153 or 67 (seed, support), never
inside a surrogate pair (3GPP TS 23.040 practice).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

Encoding = Literal["GSM", "UNICODE"]

MAX_PARTS = 255
"""The counter of a concatenated SMS is one byte (3GPP TS 23.040); refusing more is a choice."""

STOP_MARK = "%STOPNUM%"
"""With a custom sender it becomes the STOP number, before parts are counted (seed; before: choice)."""

_GSM_SINGLE, _GSM_PART = 160, 153
_UNICODE_SINGLE, _UNICODE_PART = 70, 67
# Of the upper byte of a UTF-16 code unit: D800 to DBFF, and DC00 to DFFF (Unicode 23.6).
_SURROGATE_MASK, _HIGH_SURROGATE, _LOW_SURROGATE = 0xFC, 0xD8, 0xDC

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic character set of GSM 03.38 in the order of its codes, without the escape at 0x1B."""

_ALL_BASIC = re.compile(f"[{re.escape(BASIC)}]*")
_NOT_BASIC = re.compile(f"[^{re.escape(BASIC)}]")
_NOT_BMP = re.compile("[\U00010000-\U0010ffff]")

# One character for one, so that forcing GSM never makes a text longer. Documented by the vendor: « € ê.
# The rest looks the same to a reader (choice).
_NEAR = {
    **dict.fromkeys("«»“”„‟″〃", '"'),
    **dict.fromkeys("‘’‚‛′`´ʼ‹›", "'"),  # noqa: RUF001 - as above
    **dict.fromkeys("‐‑‒–—―−\u00ad~", "-"),  # noqa: RUF001 - as above
    **dict.fromkeys("\t\f\v\u0085\u2028\u2029", " "),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
    **dict(zip("\\|¦…•·×÷", "/!!.**x/", strict=True)),  # noqa: RUF001 - as above
    **dict(zip("€¢©®°µªº", "ecCRouao", strict=True)),
    **dict(zip("œŒıłŁđĐħĦðÐþÞŧŦ", "oOilLdDhHdDpPtT", strict=True)),
    # Greek capitals that share their shape with a Latin letter are not in the table as such.
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),  # noqa: RUF001 - as above
    "∆": "Δ",
    "Ω": "Ω",
}


class Segments(NamedTuple):
    """The encoding of a text and the number of parts that are billed (1 or more)."""

    encoding: Encoding
    parts: int


def measure(text: str, force: Encoding | None = None) -> Segments:
    """Return the encoding and the parts of `text`, with `%STOPNUM%` replaced already.

    `force` is `options.force_encoding`; None detects. An empty text is one part of GSM (choice).
    """
    if force == "GSM":
        return Segments("GSM", _count_gsm(to_gsm(text)))
    if force is None and _ALL_BASIC.fullmatch(text):
        return Segments("GSM", _count_gsm(text))
    if not _NOT_BMP.search(text):
        units = len(text)
        return Segments("UNICODE", 1 if units <= _UNICODE_SINGLE else -(-units // _UNICODE_PART))
    # surrogatepass: half a pair never comes through the API, but it would be one unit.
    return Segments("UNICODE", _count_with_pairs(text.encode("utf-16-le", "surrogatepass")))


def to_gsm(text: str) -> str:
    """Return the text that is sent when GSM is forced: each character or one near to it, else `?` (choice).

    A letter and its combining accent count as the one letter they compose (Unicode NFC).
    """
    if _ALL_BASIC.fullmatch(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return _NOT_BASIC.sub(lambda match: _near(match.group()), composed)


@lru_cache(maxsize=4096)
def _near(character: str) -> str:
    """Find the near character: by the table, else without its accents, else as a capital (Greek)."""
    if character in _NEAR:
        return _NEAR[character]
    decomposed = unicodedata.normalize("NFKD", character)
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    for candidate in (bare, bare.upper()):
        if len(candidate) == 1 and (near := _NEAR.get(candidate, candidate)) in BASIC:
            return near
    return "?"


def _count_gsm(text: str) -> int:
    return 1 if len(text) <= _GSM_SINGLE else -(-len(text) // _GSM_PART)


def _count_with_pairs(units: bytes) -> int:
    """Count the parts of UTF-16 (two bytes a unit)."""
    return 1 if len(units) // 2 <= _UNICODE_SINGLE else sum(1 for _ in _ends(units))


def _ends(units: bytes) -> Iterator[int]:
    """Yield where each part of UTF-16 ends: one that would end on the first half of a pair ends before it."""
    total = len(units) // 2
    start = 0
    while start < total:
        end = min(start + _UNICODE_PART, total)
        if end < total:
            last, following = (units[2 * index + 1] & _SURROGATE_MASK for index in (end - 1, end))
            if last == _HIGH_SURROGATE and following == _LOW_SURROGATE:
                end -= 1
        yield end
        start = end


def cut(text: str, encoding: Encoding) -> list[str]:
    """Return the parts of a text; for GSM it is the text of `to_gsm`, all of whose characters are basic."""
    if encoding == "GSM":
        size = max(len(text), 1) if len(text) <= _GSM_SINGLE else _GSM_PART
        return [text[start : start + size] for start in range(0, max(len(text), 1), size)]
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) // 2 <= _UNICODE_SINGLE:
        return [text]
    ends = [0, *_ends(units)]
    return [units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(ends)]


def capacity(encoding: Encoding, parts: int) -> int:
    """Return how many units a part holds, of so many."""
    if encoding == "GSM":
        return _GSM_SINGLE if parts == 1 else _GSM_PART
    return _UNICODE_SINGLE if parts == 1 else _UNICODE_PART


def is_basic(text: str) -> bool:
    """Return whether all characters are in the basic character set."""
    return _ALL_BASIC.fullmatch(text) is not None
