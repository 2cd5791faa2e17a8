"""Query parameters `group.name`: one argument, as far as they take what the object takes."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from tests.generator.support import LEAST_CONFIG, imported, least, make

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

SETTINGS = f'{LEAST_CONFIG}\n[groups]\nfilter = "Filter"'
WORD: Json = {"type": "string", "maxLength": 9}


@pytest.mark.parametrize(
    ("schema", "grouped"),
    [
        (WORD, True),
        ({"type": ["string", "null"], "maxLength": 9, "description": "It."}, True),
        ({"$ref": "#/components/schemas/Word"}, True),
        ({**WORD, "maxLength": 3}, False),
        ({"type": "integer"}, False),
    ],
)
def test_a_parameter_with_other_values_is_an_argument_of_its_own(
    tmp_path: Path, schema: Json, *, grouped: bool
) -> None:
    parameters = [
        {"name": "filter.a", "in": "query", "schema": schema},
        {"name": "filter.b", "in": "query", "schema": WORD},
    ]
    document = least(operationId="find", parameters=parameters)
    known = {"type": "object", "properties": {"a": WORD, "b": {"$ref": "#/components/schemas/Word"}}}
    document["components"] = {"schemas": {"Filter": known, "Word": {**WORD, "title": "Word"}}}
    with imported(make(tmp_path, document, SETTINGS)) as package:
        found = inspect.signature(package.Least(base_url="https://a.example").default.find).parameters
        assert ("filter" in found, "a" in found) == (True, not grouped)
