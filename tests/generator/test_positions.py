"""What a property means depends on where it stands: in a request, in a response, in a PATCH."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from tests.generator.support import imported, least, make

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

STRING = {"type": "string"}
CONTACT: Json = {
    "type": "object",
    "required": ["id", "name", "pin"],
    "properties": {"id": {**STRING, "readOnly": True}, "name": STRING, "pin": {**STRING, "writeOnly": True}},
}


def sending(schema: Json, result: Json = STRING, method: str = "post", **components: Json) -> Json:
    content = {"application/json": {"schema": schema}}
    answer = {"application/json": {"schema": result}}
    document = least(
        operationId="put",
        requestBody={"required": True, "content": content},
        responses={"200": {"description": "It.", "content": answer}},
    )
    document["paths"]["/ping"] = {method: document["paths"]["/ping"]["get"]}
    document["components"] = {"schemas": components}
    return document


def test_each_side_has_its_properties(tmp_path: Path) -> None:
    contact = {"$ref": "#/components/schemas/Contact"}
    optional = {"type": "object", "properties": {"note": STRING}}
    document = sending(contact, contact, Contact=CONTACT)
    document["paths"]["/note"] = {
        "post": {**sending(optional)["paths"]["/ping"]["post"], "operationId": "note"}
    }
    with imported(make(tmp_path, document)) as package:
        bodies: list[bytes | None] = []

        def answer(request: Any) -> Any:  # noqa: ANN401 - classes of a generated package
            bodies.append(request.body)
            said = {"id": "7", "name": "Bob"} if request.url.endswith("/ping") else "noted"
            return package.Response(200, {"content-type": "application/json"}, json.dumps(said).encode())

        client = package.Least(base_url="https://example.com", transport=package.MockTransport(answer))
        assert {"name", "pin"} < {*inspect.signature(client.default.put).parameters} - {"id"}
        assert "id" not in inspect.signature(client.default.put).parameters
        found = client.default.put(name="Bob", pin="1")
        assert (found.id, found.name, hasattr(found, "pin")) == ("7", "Bob", False)
        client.default.note()
        assert bodies == [b'{"name":"Bob","pin":"1"}', b"{}"]


def test_a_read_only_property_within_a_request_is_refused(tmp_path: Path) -> None:
    outer = {"type": "object", "properties": {"contact": {"$ref": "#/components/schemas/Contact"}}}
    with pytest.raises(GenerationError, match="property id: readOnly is not supported in an object within"):
        make(tmp_path, sending(outer, Contact=CONTACT))


@pytest.mark.parametrize("nested", [False, True])
def test_a_patch_that_can_set_null_is_refused(tmp_path: Path, *, nested: bool) -> None:
    body: Json = {"type": "object", "properties": {"note": {"type": ["string", "null"]}}}
    if nested:
        body = {"type": "object", "properties": {"inner": {"title": "Inner", **body}}}
    with pytest.raises(GenerationError, match=r"PATCH /ping, body: property note.* null and leaving it out"):
        make(tmp_path, sending(body, method="patch"))
