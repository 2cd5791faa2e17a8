from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
import yaml

from openapi.document import at, load, operations, resolve, walk

if TYPE_CHECKING:
    from pathlib import Path


def test_walk_meets_every_kind_of_part() -> None:
    kinds = Counter(part.kind for part in walk(load()))
    assert kinds["operation"] == 4
    assert kinds["push"] == 2
    assert kinds["security scheme"] == 1
    assert kinds["link"] == 2
    assert {"schema", "property", "parameter", "header", "response", "request body"} <= set(kinds)


def test_walk_gives_pointers_that_lead_back() -> None:
    document = load()
    parts = list(walk(document))
    assert all(at(document, part.pointer) is part.node for part in parts)
    assert len({part.pointer for part in parts}) == len(parts)


def test_operations_are_the_four_endpoints() -> None:
    assert [one.name for one in operations(load()) if not one.is_webhook] == [
        "listSms",
        "sendSms",
        "sendSmsByQuery",
        "getSms",
    ]


def test_load_keeps_dates_as_text(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text("at: 2024-03-19 02:41:23\n")
    assert load(path) == {"at": "2024-03-19 02:41:23"}


def test_load_refuses_a_key_that_stands_twice(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text("info:\n  title: a\n  title: b\n")
    with pytest.raises(yaml.YAMLError, match=r"line 2: duplicate keys \['title'\]"):
        load(path)


def test_resolve_notices_a_circle() -> None:
    document = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}
    with pytest.raises(LookupError, match="the reference '#/b' refers back to itself"):
        resolve(document, document["a"])
