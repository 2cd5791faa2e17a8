"""How many parts a text takes, as bounds: where the facts leave a detail open, the true number lies between.

A reading of its own of the rules (CALLR's support article, 3GPP TS 23.038 and 23.040), apart from the
client's and the emulator's: three that agree are worth more than one that is shared.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_PARTS: Final = 255
"""The counter of a concatenated SMS is one byte."""

STOP_NUMBER: Final = "%STOPNUM%"
_STOP_NUMBER_LENGTHS: Final = (1, 15)
"""An account's STOP number is not known here; E.164 allows no more than 15 digits."""

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of the GSM basic set."""
_BASIC: Final = frozenset(BASIC)
_GSM_ALONE, _GSM_EACH = 160, 153
_UNICODE_ALONE, _UNICODE_EACH = 70, 67


@dataclass(frozen=True)
class Parts:
    """At least `low` and at most `high` parts."""

    low: int
    high: int


def is_basic(text: str) -> bool:
    """Return whether all of `text` is in the GSM basic set."""
    return _BASIC.issuperset(text)


def count_parts(text: str, *, forced: str | None, has_sender: bool) -> Parts:
    """Return the parts of `text` with `force_encoding` `forced`, sent with or without a sender."""
    readings = [text]
    if has_sender and STOP_NUMBER in text:
        readings = [text.replace(STOP_NUMBER, "1" * length) for length in _STOP_NUMBER_LENGTHS]
    counts = [count for reading in readings for count in _counts(reading, forced)]
    return Parts(min(counts), max(counts))


def _counts(text: str, forced: str | None) -> tuple[int, ...]:
    if forced == "GSM":
        return tuple(_gsm(length) for length in _converted_lengths(text))
    if forced == "UNICODE" or not is_basic(text):
        return (_unicode(text),)
    return (_gsm(len(text)),)


def _converted_lengths(text: str) -> tuple[int, ...]:
    """Return the possible lengths of a text after its conversion to the basic set, whose mapping is unknown.

    They lie between a converter that drops combining characters and one that writes a mark for each UTF-16
    code unit.
    """
    if is_basic(text):
        return (len(text),)
    shortest = sum(1 for character in text if not unicodedata.combining(character))
    return (shortest, len(text), _units(text))


def _gsm(length: int) -> int:
    return 1 if length <= _GSM_ALONE else -(-length // _GSM_EACH)


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")


def _unicode(text: str) -> int:
    units = _units(text)
    if units <= _UNICODE_ALONE:
        return 1
    if units == len(text):
        return -(-units // _UNICODE_EACH)
    return _unicode_with_pairs(text)


def _unicode_with_pairs(text: str) -> int:
    parts, used = 1, 0
    for character in text:
        width = 2 if character > "\uffff" else 1
        if used + width > _UNICODE_EACH:  # a part never ends inside a surrogate pair
            parts, used = parts + 1, 0
        used += width
    return parts
