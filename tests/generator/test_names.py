"""Any name of a contract: it works in the client, or is refused with both places."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from tests.generator.support import LEAST_CONFIG, imported, least, make, responding

if TYPE_CHECKING:
    from pathlib import Path

STRING = {"type": "string"}
OBJECT = {"type": "object", "required": ["a"], "properties": {"a": STRING}}


def with_schema(name: str) -> dict[str, Any]:
    return responding({"$ref": f"#/components/schemas/{name}"}, **{name: OBJECT})


def with_tags(*tags: str) -> dict[str, Any]:
    document = least()
    operation = document["paths"].pop("/ping")["get"]
    for index, tag in enumerate(tags):
        one = {**copy.deepcopy(operation), "tags": [tag], "operationId": f"ping{index}"}
        document["paths"][f"/ping{index}"] = {"get": one}
    return document


@pytest.mark.parametrize(
    "name", ["Array", "Model", "Property", "Operation", "Caller", "Known", "Envelope", "2FA"]
)
def test_a_schema_may_have_the_name_of_a_class_of_the_runtime(tmp_path: Path, name: str) -> None:
    with imported(make(tmp_path, with_schema(name))) as package:
        sent = getattr(package, name if name.isalpha() else "N2Fa").from_dict({"a": "x"})
    assert sent.a == "x"


@pytest.mark.parametrize("name", ["ApiError", "Request", "Timeout", "Least", "Decimal", "DefaultApi"])
def test_a_schema_with_a_public_name_of_the_client_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        GenerationError, match=f"#/components/schemas/{name}: its Python name {name} is a name"
    ):
        make(tmp_path, with_schema(name))


def test_another_name_in_the_settings_is_the_cure(tmp_path: Path) -> None:
    output = make(tmp_path, with_schema("Timeout"), f'{LEAST_CONFIG}\n[schemas]\nTimeout = "Pause"')
    assert "class Pause(" in (output / "least_client" / "_models.py").read_text(encoding="utf-8")


def test_two_tags_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="tag Ping: its Python name ping is also that of the tag PING"):
        make(tmp_path, with_tags("PING", "Ping"))


def test_two_schemas_of_one_name_are_refused(tmp_path: Path) -> None:
    both = {
        "type": "object",
        "properties": {name: {"$ref": f"#/components/schemas/{name}"} for name in ("AB", "Ab")},
    }
    with pytest.raises(GenerationError, match=r"schemas/Ab: its Python name Ab is also that of .*schemas/AB"):
        make(tmp_path, responding(both, AB=OBJECT, Ab=OBJECT))


def test_a_tag_does_not_replace_a_method_of_the_client(tmp_path: Path) -> None:
    output = make(tmp_path, with_tags("Close", "With options"))
    written = (output / "least_client" / "_client.py").read_text(encoding="utf-8")
    assert all(f"    {name}: " in written for name in ("close_", "with_options_"))
