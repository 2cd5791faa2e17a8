"""The count of parts, on all vectors and beyond."""

from __future__ import annotations

import json
import unicodedata
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callr_sms_client import ArgumentError, SmsOptions, segments

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_client import Callr

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "segments-golden.json").read_bytes())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_vector(vector: dict[str, Any]) -> None:
    found = segments.estimate(vector["text"], vector["force_encoding"])
    assert (found.encoding, found.parts) == (vector["encoding"], vector["parts"])
    assert found.units == vector["utf16_units"]
    if vector["converted"] is not None:
        assert found.converted == vector["converted"]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_forced_gsm_gives_one_basic_character_for_each(text: str) -> None:
    found = segments.estimate(text, "GSM")
    assert (found.encoding, len(found.converted)) == ("GSM", len(unicodedata.normalize("NFC", text)))
    assert segments.estimate(found.converted).encoding == "GSM"
    assert segments.estimate(found.converted, "GSM").converted == found.converted


@settings(deadline=None)
@given(st.text())
def test_the_bounds_of_parts(text: str) -> None:
    found = segments.estimate(text, "UNICODE")
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert found.units == units
    assert found.parts == 1 if units <= 70 else -(-units // 67) <= found.parts <= -(-units // 66)


@pytest.mark.parametrize(
    ("text", "near"), [("ç", "c"), ("À", "A"), ("ﬁ", "f"), ("\u2019", "'"), ("👍", "?"), ("中", "?")]
)
def test_near_characters(text: str, near: str) -> None:
    assert segments.estimate(text, "GSM").converted == near


def test_a_letter_and_its_accent_count_as_the_letter_they_compose() -> None:
    found = segments.estimate("e\u0301" * 100, "GSM")
    assert (found.converted, found.units, found.parts) == ("é" * 100, 100, 1)
    assert segments.estimate("e\u0301" * 100).encoding == "UNICODE"


def test_a_text_of_an_enumeration() -> None:
    class Text(str, Enum):  # noqa: UP042 - unlike StrEnum, it formats as its name
        HELLO = "Hello"

    assert type(segments.estimate(Text.HELLO).converted) is str


def test_the_stop_number() -> None:
    """It is put in before the parts are counted, when the SMS has a sender of its own."""
    text = "x" * 151 + "%STOPNUM%"
    assert segments.estimate(text).parts == 1
    assert segments.estimate(text, stop_number="36111").units == 156
    assert segments.estimate(text, stop_number="3611100000").parts == 2
    assert segments.estimate(text, stop_number="36111").converted.endswith("x36111")


def test_how_many_parts_can_be_sent() -> None:
    assert segments.estimate("x" * 153 * 255).is_sendable
    assert not segments.estimate("x" * (153 * 255 + 1)).is_sendable


@pytest.mark.parametrize("arguments", [("Hello", "UTF-8"), (None,), (b"Hello",)])
def test_wrong_arguments(arguments: tuple[Any, ...]) -> None:
    estimate: Callable[..., object] = segments.estimate
    with pytest.raises(ArgumentError):
        estimate(*arguments)


def test_no_repr_shows_the_text() -> None:
    assert "secret" not in repr(segments.estimate("secret"))


@pytest.mark.parametrize("text", ["Hello", "Hello €", "x" * 161, "👍" * 36])
def test_the_emulator_counts_the_same(callr: Callr, text: str) -> None:
    sms = callr.sms.get(callr.sms.send(to="+33612345678", body=text))
    found = segments.estimate(text)
    assert (sms.encoding, sms.parts) == (found.encoding, found.parts)


@pytest.mark.parametrize("text", ["e\u0301" * 100, "c\u0327" * 161, "A\u030a" * 160, "x\u0301" * 100])
def test_the_emulator_counts_the_same_when_gsm_is_forced(callr: Callr, text: str) -> None:
    options = SmsOptions(force_encoding="GSM")
    sms = callr.sms.get(callr.sms.send(to="+33612345678", body=text, options=options))
    found = segments.estimate(text, "GSM")
    assert (sms.encoding, sms.parts) == (found.encoding, found.parts)
