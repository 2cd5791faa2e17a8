"""References and aliases, wherever they lead, and what only looks like a keyword."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from tests.generator.server import library
from tests.generator.support import imported, least, make

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

STRING: Json = {"type": "string"}


def taking(schema: Json, **components: Json) -> Json:
    """The smallest contract, with a body of this schema."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = least(operationId="put", requestBody=body)
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    document["components"] = {"schemas": components}
    return document


def sent(folder: Path, document: Json, **arguments: object) -> Any:  # noqa: ANN401 - JSON
    """Return the body that a client sends."""
    with imported(make(folder, document)) as package, library(200, "pong") as (url, server):
        package.Least(base_url=url).default.put(**arguments)
        return json.loads(server.noted[0][3])


def test_a_schema_within_another_part_can_be_referred_to(tmp_path: Path) -> None:
    other = {"type": "object", "properties": {"x": {"type": "object", "properties": {"y": STRING}}}}
    places = ("properties/x", "$defs/Z", "$defs/Two")
    properties = {f"p{index}": {"$ref": f"#/components/schemas/A/{at}"} for index, at in enumerate(places)}
    defined = {"Z": {"type": "integer"}, "Two": {"$ref": "#/components/schemas/A/properties/x"}}
    document = taking({"type": "object", "properties": properties}, A={**other, "$defs": defined})
    body = {"p0": {"y": "1"}, "p1": 2, "p2": {"y": "3"}}
    assert sent(tmp_path, document, **body) == body


@pytest.mark.parametrize("name", ["default", "value", "enum", "example"])
def test_a_schema_may_be_named_like_a_keyword(tmp_path: Path, name: str) -> None:
    base: Json = {"type": "object", "properties": {"a": STRING}}
    more: Json = {"allOf": [{"$ref": "#/components/schemas/Base"}], "properties": {"b": STRING}}
    document = taking({"$ref": f"#/components/schemas/{name}"}, **{"Base": base, name: more})
    assert sent(tmp_path, document, a="1", b="2") == {"a": "1", "b": "2"}


def test_a_parameter_behind_a_reference_is_checked(tmp_path: Path) -> None:
    document = least(parameters=[{"$ref": "#/components/parameters/X"}])
    schema = {**STRING, "maxLenght": 3}
    document["components"] = {"parameters": {"X": {"name": "x", "in": "query", "schema": schema}}}
    with pytest.raises(GenerationError, match="parameters/0/schema: the keyword 'maxLenght' is not one of"):
        make(tmp_path, document)


def test_operations_and_aliases_share_what_may_be_null(tmp_path: Path) -> None:
    nullable = {"type": ["object", "null"], "properties": {"q": {"enum": ["a", None]}}}
    document = taking({"type": "object", "properties": {"v": nullable, "w": nullable}})
    document["components"]["responses"] = {
        "It": {"description": "It.", "content": {"application/json": {"schema": nullable}}}
    }
    operation = document["paths"]["/ping"]["post"]
    operation["responses"] = {"200": {"$ref": "#/components/responses/It"}}
    document["paths"]["/pong"] = {"get": {"operationId": "get", "responses": operation["responses"]}}
    with imported(make(tmp_path, document)) as package, library(200, {"q": "a"}) as (url, server):
        client = package.Least(base_url=url).default
        assert (client.put(v={"q": "a"}, w=None).q, client.get().q) == ("a", "a")
        assert json.loads(server.noted[0][3]) == {"v": {"q": "a"}}


def test_extensions_and_examples_may_have_any_form(tmp_path: Path) -> None:
    document = taking(
        {**STRING, "examples": [{"a": None, "allOf": ["x"]}], "x-a": {"oneOf": ["x"], "b": None}}
    )
    document["x-more"] = {"allOf": ["a"], "$ref": "nowhere", "n": None}
    assert sent(tmp_path, document, body="1") == "1"
