"""Servers that change single characters."""

import json
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
)
from mutants.lies.encodings import BASIC, also_basic, forced
from mutants.messages import (
    Json,
)

# --- one character --------------------------------------------------------------------------------------


def _shown(change: Callable[[str], str], *names: str) -> Maker:
    """Change properties of each SMS, and `user_data` in the options too."""

    def each(sms: Json) -> None:
        sms.update({name: change(sms[name]) for name in names})
        if "user_data" in names and "user_data" in (sms["options"] or {}):
            sms["options"]["user_data"] = change(sms["options"]["user_data"])

    return on_sms(each)


def _rewritten(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return json.dumps(found) if isinstance(found, dict) else text


def _composed_first(sms: Json) -> None:
    if not forced(sms) and BASIC.issuperset(unicodedata.normalize("NFC", sms["text"])):
        sms["encoding"] = "GSM"
        put_parts(sms, split(len(sms["text"]), 160, 153))


def _one_part_looked_at(sms: Json) -> None:
    if not forced(sms) and BASIC.issuperset(sms["text"][:160]):
        sms["encoding"] = "GSM"
        put_parts(sms, split(len(sms["text"]), 160, 153))


def _line_feeds_twice(sms: Json) -> int | None:
    length = len(sms["text"]) + sms["text"].count("\n")
    return split(length, 160, 153) if sms["encoding"] == "GSM" and not forced(sms) else None


def _with_slash(sms: Json) -> None:
    webhook = (sms["options"] or {}).get("webhook")
    if webhook:
        webhook["endpoint"] = (
            re.sub(r"(?<=\w)(?=$|\?)", "/", webhook["endpoint"], count=1)
            if (webhook["endpoint"].count("/") == 2)
            else webhook["endpoint"]
        )


CHARACTERS: Final = (
    *(
        Mutant(f"{name}-as-gsm", "encodings", f"{what} goes as GSM", also_basic(frozenset(characters)))
        for name, what, characters in (
            ("caret", "a caret", "^"),
            ("bar", "a bar", "|"),
            ("tilde", "a tilde", "~"),
            ("form-feed", "a form feed", "\f"),
            ("a-acute", "á", "á"),
            ("o-double-acute", "ő", "ő"),
            ("micro", "the micro sign", "\u00b5"),
            ("degree", "the degree sign", "\u00b0"),
            ("ohm", "the ohm sign", "\u2126"),
            ("alpha", "a Greek letter that looks like A", "\u0391"),
            ("apostrophe", "a typographic apostrophe", "\u2019"),
            ("dash", "a dash", "\u2013"),
            ("ellipsis", "an ellipsis", "\u2026"),
            ("joiner", "a joiner", "\u200d"),
        )
    ),
    Mutant(
        "composed-before-encoding",
        "encodings",
        "accents are composed before the encoding is chosen",
        on_sms(_composed_first),
    ),
    Mutant(
        "encoding-of-first-160",
        "encodings",
        "only 160 characters choose the encoding",
        on_sms(_one_part_looked_at),
    ),
    Mutant("line-feed-counts-twice", "parts", "a line feed counts twice", on_parts(_line_feeds_twice)),
    Mutant(
        "text-without-places",
        "texts",
        "words in braces are taken out",
        _shown(lambda v: re.sub(r"\{\w*\}", "", v), "text"),
    ),
    Mutant(
        "text-of-65535-bytes",
        "texts",
        "a text is cut at 65,535 bytes",
        _shown(lambda v: v.encode()[:65535].decode("utf-8", "ignore"), "text"),
    ),
    Mutant(
        "text-without-soft-hyphens",
        "texts",
        "soft hyphens are taken out",
        _shown(lambda v: v.replace("\u00ad", ""), "text"),
    ),
    Mutant(
        "user-data-rewritten", "options", "JSON in user_data is written anew", _shown(_rewritten, "user_data")
    ),
    Mutant(
        "user-data-as-number",
        "options",
        "zeros before a number in user_data are lost",
        _shown(lambda v: v.lstrip("0") if v.isdigit() else v, "user_data"),
    ),
    Mutant(
        "user-data-null-word",
        "options",
        "the word null in user_data is nothing",
        _shown(lambda v: "" if v == "null" else v, "user_data"),
    ),
    Mutant(
        "endpoint-with-slash", "options", "an endpoint without a path is shown with one", on_sms(_with_slash)
    ),
)
