"""What OpenAPI or JSON does not define is refused where it stands: it would be ignored, or misread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from generator.generate import generate_into
from generator.parser import load_document
from tests.generator.support import GOLDEN, LEAST_CONFIG, ROOT, least, taking

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

QUERY = {"name": "x", "in": "query", "schema": {"type": "string"}}


def written(folder: Path, document: Json) -> Path:
    path = folder / "contract.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refusal(folder: Path, document: Json) -> list[str]:
    settings = folder / "client.toml"
    settings.write_text(LEAST_CONFIG, encoding="utf-8")
    with pytest.raises(GenerationError) as caught:
        generate_into(written(folder, document), settings, folder / "client")
    return str(caught.value).splitlines()


def with_item(**fields: object) -> Json:
    document = least()
    document["paths"]["/ping"].update(fields)
    return document


UNKNOWN: dict[str, tuple[Json, str]] = {
    "method": (
        with_item(GET={}),
        "#/paths/~1ping/GET: OpenAPI has no field of this name here (path item); write get",
    ),
    "later method": (with_item(query={}), "#/paths/~1ping/query: "),
    "operation": (
        least(parametres=[]),
        "#/paths/~1ping/get/parametres: OpenAPI has no field of this name here (operation)",
    ),
    "body": (least(requestbody={}), "(operation); write requestBody"),
    "parameter": (taking({**QUERY, "requierd": True}), "/get/parameters/0/requierd: "),
    "reference": (
        taking({"$ref": "#/components/parameters/x", "required": True}),
        "parameters/0/required: OpenAPI has no field of this name here (reference); remove it",
    ),
    "media type": (
        least(responses={"200": {"description": "It.", "content": {"application/json": {"schem": {}}}}}),
        "/responses/200/content/application~1json/schem: ",
    ),
    "components": ({**least(), "components": {"schema": {}}}, "#/components/schema: "),
    "dialect": (
        {**least(), "jsonSchemaDialect": "http://json-schema.org/draft-04/schema#"},
        "#/jsonSchemaDialect: only JSON Schema 2020-12 is supported; remove it, or write its URL",
    ),
    "Swagger 2": ({**least(), "definitions": {}}, "#/definitions: "),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_field_that_openapi_does_not_define_is_refused(tmp_path: Path, name: str) -> None:
    document, said = UNKNOWN[name]
    assert [line for line in refusal(tmp_path, document) if said in line]


def test_extensions_are_no_unknown_fields(tmp_path: Path) -> None:
    document = taking({**QUERY, "x-a": 1})
    document["paths"]["/ping"]["x-b"] = {"GET": 1}
    assert load_document(written(tmp_path, document)).problems == ()


@pytest.mark.parametrize("path", [GOLDEN / "contract.yaml", ROOT / "openapi" / "released" / "1.1.0.yaml"])
def test_real_contracts_have_no_unknown_fields(path: Path) -> None:
    assert load_document(path).problems == ()


def test_a_lone_surrogate_is_refused_and_a_pair_is_a_character(tmp_path: Path) -> None:
    found = load_document(written(tmp_path, least(summary="\U0001f44d"))).raw
    assert found["paths"]["/ping"]["get"]["summary"] == "\U0001f44d"
    half = "a lone surrogate, half of a character, which UTF-8 cannot hold; remove it"
    assert refusal(tmp_path, least(summary="\ud83d", **{"x-\ud83d": 1})) == [
        f"#/paths/~1ping/get/summary: the text has {half}",
        f"#/paths/~1ping/get: the key 'x-\\ud83d' has {half}",
    ]


@pytest.mark.parametrize("bound", ["maxLength", "minItems", "maximum", "multipleOf"])
def test_true_is_no_number(tmp_path: Path, bound: str) -> None:
    document = taking({**QUERY, "schema": {"type": "string", bound: True}})
    place = f"#/paths/~1ping/get/parameters/0/schema/{bound}"
    assert refusal(tmp_path, document) == [f"{place}: expected a number, got true; write a number"]


def test_an_unknown_type_is_one_reason(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, taking({**QUERY, "schema": {"type": "text"}}))
    assert line.startswith("#/paths/~1ping/get/parameters/0/schema/type: not as OpenAPI defines it: ")


def test_a_misspelled_field_and_a_wrong_type_are_reported_together(tmp_path: Path) -> None:
    first, second = refusal(tmp_path, least(sumary="It.", tags="SMS"))
    assert ("/get/tags: not as OpenAPI" in first, "/get/sumary: OpenAPI has no field" in second) == (
        True,
        True,
    )


def test_a_misspelled_field_and_what_is_not_supported_are_reported_together(tmp_path: Path) -> None:
    document = least(sumary="It.", parameters=[{"name": "x", "in": "cookie", "schema": {"not": {}}}])
    document["security"] = [{"a": []}]
    document["components"] = {"securitySchemes": {"a": {"type": "mutualTLS"}}}
    document["servers"] = [{"url": "https://{a}.example"}]
    said = ("/get/sumary", "securitySchemes/a", "'not'", "in cookie", "the variable a is not defined")
    assert [bool([line for line in refusal(tmp_path, document) if one in line]) for one in said] == [True] * 5
    assert not (tmp_path / "client").exists()
