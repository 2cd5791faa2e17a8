"""Servers that choose a wrong encoding or count wrong parts."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from mutants.builders import (
    Maker,
    Mutant,
    on_parts,
    on_sms,
    put_parts,
    split,
    units,
)
from mutants.messages import Json

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("€[]{}^~\\|\f")


def forced(sms: Json) -> object:
    """Return the encoding that was asked for; None when it is to be detected."""
    return (sms["options"] or {}).get("force_encoding")


def _as(encoding: str, when: Callable[[Json], object]) -> Maker:
    """Encode SMS for which `when` is true so, with the parts and the debit that follow."""

    def change(sms: Json) -> None:
        if sms["encoding"] == encoding or not when(sms):
            return
        sms["encoding"] = encoding
        length = len(sms["text"]) if encoding == "GSM" else units(sms["text"])
        put_parts(sms, split(length, 160, 153) if encoding == "GSM" else split(length, 70, 67))

    return on_sms(change)


def also_basic(more: frozenset[str]) -> Maker:
    """Count these characters as basic."""
    return _as("GSM", lambda sms: not forced(sms) and (BASIC | more).issuperset(sms["text"]))


def _not_basic(fewer: frozenset[str]) -> Maker:
    """Do not count these characters as basic."""
    return _as("UNICODE", lambda sms: not forced(sms) and not fewer.isdisjoint(sms["text"]))


_LATIN_1: Final = frozenset(map(chr, range(0x20, 0x100)))


def _parts_of(count: Callable[[str], int | None]) -> Maker:
    """Count the parts of UNICODE texts another way, and those of GSM texts if `gsm`."""

    def parts(sms: Json) -> int | None:
        length = count(sms["text"])
        if length is None or sms["type"] != "OUT" or "%" in sms["text"]:
            return None
        return split(length, 70, 67) if sms["encoding"] == "UNICODE" else split(length, 160, 153)

    return on_parts(parts)


def _without_marks(text: str) -> int | None:
    """Return the units without combining marks; None for a text without such marks."""
    kept = "".join(each for each in text if not unicodedata.combining(each))
    return units(kept) if kept != text else None


def _trimmed(text: str) -> int | None:
    return units(text.strip()) if text.strip() not in {"", text} else None


ENCODINGS = (
    Mutant(
        "force-gsm-ignored",
        "encodings",
        "a forced GSM is ignored",
        _as("UNICODE", lambda sms: forced(sms) == "GSM" and not BASIC.issuperset(sms["text"])),
    ),
    Mutant(
        "force-unicode-ignored",
        "encodings",
        "a forced UNICODE is ignored",
        _as("GSM", lambda sms: forced(sms) == "UNICODE" and BASIC.issuperset(sms["text"])),
    ),
    Mutant("unicode-never", "encodings", "every SMS is GSM", _as("GSM", lambda _: True)),
    Mutant(
        "unicode-always",
        "encodings",
        "every SMS is UNICODE",
        _as("UNICODE", lambda sms: forced(sms) != "GSM"),
    ),
    Mutant("extension-as-gsm", "encodings", "the extension table goes as GSM", also_basic(_EXTENSION)),
    Mutant("latin-1-as-gsm", "encodings", "all of Latin-1 goes as GSM", also_basic(_LATIN_1)),
    Mutant("c-cedilla-as-gsm", "encodings", "ç goes as GSM", also_basic(frozenset("ç"))),
    Mutant("tab-as-gsm", "encodings", "a tab goes as GSM", also_basic(frozenset("\t"))),
    Mutant(
        "greek-as-unicode", "encodings", "Greek capitals go as UNICODE", _not_basic(frozenset("ΔΦΓΛΩΠΨΣΘΞ"))
    ),
    Mutant(
        "accents-as-unicode",
        "encodings",
        "accented letters go as UNICODE",
        _not_basic(frozenset("èéùìòàäöñüÄÖÑÜÅåØøÆæßÇÉ")),
    ),
    Mutant("line-feed-as-unicode", "encodings", "a line feed goes as UNICODE", _not_basic(frozenset("\n\r"))),
    Mutant(
        "encoding-mislabelled",
        "encodings",
        "a UNICODE of one part is called GSM",
        on_sms(lambda sms: sms.update(encoding="GSM") if sms["parts"] == 1 else None),
    ),
    Mutant(
        "grave-as-gsm",
        "encodings",
        "a text is GSM although it has a grave accent",
        on_sms(
            lambda sms: (
                sms.update(encoding="GSM")
                if "`" in sms["text"]
                and sms["text"].isascii()
                and sms["parts"] == 1
                and not (sms["options"] or {}).get("force_encoding")
                and not re.search(r"[\[\]{}^~\\|\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", sms["text"])
                else None
            )
        ),
    ),
)


def _gsm(alone: int, each: int) -> Maker:
    return on_parts(
        lambda sms: (
            split(len(sms["text"]), alone, each)
            if sms["encoding"] == "GSM" and BASIC.issuperset(sms["text"])
            else None
        )
    )


def _unicode(alone: int, each: int, length: Callable[[str], int] = units) -> Maker:
    def count(sms: Json) -> int | None:
        text = sms["text"]
        # Where a pair would be split the true count is another: those texts are left alone.
        has_pairs = units(text) > len(text) and length is units
        return None if sms["encoding"] == "GSM" or has_pairs else split(length(text), alone, each)

    return on_parts(count)


def _pairs_split(sms: Json) -> int | None:
    return split(units(sms["text"]), 70, 67) if sms["encoding"] == "UNICODE" else None


PARTS = (
    Mutant("gsm-one-part-161", "parts", "161 characters of GSM are one part", _gsm(161, 153)),
    Mutant("gsm-one-part-159", "parts", "160 characters of GSM are two parts", _gsm(159, 153)),
    Mutant("gsm-each-154", "parts", "a part of several holds 154 characters of GSM", _gsm(160, 154)),
    Mutant("gsm-each-152", "parts", "a part of several holds 152 characters of GSM", _gsm(160, 152)),
    Mutant("gsm-each-160", "parts", "a part of several holds 160 characters of GSM", _gsm(160, 160)),
    Mutant("unicode-one-part-71", "parts", "71 units of UNICODE are one part", _unicode(71, 67)),
    Mutant("unicode-one-part-69", "parts", "70 units of UNICODE are two parts", _unicode(69, 67)),
    Mutant("unicode-each-66", "parts", "a part of several holds 66 units of UNICODE", _unicode(70, 66)),
    Mutant("unicode-each-68", "parts", "a part of several holds 68 units of UNICODE", _unicode(70, 68)),
    Mutant("unicode-each-70", "parts", "a part of several holds 70 units of UNICODE", _unicode(70, 70)),
    Mutant("unicode-code-points", "parts", "UNICODE is counted in code points", _unicode(70, 67, len)),
    Mutant(
        "unicode-bytes",
        "parts",
        "UNICODE is counted in bytes of UTF-8",
        _unicode(140, 134, lambda text: len(text.encode())),
    ),
    Mutant("pair-split", "parts", "a part may end inside a surrogate pair", on_parts(_pairs_split)),
    Mutant("parts-always-1", "parts", "every SMS is one part", on_parts(lambda _: 1)),
    Mutant(
        "parts-capped-at-9",
        "parts",
        "no SMS is more than 9 parts",
        on_parts(lambda sms: min(sms["parts"], 9)),
    ),
    Mutant(
        "parts-capped-at-127",
        "parts",
        "no SMS is more than 127 parts",
        on_parts(lambda sms: min(sms["parts"], 127)),
    ),
    Mutant(
        "parts-from-zero",
        "parts",
        "parts are counted from zero",
        on_sms(lambda sms: sms.update(parts=sms["parts"] - 1)),
    ),
    Mutant(
        "parts-one-more",
        "parts",
        "an SMS of several parts has one more",
        on_parts(lambda sms: sms["parts"] + 1 if sms["parts"] > 1 else None),
    ),
    Mutant("marks-are-not-counted", "parts", "marks that combine are not counted", _parts_of(_without_marks)),
    Mutant("ends-are-not-counted", "parts", "spaces around a text are not counted", _parts_of(_trimmed)),
)
