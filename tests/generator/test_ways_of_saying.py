"""A contract can say the same in several ways; the client is the same, and the comparison finds nothing."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from generator.config import CLIENT, load_config
from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document, load_document
from openapi.document import CONTRACT, load, plain
from openapi.lint.examples import check_examples, check_links
from tests.generator.contracts import comparison
from tests.generator.support import LEAST_CONFIG, imported, least, make, responding, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Json = dict[str, Any]


def component(document: Json, section: str, name: str, node: Json) -> Json:
    document["components"].setdefault(section, {})[name] = node
    return {"$ref": f"#/components/{section}/{name}"}


def path_level(document: Json) -> None:
    item = document["paths"]["/sms/{hash}"]
    item["parameters"] = item["get"].pop("parameters")


def path_item(document: Json) -> None:
    item = document["paths"]["/sms/{hash}"]
    document["paths"]["/sms/{hash}"] = component(document, "pathItems", "OneSms", item)


def parameter(document: Json) -> None:
    parameters = document["paths"]["/sms"]["get"]["parameters"]
    parameters[1] = component(document, "parameters", "WindowFrom", parameters[1])


def body(document: Json) -> None:
    send = document["paths"]["/sms"]["post"]
    send["requestBody"] = component(document, "requestBodies", "Send", send["requestBody"])


def response(document: Json) -> None:
    responses = document["paths"]["/sms/{hash}"]["get"]["responses"]
    responses["200"] = component(document, "responses", "OneSms", responses["200"])


def parameter_in_two_steps(document: Json) -> None:
    parameter(document)
    parameters = document["components"]["parameters"]
    parameters["Start"] = parameters["WindowFrom"]
    parameters["WindowFrom"] = {"$ref": "#/components/parameters/Start"}


def other_names(document: Json) -> None:
    first = component(document, "schemas", "Telephone", {"$ref": "#/components/schemas/PhoneNumber"})
    document["paths"]["/sms/send"]["get"]["parameters"][0]["schema"] = component(
        document, "schemas", "Recipient", first
    )
    envelope = document["paths"]["/sms/{hash}"]["get"]["responses"]["200"]["content"]["application/json"]
    envelope["schema"] = component(document, "schemas", "Read", envelope["schema"])


def percent_encoded(document: Json) -> None:
    request = document["components"]["schemas"]["SendSmsRequest"]
    request["properties"]["options"]["$ref"] = "#/components/schemas/SMS%2EOptions"


EDITS = [
    *(path_level, path_item, parameter, body, response),
    *(parameter_in_two_steps, other_names, percent_encoded),
]


@pytest.fixture(scope="module")
def contract() -> Json:
    return load(CONTRACT)


@pytest.fixture(scope="module")
def usual(contract: Json, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return written(contract, tmp_path_factory.mktemp("usual") / "client")


def written(document: Json, folder: Path) -> dict[str, bytes]:
    generate_document(Document(plain(document), ""), load_config(CLIENT), folder)
    return tree(folder)


@pytest.mark.parametrize("edit", EDITS)
def test_the_client_is_the_same(
    tmp_path: Path, contract: Json, usual: dict[str, bytes], edit: Callable[[Json], None]
) -> None:
    document = copy.deepcopy(contract)
    edit(document)
    assert written(document, tmp_path / "client") == usual


@pytest.mark.parametrize("edit", [path_level, path_item])
def test_a_comparison_finds_nothing(tmp_path: Path, edit: Callable[[Json], None]) -> None:
    assert comparison(tmp_path, edit).changes == []


@pytest.mark.parametrize("edit", EDITS)
def test_the_examples_and_links_are_found(contract: Json, edit: Callable[[Json], None]) -> None:
    document = copy.deepcopy(contract)
    edit(document)
    assert [*check_links(plain(document)), *check_examples(plain(document))] == []


def test_a_parameter_of_the_operation_overrides_that_of_the_path() -> None:
    shared, own = ({"name": "x", "in": "query", "required": needed} for needed in (True, False))
    document = least(parameters=[own])
    document["paths"]["/ping"]["parameters"] = [shared, {"name": "y", "in": "query"}]
    found = plain(document)["paths"]["/ping"]
    assert found["get"]["parameters"] == [own, {"name": "y", "in": "query"}]
    assert "parameters" not in found


@pytest.mark.parametrize("level", ["paths", "operation"])
def test_a_server_of_its_own_is_refused(tmp_path: Path, level: str) -> None:
    document = least()
    item = document["paths"]["/ping"]
    (item if level == "paths" else item["get"])["servers"] = [{"url": "https://other.example"}]
    with pytest.raises(GenerationError, match="/servers: a server of its own is not supported"):
        make(tmp_path, document)


def test_a_path_item_that_points_to_nothing_is_refused(tmp_path: Path) -> None:
    document = least()
    document["paths"]["/pong"] = {"$ref": "#/components/pathItems/Pong"}
    with pytest.raises(GenerationError, match=r"#/paths/~1pong: the reference .* points to nothing"):
        make(tmp_path, document)


def test_all_keys_without_a_value_are_named(tmp_path: Path) -> None:
    document = least(description=None, summary=None)
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    for key in ("description", "summary"):
        assert f"#/paths/~1ping/get/{key}: the key has no value" in str(caught.value)


def test_a_status_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text("openapi: 3.1.0\nresponses:\n  200: {}\n  '200': {}\n", encoding="utf-8")
    with pytest.raises(GenerationError, match="line 3: duplicate keys"):
        load_document(path)


def test_a_merge_key_takes_over_a_mapping(tmp_path: Path) -> None:
    merged, written = tmp_path / "merged.yaml", tmp_path / "written.yaml"
    head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
    merged.write_text(f"{head}x-a: &a {{k: 1, l: 2}}\nx-b: {{<<: *a, l: 3}}\n", encoding="utf-8")
    written.write_text(f"{head}x-a: {{k: 1, l: 2}}\nx-b: {{k: 1, l: 3}}\n", encoding="utf-8")
    assert load_document(merged).raw == load_document(written).raw


def test_a_number_where_a_text_belongs_is_refused_with_the_cure(tmp_path: Path) -> None:
    document = least()
    document["info"]["version"] = 1.2
    with pytest.raises(
        GenerationError, match=r"#/info/version: .+ should be a valid string; write it in quo"
    ):
        make(tmp_path, document)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"required": "a"}, "/required: expected a list of properties, in the schema of the object"),
        ({"properties": {"Code": {"type": "strnig"}}}, "/properties/Code/type: not as OpenAPI defines it"),
        (
            {"properties": {"Schema": {"enum": "a"}}},
            "/properties/Schema/enum: not as OpenAPI defines it: exp",
        ),
        (
            {"properties": {"const": {"enum": 7}}},
            "/properties/const/enum: not as OpenAPI defines it: expected",
        ),
        ({"additionalProperties": {"type": "x"}}, "/additionalProperties/type: not as OpenAPI defines it"),
        ({"discriminator": {}}, "/discriminator/propertyName: OpenAPI requires it; add it"),
        ({"items": False}, "/items: a schema that is false is not supported; leave it out"),
    ],
)
def test_a_malformed_part_is_named_by_its_place(tmp_path: Path, schema: Json, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, responding({"type": "string"}, Error=schema))
    assert str(caught.value).startswith(f"#/components/schemas/Error{said}")
    assert "\n" not in str(caught.value)


def test_annotations_refuse_nothing(tmp_path: Path) -> None:
    schema = {"type": "string", "$comment": "x", "contentMediaType": "text/plain", "deprecated": True}
    content = {"application/json": {"schema": schema}}
    make(tmp_path, least(responses={"200": {"description": "It.", "content": content}}), LEAST_CONFIG)


WORD = {"$ref": "#/components/schemas/Word"}
NULL = {"type": "null"}


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [WORD, NULL]},
        {"anyOf": [NULL, WORD]},
        {**WORD, "nullable": True},
        {"allOf": [WORD], "nullable": True},
        {"oneOf": [WORD, {"enum": [None]}]},
        {"oneOf": [WORD, {"const": None}]},
    ],
)
def test_null_is_read_in_each_spelling(tmp_path: Path, schema: Json) -> None:
    whole = {"type": "object", "required": ["m"], "properties": {"m": schema}}
    output = make(tmp_path, responding(whole, Word={"type": "string", "enum": ["a", "b"]}))
    models = (output / "least_client" / "_models.py").read_text(encoding="utf-8")
    assert "def m(self) -> Word | None:" in models


@pytest.mark.parametrize("null", [NULL, {"enum": [None]}, {"const": None}])
def test_a_rule_next_to_null_is_kept(tmp_path: Path, null: Json) -> None:
    parameter = {"name": "x", "in": "query", "schema": {"anyOf": [{"type": "string", "minLength": 2}, null]}}
    with imported(make(tmp_path, least(operationId="get", parameters=[parameter]))) as package:
        client = package.Least(base_url="http://127.0.0.1:1")
        with pytest.raises(package.ArgumentError, match="x: "):
            client.default.get(x="a")
