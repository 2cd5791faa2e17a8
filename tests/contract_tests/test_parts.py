"""The count of parts that the verdict uses, on the vectors that client and emulator are held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest

from callr_sms_contract.contract.segments import count_parts

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "segments-golden.json").read_text("utf-8"))[
    "vectors"
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_parts_of_every_vector_are_within_the_bounds(vector: dict[str, Any]) -> None:
    parts = count_parts(vector["text"], forced=vector["force_encoding"], has_sender=False)
    assert parts.low <= vector["parts"] <= parts.high
    if vector["force_encoding"] != "GSM":
        assert parts.low == parts.high


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("a" * 160, 1, 1), ("a" * 152 + "%STOPNUM%", 1, 2), ("%STOPNUM%" * 161, 2, 16), ("%stopnum%", 1, 1)],
)
def test_a_stop_number_is_counted_with_the_shortest_and_the_longest(text: str, low: int, high: int) -> None:
    parts = count_parts(text, forced=None, has_sender=True)
    assert (parts.low, parts.high) == (low, high)


def test_without_a_sender_no_stop_number_is_put_in() -> None:
    parts = count_parts("%STOPNUM%" * 161, forced=None, has_sender=False)
    assert (parts.low, parts.high) == (10, 10)
