"""A contract that contradicts itself, its settings, or what can be reached is refused with its place."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from generator.config import CLIENT, load_config
from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document
from openapi.document import CONTRACT, load
from tests.generator.contracts import SCHEMAS, put
from tests.generator.server import library
from tests.generator.support import imported, least, make, responding

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generator.contracts import Edit

    Json = dict[str, Any]

STRING: Json = {"type": "string"}
CLOSED: Json = {"type": "object", "properties": {"a": STRING}, "additionalProperties": False}
A: Json = {"$ref": "#/components/schemas/A"}
B: Json = {"$ref": "#/components/schemas/B"}


def kind(name: str) -> Json:
    return {"type": "object", "required": ["k"], "properties": {"k": {"enum": [name]}}}


def mapped(**mapping: str) -> Json:
    choice = {"oneOf": [A, B], "discriminator": {"propertyName": "k", "mapping": mapping}}
    return responding(choice, A=kind("a"), B=kind("b"))


REFUSED: dict[str, tuple[Json, str]] = {
    "closed part": (
        responding({"allOf": [A, {"properties": {"b": STRING}}]}, A=CLOSED),
        "/schema/allOf/0: additionalProperties: false forbids b of other parts; next to `allOf`, write",
    ),
    "closed part with a property in common": (
        responding({"allOf": [A, {"properties": {"a": {"enum": ["x"]}, "b": STRING}}]}, A=CLOSED),
        "/schema/allOf/0: additionalProperties: false forbids b of other parts",
    ),
    "closed next to parts": (
        responding(
            {"allOf": [A], **CLOSED, "properties": {"b": STRING}}, A={**CLOSED, "additionalProperties": {}}
        ),
        "/schema: additionalProperties: false forbids a of other parts",
    ),
    "mapping": (
        mapped(a="A", c="B"),
        "response 200: the discriminator maps c to B, which has b; correct one",
    ),
    **{
        f"server {url}": ({**least(), "servers": [{"url": url}]}, f"#/servers/0/url: {url}: expected a host")
        for url in (
            "https:///v1",
            "https://a.example:99999",
            "https://a:b@c.example",
            "https://a.example/b c",
        )
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_contradiction_is_refused(tmp_path: Path, name: str) -> None:
    document, said = REFUSED[name]
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert said in str(caught.value)


def test_parts_that_know_all_properties_may_be_closed(tmp_path: Path) -> None:
    make(tmp_path, responding({"allOf": [A, {"required": ["a"]}]}, A=CLOSED))


def test_a_list_with_an_object_of_a_new_kind_is_read(tmp_path: Path) -> None:
    document = mapped()
    content = document["paths"]["/ping"]["get"]["responses"]["200"]["content"]["application/json"]
    content["schema"] = {"type": "array", "items": content["schema"]}
    document["paths"]["/ping"]["get"]["operationId"] = "look"
    with (
        imported(make(tmp_path, document)) as package,
        library(200, [{"k": "a"}, {"k": "z", "n": 1}]) as (url, _),
    ):
        known, new = package.Least(base_url=url).default.look()
    assert type(known) is package.A
    assert new == {"k": "z", "n": 1}


@pytest.fixture(scope="module")
def contract() -> Json:
    return load(CONTRACT)


def one_webhook(document: Json) -> None:
    events = [{"$ref": f"#{SCHEMAS}/{name}"} for name in ("IncomingEvent", "StatusUpdateEvent")]
    document["components"]["schemas"]["Any"] = {"oneOf": events}
    pushed = document["webhooks"].pop("sms-mo")
    pushed["post"]["requestBody"]["content"]["application/json"]["schema"] = {"$ref": f"#{SCHEMAS}/Any"}
    document["webhooks"] = {"any": pushed}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (one_webhook, "#/components/schemas/Any: expected an object, which is one event; give each event a"),
        (put(f"{SCHEMAS}/StatusUpdateEvent", ...), "webhook sms-mt-status-update: the reference "),
        (
            put("/components/parameters/SignatureHeader/name", "X-Seal"),
            "webhook sms-mo: none of its headers, X-CALLR-EventId, X-Seal, User-Agent, is the signature",
        ),
        (
            put(f"{SCHEMAS}/EventTime", STRING),
            "schema StatusUpdateEvent, property event_at: it is a str, expected datetime for time; name",
        ),
        (
            put(f"{SCHEMAS}/Try", STRING),
            "schema StatusUpdateEvent, property try: it is a str, expected int for attempt",
        ),
    ],
)
def test_events_that_receivers_cannot_read_are_refused(
    tmp_path: Path, contract: Json, edit: Edit, said: str
) -> None:
    document = copy.deepcopy(contract)
    edit(document)
    with pytest.raises(GenerationError) as caught:
        generate_document(Document(document, ""), load_config(CLIENT), tmp_path / "client")
    assert said.replace("IncomingEvent", "StatusUpdateEvent") in str(caught.value) or said in str(
        caught.value
    )


def twice(name: str) -> Json:
    return least(parameters=[{"name": name, "in": "query", "schema": STRING}] * 2)


def same_paths() -> Json:
    document = least(
        operationId="a", parameters=[{"name": "x", "in": "path", "required": True, "schema": STRING}]
    )
    item = document["paths"].pop("/ping")
    other = copy.deepcopy(item)
    other["get"].update(operationId="b", parameters=[{**item["get"]["parameters"][0], "name": "y"}])
    document["paths"] = {"/a/{x}/b": item, "/a/{y}/b": other}
    return document


def narrowed(target: Json, **rules: object) -> Json:
    return responding({"type": "object", "properties": {"m": {**A, **rules}}}, A=target)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            narrowed({**STRING, "pattern": "^a"}, pattern="b$"),
            "properties/m: the pattern next to `$ref` does not become one with its schema's; write one",
        ),
        (
            narrowed({"type": "integer", "multipleOf": 2}, multipleOf=3),
            "properties/m: the multipleOf next to `$ref` does not become one with its schema's; write one",
        ),
        (narrowed(STRING, type="integer"), "properties/m: the type next to `$ref` does not become one"),
        (
            responding({"minLength": 2, "anyOf": [STRING, {"type": "integer"}]}),
            "schema: minLength next to anyOf is not supported; write it in the schemas of the choice",
        ),
        (
            responding({"type": "string", "anyOf": [STRING, {"type": "integer"}]}),
            "schema/anyOf/1: the type next to anyOf excludes integer; correct one of them",
        ),
        (narrowed({"type": "object", "required": ["b"]}), ": b is required, but not a property; list it"),
        (
            narrowed({"type": "object", "required": ["b"], "additionalProperties": STRING}),
            ": b is required, but not a property; list it",
        ),
        (twice("x"), "named `x` detected in `query`.; leave one of them out"),
        (
            same_paths(),
            "#/paths/~1a~1{y}~1b: OpenAPI takes it for the same path as /a/{x}/b; write both as one path",
        ),
        (
            responding(
                {"type": "object", "required": ["a b", "a-b"], "properties": {"a b": STRING, "a-b": STRING}}
            ),
            "schema: a-b and a b have the same Python name; leave one of them out",
        ),
        (
            responding({"type": "object", "required": ["b"], "properties": {"a": STRING}}),
            "schema GetPingResponse200: b is required, but not a property; list it under `properties`",
        ),
    ],
)
def test_a_contradiction_is_one_reason(tmp_path: Path, document: Json, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_each_property_without_a_python_name_is_named(tmp_path: Path) -> None:
    document = responding({"type": "object", "required": ["@"], "properties": {"@": STRING, "#": STRING}})
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    said = "it needs a letter from A to Z, or a digit"
    assert [line.partition("schema, ")[2] for line in str(caught.value).splitlines()] == [
        f"property {name}: {name!r} cannot be turned into a Python name; {said}" for name in "@#"
    ]
