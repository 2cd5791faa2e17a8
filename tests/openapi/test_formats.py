"""The formats of the contract: which values they accept."""

from __future__ import annotations

import pytest

from openapi.lint.formats import CHECKER


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "callr-datetime",
            ["2024-02-29 00:00:00", 7, None],
            ["2024-02-30 00:00:00", "", "2024-03-19 02:41:23.912"],
        ),
        (
            "callr-datetime",
            ["9999-12-31 23:59:59"],
            ["2024-13-01 00:00:00", "2024-01-01 23:60:00", " 2024-01-01 00:00:00"],
        ),
        (
            "callr-datetime-or-zero",
            ["0000-00-00 00:00:00", "2024-03-19 02:41:23", 7],
            ["0000-00-00 00:00:01", "0000-00-00"],
        ),
        (
            "callr-datetime-ms",
            ["2024-03-19 02:41:23.000", 7],
            ["2024-02-30 02:41:23.000", "2024-03-19 02:41:23.00", "x"],
        ),
        ("callr-text", ["", "👍", 7], ["\ud83d", "a\udc4d"]),
        ("decimal", ["0", "7.80", "-1", "1e3", 7], ["", "7,80", "NaN", "Infinity", "x"]),
        ("callr-hash", ["anything", 7], []),
    ],
)
def test_values_of_a_format(name: str, good: list[object], bad: list[object]) -> None:
    assert [value for value in good if not CHECKER.conforms(value, name)] == []
    assert [value for value in bad if CHECKER.conforms(value, name)] == []
