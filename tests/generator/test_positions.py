"""What a property means depends on where it stands: in a request, in a response, in a PATCH."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest

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


def test_each_side_has_its_properties_in_an_object_within_a_body(tmp_path: Path) -> None:
    contact = {"$ref": "#/components/schemas/Contact"}
    outer = {"type": "object", "required": ["contact"], "properties": {"contact": contact}}
    with imported(make(tmp_path, sending(outer, outer, Contact=CONTACT))) as package:
        bodies: list[Any] = []

        def answer(request: Any) -> Any:  # noqa: ANN401 - classes of a generated package
            bodies.append(json.loads(request.body))
            return package.Response.of_json({"contact": {"id": "7", "name": "Bob"}})

        client = package.Least(base_url="https://example.com", transport=package.MockTransport(answer))
        assert [*inspect.signature(package.Contact).parameters] == ["name", "pin"]
        found = client.default.put(contact=package.Contact(name="Bob", pin="1")).contact
        assert (found.id, found.name, found.pin) == ("7", "Bob", None)
        client.default.put(contact=found)
        assert bodies == [{"contact": {"name": "Bob", "pin": "1"}}, {"contact": {"name": "Bob"}}]
        for given in ({"name": "Bob"}, {"name": "Bob", "pin": "1", "id": "7"}):
            with pytest.raises(package.ArgumentError, match="contact"):
                client.default.put(contact=given)
