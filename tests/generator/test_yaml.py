"""What YAML allows and JSON does not, and documents of another shape, are refused with their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from generator.errors import GenerationError
from generator.generate import generate_into
from tests.generator.support import LEAST_CONFIG, imported, least, make, responding

if TYPE_CHECKING:
    from pathlib import Path

STRING = {"type": "string"}
PLACE = "#/paths/~1ping/get/parameters/0/schema"


def written(folder: Path, schema: str) -> None:
    """Generate the client of the least contract, with a parameter of this schema in YAML."""
    document = least(parameters=[{"name": "x", "in": "query", "schema": "HERE"}])
    text = yaml.safe_dump(document, sort_keys=False).replace("HERE", schema)
    (folder / "contract.yaml").write_text(text, encoding="utf-8")
    (folder / "client.toml").write_text(LEAST_CONFIG, encoding="utf-8")
    generate_into(folder / "contract.yaml", folder / "client.toml", folder / "client")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("{type: number, maximum: .inf}", "/maximum: inf is not a number of JSON; leave it out"),
        ("{type: number, default: .nan}", "/default: nan is not a number of JSON; leave it out"),
        ("{type: string, 1: a}", ": the key 1 is no text; write it in quotes"),
        ("{type: string, maxLength: '3'}", "/maxLength: expected a number, got the text '3'"),
        ("{type: number, minimum: '3'}", "/minimum: expected a number, got the text '3'"),
        ("{type: string, readOnly: yes}", "/readOnly: expected true or false, got the text 'yes'"),
    ],
)
def test_what_is_no_json_is_refused(tmp_path: Path, schema: str, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        written(tmp_path, schema)
    assert str(caught.value).startswith(PLACE + said)


def test_a_contract_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="nested too deeply"):
        written(tmp_path, "{type: array, items: " * 3000 + "{type: string}" + "}" * 3000)


@pytest.mark.parametrize(
    ("webhooks", "said"),
    [
        ([1], "#/webhooks: not as OpenAPI defines it"),
        ({"a": None}, "#/webhooks/a: not as OpenAPI defines it"),
        ({"a": {"post": "x"}}, "#/webhooks/a/post: not as OpenAPI defines it"),
    ],
)
def test_webhooks_of_another_shape_are_refused(tmp_path: Path, webhooks: object, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, {**least(), "webhooks": webhooks})
    assert str(caught.value).startswith(said)


def test_extensions_may_stand_between_paths_and_between_responses(tmp_path: Path) -> None:
    document = responding(STRING)
    document["paths"]["x-team"] = {"get": "us"}
    document["paths"]["/ping"]["get"]["responses"]["x-note"] = None
    document["paths"]["/ping"]["get"]["callbacks"] = {"done": {"$ref": "#/components/callbacks/Done"}}
    make(tmp_path, document)


def test_an_object_of_which_nothing_is_sent_has_a_constructor(tmp_path: Path) -> None:
    known: dict[str, Any] = {"type": "object", "properties": {"a": {**STRING, "readOnly": True}}}
    body = {"required": True, "content": {"application/json": {"schema": {"type": "array", "items": known}}}}
    document = least(operationId="put", requestBody=body)
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    with imported(make(tmp_path, document)) as package:
        made = next(
            one for name, one in vars(package).items() if name.startswith("Put") and "Dict" not in name
        )
        assert made().to_dict() == {}
