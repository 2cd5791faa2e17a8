import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callr_sms_emulator._sms.segments import BASIC, Encoding, measure, to_gsm

VECTORS = json.loads((Path(__file__).parents[1] / "data/segments-golden.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[each["id"] for each in VECTORS])
def test_golden_vector(vector: dict[str, Any]) -> None:
    found = measure(vector["text"], vector["force_encoding"])
    assert (found.encoding, found.parts) == (vector["encoding"], vector["parts"])
    if vector["converted"] is not None:
        assert to_gsm(vector["text"]) == vector["converted"]


def test_basic_table_has_its_127_characters() -> None:
    assert len(BASIC) == len(set(BASIC)) == 127


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("“Hi”, it\u2019s me…", '"Hi", it\'s me.'),
        ("Œuvre à 5 €", "Ouvre à 5 e"),
        ("e\u0301te\u0301", "été"),
        ("e\u0302", "e"),
        ("[a]{b}", "(a)(b)"),
        ("a\tb", "a b"),
        ("αβγ", "ABΓ"),
        ("Привет", "??????"),
        ("😀", "?"),
        ("½", "?"),
        ("Ａ", "A"),  # noqa: RUF001 - the full-width letter is the subject
    ],
)
def test_forced_gsm_takes_near_characters(text: str, sent: str) -> None:
    assert to_gsm(text) == sent


@given(st.text())
def test_forced_gsm_is_basic_and_no_longer_than_the_composed_text(text: str) -> None:
    sent = to_gsm(text)
    assert set(sent) <= set(BASIC)
    assert len(sent) == len(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("character", [chr(code) for code in range(0x250) if chr(code) not in BASIC])
def test_a_character_outside_the_table_makes_a_text_unicode(character: str) -> None:
    assert measure("x" + character).encoding == "UNICODE"


def _cut(text: str, size: int) -> int:
    """Count parts the slow way: fill each with whole characters while they fit."""
    parts, used = 1, 0
    for character in text:
        width = 2 if ord(character) > 0xFFFF else 1
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts


@given(
    st.text(st.sampled_from("a\u00e9中😀"), max_size=500),
    st.sampled_from([None, "UNICODE"]),
)
def test_unicode_parts_agree_with_filling_them_one_by_one(text: str, force: Encoding | None) -> None:
    found = measure(text, force)
    if found.encoding == "UNICODE":
        units = len(text.encode("utf-16-le")) // 2
        assert found.parts == (1 if units <= 70 else _cut(text, 67))
