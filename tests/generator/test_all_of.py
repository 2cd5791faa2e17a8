"""`allOf` in each spelling: no property, no `required` and no bound of it is lost."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from tests.generator.support import LEAST_CONFIG, imported, least, make, responding

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

STRING: Json = {"type": "string"}
BASE: Json = {"$ref": "#/components/schemas/Base"}
OWN: Json = {"required": ["own"], "properties": {"own": STRING}}
COMPONENTS: Json = {
    "Base": {"type": "object", "properties": {"a": STRING, "b": {"type": "integer"}}},
    "Code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 4},
    "Word": {"type": "string", "enum": ["x", "y"]},
}


def taking(schema: Json, **components: Json) -> Json:
    """The smallest contract, with a body of this schema."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = least(operationId="put", requestBody=body)
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    document["components"] = {"schemas": {**COMPONENTS, **components}}
    return document


SPELLINGS: dict[str, Json] = {
    "two parts": {"allOf": [BASE, {"required": ["a", "own"], "properties": {"own": STRING}}]},
    "next to one part": {"allOf": [BASE], **OWN, "required": ["a", "own"]},
    "next to a reference": {**BASE, **OWN, "required": ["a", "own"]},
    "next to a choice of one": {"oneOf": [BASE], **OWN, "required": ["a", "own"]},
    "parts of a part": {"allOf": [{"allOf": [BASE, OWN]}, {"required": ["a"]}]},
    "a part that is a reference with more": {"allOf": [{**BASE, "required": ["a"]}, OWN]},
    "required alone": {"allOf": [BASE, OWN], "required": ["a"]},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("named", [False, True])
def test_all_properties_are_sent(tmp_path: Path, spelling: str, *, named: bool) -> None:
    schema = SPELLINGS[spelling]
    document = taking({"$ref": "#/components/schemas/Whole"} if named else schema, Whole=schema)
    with imported(make(tmp_path, document)) as package:
        bodies: list[bytes | None] = []

        def answer(request: Any) -> Any:  # noqa: ANN401 - classes of a generated package
            bodies.append(request.body)
            return package.Response(200, {"content-type": "application/json"}, b'"done"')

        client = package.Least(base_url="https://example.com", transport=package.MockTransport(answer))
        parameters = inspect.signature(client.default.put).parameters
        asked = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty}
        assert (asked, "b" in parameters) == ({"a", "own"}, True)
        client.default.put(a="1", own="2", b=3)
        assert json.loads(bodies[0] or b"") == {"a": "1", "own": "2", "b": 3}


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"allOf": [{"$ref": "#/components/schemas/Code"}], "description": "It."}, "ab", "A"),
        ({"allOf": [{"$ref": "#/components/schemas/Code"}], "minLength": 2}, "ab", "abcde"),
        ({"allOf": [{"$ref": "#/components/schemas/Word"}], "description": "It."}, "x", "z"),
        ({"anyOf": [{"$ref": "#/components/schemas/Word"}], "default": "y"}, "x", "z"),
        ({"$ref": "#/components/schemas/Code", "maxLength": 9}, "ab", "abcde"),
        ({"$ref": "#/components/schemas/Word", "enum": ["y", "z"]}, "y", "z"),
        ({"allOf": [{"$ref": "#/components/schemas/Code"}, {"maxLength": 2}]}, "ab", "abc"),
        ({"allOf": [STRING, {"minLength": 2}, {"maxLength": 3}]}, "ab", "a"),
        ({"allOf": [{"type": "number"}, {"type": "integer", "minimum": 3}]}, 3, 2),
    ],
)
def test_every_bound_holds(tmp_path: Path, schema: Json, accepted: object, refused: object) -> None:
    document = taking({"type": "object", "required": ["m"], "properties": {"m": schema}})
    with imported(make(tmp_path, document)) as package:

        def answer(_: object) -> Any:  # noqa: ANN401 - as above
            return package.Response(200, {"content-type": "application/json"}, b'"done"')

        client = package.Least(base_url="https://example.com", transport=package.MockTransport(answer))
        assert client.default.put(m=accepted) == "done"
        with pytest.raises(package.ArgumentError):
            client.default.put(m=refused)


@pytest.mark.parametrize(
    ("one", "other", "accepted", "refused"),
    [
        (STRING, {**STRING, "enum": ["x", "y"]}, "x", "z"),
        (STRING, {"const": "x"}, "x", "y"),
        ({"type": "integer"}, {"minimum": 3}, 3, 2),
        ({**STRING, "maxLength": 3}, {**STRING, "maxLength": 5, "minLength": 2}, "abc", "abcd"),
        ({**STRING, "enum": ["x", "y"]}, {**STRING, "enum": ["y", "z"]}, "y", "x"),
        ({"type": ["string", "null"]}, STRING, "x", 1),
        ({"$ref": "#/components/schemas/Word"}, {"description": "It.", "default": "x"}, "x", "z"),
    ],
)
def test_a_property_of_two_parts_has_what_both_say(
    tmp_path: Path, one: Json, other: Json, accepted: object, refused: object
) -> None:
    first, second = ({"type": "object", "properties": {"m": each}} for each in (one, other))
    whole = {"allOf": [{"$ref": "#/components/schemas/First"}, {**second, "required": ["m"]}, OWN]}
    document = taking({"$ref": "#/components/schemas/Whole"}, First=first, Whole=whole)
    with imported(make(tmp_path, document)) as package:
        bodies: list[bytes | None] = []

        def answer(request: Any) -> Any:  # noqa: ANN401 - as above
            bodies.append(request.body)
            return package.Response(200, {"content-type": "application/json"}, b'"done"')

        client = package.Least(base_url="https://example.com", transport=package.MockTransport(answer))
        with pytest.raises(package.ArgumentError, match="m: "):
            client.default.put(m=refused, own="1")
        client.default.put(m=accepted, own="1")
        assert json.loads(bodies[0] or b"") == {"m": accepted, "own": "1"}


def described(**schema: object) -> Json:
    return {"type": "object", "properties": {"m": schema}}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (
            described(allOf=[BASE, {"oneOf": [BASE, STRING]}]),
            "/m/allOf/1: oneOf in a part of `allOf` is not supported; write one schema",
        ),
        (
            described(type="object", properties={"a": STRING}, anyOf=[{"required": ["a"]}]),
            "/m: anyOf next to properties that its schemas do not have is not supported; list all properties",
        ),
        (
            {"allOf": [BASE, {"type": "object", "required": ["lost"]}]},
            "lost is required, but not a property; list it under `properties`",
        ),
        (
            {"allOf": [BASE, {"properties": {"a": {"type": "integer"}}}]},
            ": parts of `allOf` differ in the type of a; let one of them define it",
        ),
        (
            {"$ref": "#/components/schemas/Parent"},
            "a discriminator without `oneOf` is not supported; refer to a schema that lists, under `oneOf`",
        ),
    ],
)
def test_what_would_be_lost_is_refused(tmp_path: Path, schema: Json, said: str) -> None:
    parent = {**BASE, "discriminator": {"propertyName": "a"}}
    document = responding(schema, **COMPONENTS, Parent={**COMPONENTS["Base"], **parent})
    del document["components"]["schemas"]["Parent"]["$ref"]
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert said in str(caught.value)


def test_a_choice_may_repeat_the_properties_of_its_schemas(tmp_path: Path) -> None:
    kinds = {
        name: {"allOf": [BASE, {"required": ["kind"], "properties": {"kind": {"const": name}}}]}
        for name in ("Left", "Right")
    }
    choice = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": STRING},
        "discriminator": {"propertyName": "kind"},
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in kinds],
    }
    output = make(tmp_path, responding(choice, **COMPONENTS, **kinds))
    text = (output / "least_client" / "_api_default.py").read_text(encoding="utf-8")
    assert "-> Left | Right | dict[str, object]:" in text


SELF = {"$ref": "#/components/schemas/It"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": SELF},
        {"type": "object", "additionalProperties": SELF},
        {"allOf": [SELF, OWN]},
        {"oneOf": [STRING, {"type": "array", "items": {"type": "object", "additionalProperties": SELF}}]},
    ],
)
def test_a_schema_that_only_contains_itself_is_refused(tmp_path: Path, schema: Json) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, responding(SELF, It=schema))
    assert str(caught.value).startswith(
        "#/components/schemas/It: it contains itself without an object in between; make it an object"
    )


def test_a_property_may_contain_its_object(tmp_path: Path) -> None:
    tree = {"type": "object", "properties": {"below": {"type": "array", "items": SELF}, "by": SELF}}
    make(tmp_path, responding(SELF, It=tree))


def test_envelopes_errors_and_events_may_be_combined(tmp_path: Path) -> None:
    def both(**schemas: Json) -> Json:
        parts = [
            {"type": "object", "required": [name], "properties": {name: it}} for name, it in schemas.items()
        ]
        return {"allOf": parts}

    document = responding(both(ok={"const": True}, data=STRING))
    error = both(ok={"const": False}, code={"type": "integer"})
    responses = document["paths"]["/ping"]["get"]["responses"]
    responses["404"] = {"description": "E.", "content": {"application/json": {"schema": error}}}
    moment = {"type": "string", "format": "date-time"}
    event = both(i=STRING, t={"const": "a"}, w=moment, n={"type": "integer"})
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/E"}}}
    document["webhooks"] = {"a": {"post": {"requestBody": {"content": content}, "responses": {}}}}
    document["components"]["schemas"]["E"] = event
    hooks = '[webhooks]\nsignature = "S"\ntype = "t"\nid = "i"\ntime = "w"\nattempt = "n"'
    config = f'{LEAST_CONFIG}\nenvelope = "data"\nerror_code = ["code"]\n{hooks}'
    with imported(make(tmp_path, document, config)) as package:
        answers = [b'{"ok": true, "data": "x"}', b'{"ok": false, "code": 7}']

        def answer(_: object) -> Any:  # noqa: ANN401 - as above
            body = answers.pop(0)
            return package.Response(200 if answers else 404, {"content-type": "application/json"}, body)

        client = package.Least(base_url="https://example.com", transport=package.MockTransport(answer))
        assert client.default.get_ping() == "x"
        with pytest.raises(package.NotFoundError) as caught:
            client.default.get_ping()
        assert caught.value.code == 7
