"""How a document is read: keys that stand twice, pointers, references, and what its parts are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from openapi.document import at, chain, load, nodes, plain, resolve, schemas_below
from openapi.lint.rules import is_own
from openapi.yaml_reader import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: {c: 1,\n  c: 2}\n", "line 2: duplicate keys ['c']"),
        ("x:\n  b: 1\n  a: 1\n  b: 2\n  a: 2\n", "line 2: duplicate keys ['a', 'b']"),
        ("1: a\n1: b\n", "line 1: duplicate keys ['1']"),
    ],
)
def test_a_key_that_stands_twice_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(text)
    with pytest.raises(yaml.YAMLError) as caught:
        load(path)
    assert str(caught.value) == said


@pytest.mark.parametrize(("text", "kind"), [("- a\n", "list"), ("a\n", "str"), ("", "NoneType")])
def test_what_is_no_object_is_no_document(tmp_path: Path, text: str, kind: str) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(text)
    with pytest.raises(yaml.YAMLError) as caught:
        load(path)
    assert str(caught.value) == f"{path}: expected an OpenAPI object, found {kind}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("no", "on", "y", "12:30", "1_000", "2024-01-01", "0b1")),
        *(
            ("010", 10),
            ("0o17", 15),
            ("0x1F", 31),
            ("1e3", 1000.0),
            ("-.5", -0.5),
            ("True", True),
            ("~", None),
        ),
    ],
)
def test_plain_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    read = parse_yaml(f"- {text}\n")
    assert (read, type(read[0])) == ([value], type(value))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "{a: " * 5000,
        '!!int "a"',
        "!!float x",
        "!mine x",
        "!!set {a}",
        "!!binary aGk=",
        "!!timestamp 2024-01-01",
        "a: &a {b: *a}",
    ],
)
def test_what_cannot_be_read_is_an_error_of_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml(text)


def test_any_encoding_of_yaml_is_read_and_another_one_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text("info: {title: é}", encoding=encoding)
        assert load(path)["info"] == {"title": "é"}
    path.write_text("info: {title: é}", encoding="latin-1")
    with pytest.raises(yaml.YAMLError):
        load(path)


def test_what_may_be_left_out_is_there_and_extensions_are_not() -> None:
    operation = {"requestBody": {"$ref": "#/components/requestBodies/A%2EB"}}
    document = plain({"paths": {"x-team": "us", "/a": {"get": operation}}, "webhooks": {"b": {"get": {}}}})
    assert document["paths"] == {
        "/a": {"get": {"requestBody": {"$ref": "#/components/requestBodies/A.B"}, "responses": {}}}
    }
    assert document["webhooks"] == {"b": {"get": {"responses": {}}}}
    assert (
        plain({"paths": {"/a": {"get": {"responses": {"x-a": 1}}}}})["paths"]["/a"]["get"]["responses"] == {}
    )


@pytest.mark.parametrize("info", [None, [], "x", {}, {"x-callr-own": 1}])
def test_an_api_without_its_mark_is_not_our_own(info: object) -> None:
    assert not is_own({"info": info})


def test_a_pointer_leads_through_objects_and_lists() -> None:
    document = {"a/b": [{"~": 1}, {"~1": 2}], "": 3}
    assert at(document, "") is document
    assert at(document, "#") is document
    assert (at(document, "/a~1b/0/~0"), at(document, "#/a~1b/1/~01"), at(document, "/")) == (1, 2, 3)
    for wrong in ("/a", "/a~1b/2"):
        with pytest.raises(LookupError):
            at(document, wrong)


def test_a_reference_is_followed_to_its_end() -> None:
    document: dict[str, Any] = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"x": 1}}
    assert chain(document, document["a"])[-1][1] is document["c"]
    assert chain(document, document["c"])[-1][1] is document["c"]
    assert resolve(document, document["a"]) == resolve(document, document["c"]) == document["c"]


def test_keywords_next_to_a_reference_win() -> None:
    document: dict[str, Any] = {
        "a": {"$ref": "#/b", "x": 1},
        "b": {"$ref": "#/c", "x": 2, "y": 2},
        "c": {"x": 3, "y": 3, "z": 3},
    }
    assert resolve(document, document["a"]) == {"x": 1, "y": 2, "z": 3}
    assert document["c"] == {"x": 3, "y": 3, "z": 3}


def test_schemas_below_one_are_found_once() -> None:
    document = {
        "A": {"properties": {"b": {"$ref": "#/B"}, "again": {"$ref": "#/B"}, "a": {"$ref": "#/A"}}},
        "B": {"type": "string"},
    }
    found = [part.pointer for part in schemas_below(document, "/A")]
    assert found == ["/A", "/A/properties/b", "/B", "/A/properties/again", "/A/properties/a"]


def test_objects_within_a_value_of_the_api_are_no_parts() -> None:
    document = {
        "default": {"x": 1},
        "examples": {"a": {"value": {"y": 1}}},
        "properties": {"value": {"z": 1}, "enum": {"w": 1}},
    }
    assert [pointer for pointer, _ in nodes(document)] == [
        *("", "/examples", "/examples/a", "/properties", "/properties/value", "/properties/enum")
    ]
