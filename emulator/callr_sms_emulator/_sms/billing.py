"""Why a text is billed as it is: its parts, and the characters that are not in the basic set of GSM 03.38.

`segments.py` has the rules; this shows their result to people.
"""

import re
import unicodedata

import msgspec

from callr_sms_emulator._sms.segments import Encoding, capacity, cut, is_basic, measure, to_gsm

# A character with the accents that follow it: together they may be a basic one.
_CLUSTER = re.compile("[\\s\\S][\u0300-\u036f]*")
_MOST_CHARACTERS = 100


class Run(msgspec.Struct):
    """A piece of a part; `special` if none of its characters is basic."""

    text: str
    special: bool


class Part(msgspec.Struct):
    """A billed part, and how many units (characters of GSM, or UTF-16 code units) it takes."""

    units: int
    runs: list[Run]


class SpecialCharacter(msgspec.Struct):
    """A character that is not basic, how often it occurs, and what GSM would make of it."""

    text: str
    code: str
    name: str
    gsm: str
    count: int


class GsmForm(msgspec.Struct):
    """What forcing GSM makes of a text."""

    text: str
    parts: int


class Billing(msgspec.Struct):
    """The parts of a text.

    Attributes:
        encoding: The encoding of all parts.
        capacity: The units that each part holds.
        left: The units that are free in the last part.
        parts: The parts.
        characters: The characters of the text that are not basic, in the order in which they come first.
        gsm: What forcing GSM makes of the text; None if that changes nothing.
    """

    encoding: Encoding
    capacity: int
    left: int
    parts: list[Part]
    characters: list[SpecialCharacter]
    gsm: GsmForm | None


def explain_billing(text: str, force: Encoding | None = None) -> Billing:
    """Return the parts of a text as `measure` counts them, with `%STOPNUM%` replaced already."""
    encoding = measure(text, force).encoding
    gsm = to_gsm(text)
    sent = gsm if encoding == "GSM" else text
    parts = [_part(each, encoding) for each in cut(sent, encoding)]
    most = capacity(encoding, len(parts))
    return Billing(
        encoding=encoding,
        capacity=most,
        left=most - parts[-1].units,
        parts=parts,
        characters=_characters(text),
        gsm=None if gsm == text else GsmForm(gsm, measure(gsm, "GSM").parts),
    )


def _part(text: str, encoding: Encoding) -> Part:
    units = len(text) if encoding == "GSM" else len(text.encode("utf-16-le", "surrogatepass")) // 2
    runs: list[Run] = []
    for cluster in _CLUSTER.findall(text):
        special = not is_basic(cluster)
        if runs and runs[-1].special is special:
            runs[-1].text += cluster
        else:
            runs.append(Run(cluster, special))
    return Part(units, runs)


def _characters(text: str) -> list[SpecialCharacter]:
    if is_basic(text):
        return []
    found: dict[str, SpecialCharacter] = {}
    for cluster in _CLUSTER.findall(text):
        if cluster in found:
            found[cluster].count += 1
        elif not is_basic(cluster) and len(found) < _MOST_CHARACTERS:
            found[cluster] = SpecialCharacter(cluster, _code(cluster), _name(cluster), to_gsm(cluster), 1)
    return [*found.values()]


def _code(cluster: str) -> str:
    return " ".join(f"U+{ord(each):04X}" for each in cluster)


def _name(cluster: str) -> str:
    return ", ".join(unicodedata.name(each, "a character without a name").lower() for each in cluster)
