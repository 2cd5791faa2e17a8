"""docs/generator/supported.md says what is supported, refused and ignored; each of its rows is tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from generator.config import load_config
from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document
from generator.parser.keywords import IGNORED, REFUSED, SUPPORTED
from openapi.document import plain
from tests.generator.support import LEAST_CONFIG, ROOT, least, responding, taking

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

PAGE = (ROOT / "docs" / "generator" / "supported.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (.+?) \| (supported|refused|ignored) \|", PAGE, re.MULTILINE))
WORDS = dict(re.findall(r"^\| (supported|refused|ignored) \| (.+) \|$", PAGE, re.MULTILINE))

STRING: Json = {"type": "string"}
OBJECT: Json = {"type": "object", "properties": {"a": STRING}}
MAP: Json = {"type": "object", "additionalProperties": STRING}
JSON = {"application/json": {"schema": STRING}}


def operation(method: str = "get", **more: object) -> Json:
    document = least(**more)
    document["paths"]["/ping"] = {method: document["paths"]["/ping"]["get"]}
    return document


def secured(scheme: Json, *requirements: Json) -> Json:
    document = least(security=list(requirements) or [{"a": []}])
    document["components"] = {"securitySchemes": {"a": scheme, "b": {"type": "http", "scheme": "basic"}}}
    return document


def parameter(place: str = "query", name: str = "x", **more: object) -> Json:
    return taking(
        {"name": name, "in": place, "required": place == "path", "schema": STRING, **more},
        "/ping/{x}" if place == "path" else "/ping",
    )


def looked_up(name: str) -> Json:
    node = {"name": name, "in": "path", "required": True, "schema": STRING}
    item: Json = taking(node)["paths"]["/ping"]
    item["get"]["operationId"] = f"get{name}"
    return item


def body(media_type: str, schema: Json) -> Json:
    return operation("post", requestBody={"required": True, "content": {media_type: {"schema": schema}}})


def encoded(encoding: Json) -> Json:
    schema = {"type": "object", "properties": {"a": {**STRING, "format": "binary"}}}
    content = {"multipart/form-data": {"schema": schema, "encoding": {"a": encoding}}}
    return operation("post", requestBody={"required": True, "content": content})


def answer(*content: str, status: str = "200") -> Json:
    made = {name: {"schema": STRING} for name in content}
    return least(responses={status: {"description": "It.", **({"content": made} if made else {})}})


def prop(schema: Json, **components: Json) -> Json:
    return responding({"type": "object", "properties": {"m": schema}}, **components)


def shared(section: str, node: Json) -> tuple[Json, Json]:
    return {"$ref": f"#/components/{section}/It"}, {section: {"It": node}}


def behind_references() -> Json:
    reference, components = shared("parameters", {"name": "x", "in": "query", "schema": STRING})
    document = least(parameters=[reference])
    document["components"] = components
    document["components"]["pathItems"] = {"It": document["paths"]["/ping"]}
    document["paths"]["/ping"] = {"$ref": "#/components/pathItems/It"}
    return document


def tagged_object(name: str) -> Json:
    return {"type": "object", "required": ["k"], "properties": {"k": {"const": name}}}


ENUM: Json = {"type": "string", "enum": ["a", "A", "+", ""]}
CHOICE = {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}
A: Json = {"$ref": "#/components/schemas/A"}
CALLBACK = {"done": {"{$request.body#/x}": {"post": {"responses": {"200": {"description": "x"}}}}}}
PATCH = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}

CASES: dict[str, list[Json]] = {
    "`servers`, the first": [{**least(), "servers": [{"url": "https://a.example"}, {"url": "/b"}]}],
    "a relative server": [{**least(), "servers": [{"url": "/v1"}]}],
    "a server with a query, or with a variable without a definition or whose default is not in its `enum`": [
        {**least(), "servers": [{"url": url, "variables": {"b": {"default": "x", "enum": ["y"]}}}]}
        for url in ("https://a.example/?x=1", "https://{a}.example", "https://{b}.example")
    ],
    "`servers` of a path or an operation": [least(servers=[{"url": "https://b.example"}])],
    "path items, parameters, bodies and responses behind `$ref`": [behind_references()],
    "references within the document, to other names of a schema and to schemas within others, too": [
        prop(
            A,
            A={"$ref": "#/components/schemas/B"},
            B={"$ref": "#/components/schemas/C/properties/a"},
            C=OBJECT,
        )
    ],
    "references to other documents": [responding({"$ref": "other.yaml#/A"})],
    "extensions, everywhere": [{**prop({**STRING, "x-a": {"allOf": [1]}}), "x-b": {"$ref": None}}],
    "webhooks": [{**least(), "webhooks": {"a": {"post": {"responses": {}}}}}],
    "callbacks, links, `externalDocs`": [
        least(callbacks=CALLBACK, externalDocs={"url": "https://a.example"}),
        least(responses={"200": {"description": "It.", "links": {"a": {"operationId": "x"}}}}),
    ],
    "HTTP Basic": [secured({"type": "http", "scheme": "basic"})],
    "bearer, OAuth 2.0 and OpenID Connect": [
        secured({"type": "http", "scheme": "bearer"}),
        secured({"type": "oauth2", "flows": {}}),
        secured({"type": "openIdConnect", "openIdConnectUrl": "https://a.example"}),
    ],
    "an API key in a header": [secured({"type": "apiKey", "in": "header", "name": "K"})],
    "an API key in the query or in a cookie": [
        secured({"type": "apiKey", "in": place, "name": "K"}) for place in ("query", "cookie")
    ],
    "several schemes to choose from": [secured({"type": "mutualTLS"}, {"a": []}, {"b": []})],
    "several schemes at once": [secured({"type": "http", "scheme": "bearer"}, {"a": [], "b": []})],
    "GET, PUT, POST, PATCH, DELETE, HEAD, OPTIONS, TRACE": [
        operation(name) for name in ("get", "put", "post", "patch", "delete", "head", "options", "trace")
    ],
    "a path with a query or a fragment": [{**least(), "paths": {"/a?b=c": least()["paths"]["/ping"]}}],
    "no `operationId`, no tag": [least()],
    "`deprecated`, of operations and parameters too": [least(deprecated=True), parameter(deprecated=True)],
    "null and left out in a PATCH": [
        operation("patch", requestBody={"required": True, "content": {"application/json": {"schema": PATCH}}})
    ],
    "in path, query and header": [parameter("path"), parameter("query"), parameter("header")],
    "`Accept`, `Authorization`, `Content-Type`": [parameter("header", "Content-Type")],
    "other headers of the client itself, such as `User-Agent`": [parameter("header", "user-agent")],
    "in a cookie": [parameter("cookie")],
    "arrays in the query, `explode` or not": [
        parameter(schema={"type": "array", "items": STRING}, explode=explode) for explode in (True, False)
    ],
    "arrays in path or header": [
        parameter(place, schema={"type": "array", "items": STRING}) for place in ("path", "header")
    ],
    "arrays of arrays, and null in an array, in forms too": [
        parameter(schema={"type": "array", "items": {"type": "array", "items": STRING}}),
        parameter(schema={"type": "array", "items": {"type": ["string", "null"]}}),
    ],
    "null of what is required, in forms too": [
        parameter(required=True, schema={"type": ["string", "null"]}),
        body(
            "multipart/form-data",
            {"type": "object", "required": ["a"], "properties": {"a": {"type": ["string", "null"]}}},
        ),
    ],
    "styles other than the default, `allowReserved`": [
        parameter(style="pipeDelimited"),
        parameter(allowReserved=True),
    ],
    "objects, or `content` instead of `schema`": [
        parameter(schema=OBJECT),
        taking({"name": "x", "in": "query", "content": JSON}),
    ],
    "JSON, also `…+json`": [body("application/merge-patch+json", STRING), answer("application/hal+json")],
    "`multipart/form-data`": [body("multipart/form-data", OBJECT)],
    "`encoding` or `contentMediaType` with the media type of a file": [
        encoded({"contentType": "image/png"}),
        body(
            "multipart/form-data", {"type": "object", "properties": {"a": {"contentMediaType": "image/png"}}}
        ),
    ],
    "other kinds of `encoding` than the usual one": [encoded({"style": "pipeDelimited"})],
    "`application/x-www-form-urlencoded`": [body("application/x-www-form-urlencoded", OBJECT)],
    "files: `application/octet-stream`, PDF, ZIP, images, audio, video": [
        made(name)
        for name in (
            "application/octet-stream",
            "application/pdf",
            "application/zip",
            "image/png",
            "video/mp4",
        )
        for made in (answer, lambda name: body(name, {}))
    ],
    "`text/…`": [answer("text/csv"), body("text/plain", STRING)],
    "parameters of a media type, such as `version=1`": [body("application/json; version=1", STRING)],
    "another charset, and ranges such as `image/*` as the type of a body": [
        answer("text/plain; charset=latin1"),
        body("text/plain; charset=latin1", STRING),
        body("image/*", {}),
    ],
    "XML and other media types": [
        answer("application/xml"),
        body("application/xml", STRING),
        body("application/msgpack", STRING),
    ],
    "several success statuses, ranges such as `2XX`, an empty 204": [
        answer("application/json", status="2XX"),
        answer(status="204"),
    ],
    "no success status": [answer(status="404")],
    "a status that is neither a success nor an error, such as 304": [
        least(responses={"200": {"description": "It."}, status: {"description": "The same."}})
        for status in ("304", "3XX")
    ],
    "headers of responses": [
        least(responses={"200": {"description": "It.", "headers": {"X": {"schema": {"not": STRING}}}}})
    ],
    "errors": [
        least(responses={"200": {"description": "It."}, "default": {"description": "E.", "content": JSON}})
    ],
    "`date-time`, `date`, `uuid`, `decimal`, `callr-…`": [
        prop({"type": "string", "format": name}) for name in ("date-time", "date", "uuid", "decimal")
    ],
    "other formats": [
        prop({"type": "string", "format": "email"}),
        prop({"type": "integer", "format": "int64"}),
    ],
    "enums of strings or of integers": [prop(ENUM), prop({"enum": [-1, 0]})],
    "enums of both, of other types, or with control characters": [
        prop({"enum": ["a", 1]}),
        prop({"enum": [True]}),
        prop({"enum": ["a\n"]}),
    ],
    "a value of `enum`, `const` or `default` that the schema forbids, bounds that nothing fits": [
        prop({**STRING, "enum": [1]}),
        prop({**STRING, "const": 1}),
        prop({**STRING, "default": 1}),
        prop({**STRING, "minLength": 2, "maxLength": 1}),
    ],
    "`format`, `items` and bounds without a `type`": [
        prop({"format": "date"}),
        prop({"items": STRING}),
        prop({"maximum": 1}),
    ],
    "null in all spellings": [
        prop({"type": ["string", "null"]}),
        prop({"anyOf": [STRING, {"type": "null"}]}),
    ],
    "objects with any values, maps of one type": [prop({"type": "object"}), prop(MAP)],
    "objects that are always empty": [
        body(
            "application/json", {"type": "array", "items": {"type": "object", "additionalProperties": False}}
        )
    ],
    "a map next to properties": [prop({**OBJECT, **MAP})],
    "`allOf` of objects": [prop({"allOf": [A, {"required": ["a"]}], "properties": {"b": STRING}}, A=OBJECT)],
    "`allOf` of strings, numbers and other values, and what stands next to a `$ref` to one": [
        prop({"allOf": [STRING, {"maxLength": 2}]}),
        prop({"$ref": "#/components/schemas/A", "maxLength": 2}, A=STRING),
    ],
    "a property that two parts of `allOf` define in different ways": [
        prop({"allOf": [A, {"properties": {"a": {"enum": ["x"]}}}]}, A=OBJECT)
    ],
    "`allOf` with a choice in it, parts that do not become one, such as two patterns": [
        prop({"allOf": [A, {"anyOf": [A, STRING]}]}, A=OBJECT),
        prop({"allOf": [{**STRING, "pattern": "a"}, {"pattern": "b"}]}),
        prop({**A, "pattern": "b"}, A={**STRING, "pattern": "a"}),
        prop({"allOf": [A, {"properties": {"a": {"type": "integer"}}}]}, A=OBJECT),
    ],
    "`additionalProperties: false` where another part of `allOf` has properties": [
        prop({"allOf": [A, {"properties": {"b": STRING}}]}, A={**OBJECT, "additionalProperties": False})
    ],
    "a required property that no part defines": [prop({"allOf": [A, {"required": ["b"]}]}, A=OBJECT)],
    "`oneOf` and `anyOf` of one type with other bounds in each, and bounds next to them": [
        parameter(schema={"anyOf": [{**STRING, "maxLength": 1}, {**STRING, "minLength": 9}]}),
        prop({"maxLength": 1, "anyOf": [STRING, {"type": "integer"}]}),
    ],
    "two paths that differ only in the names of their parameters": [
        {**least(), "paths": {f"/a/{{{name}}}": looked_up(name) for name in ("x", "y")}}
    ],
    "`oneOf` and `anyOf` next to properties that its schemas do not have": [
        prop({**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]})
    ],
    "a discriminator that maps to a schema that is not in its choice": [
        prop(
            {**CHOICE, "discriminator": {"propertyName": "a", "mapping": {"c": "C"}}},
            **dict.fromkeys("ABC", OBJECT),
        )
    ],
    "a discriminator without `oneOf`": [prop(A, A={**OBJECT, "discriminator": {"propertyName": "a"}})],
    "objects that contain themselves in a property": [
        prop(A, A={"type": "object", "properties": {"a": A, "b": {"type": "array", "items": A}}})
    ],
    "arrays, maps and choices that contain themselves": [
        prop(A, A=schema)
        for schema in (
            {"type": "array", "items": A},
            {"type": "object", "additionalProperties": A},
            {"oneOf": [STRING, {"type": "array", "items": A}]},
        )
    ],
    "`oneOf` and `anyOf` of objects that a discriminator or a constant tells apart": [
        prop(CHOICE, A=tagged_object("a"), B=tagged_object("b")),
        prop({**CHOICE, "discriminator": {"propertyName": "a"}}, A=OBJECT, B={**OBJECT, "title": "C"}),
    ],
    "`oneOf` and `anyOf` of types that differ in JSON": [prop({"oneOf": [STRING, {"type": "integer"}]})],
    "`oneOf` and `anyOf` of other types": [
        prop(CHOICE, A=OBJECT, B=OBJECT),
        prop({"anyOf": [STRING, {"type": "string", "format": "date"}]}),
    ],
    "`readOnly` and `writeOnly`": [prop({**STRING, "readOnly": True}), prop({**STRING, "writeOnly": True})],
    "files in JSON": [prop({"type": "string", "format": "binary"})],
    "`default`": [parameter(schema={**STRING, "default": "a"})],
    "regular expressions of ECMA 262 that Python does not have": [
        parameter(schema={**STRING, "pattern": r"\p{L}"})
    ],
}
# What needs settings or a file is tried in test_next.py, test_golden.py, test_refusals.py, test_fields.py,
# test_ways_of_saying.py and tests/openapi/test_reading.py.
ELSEWHERE = {
    "pages with a cursor",
    "algorithms of signatures that the client cannot verify",
    "webhooks whose events have the same type, and whose headers lack the signature of the settings",
    "YAML 1.2, with anchors and merge keys (`<<`), and JSON",
    "duplicate keys, and keys without a value",
    "fields that OpenAPI does not define, such as a misspelled one or `GET`",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - a ClientConfig
    path = tmp_path_factory.mktemp("settings") / "client.toml"
    path.write_text(LEAST_CONFIG, encoding="utf-8")
    return load_config(path)


def refusal(document: Json, settings: Any, folder: Path) -> str:  # noqa: ANN401 - a ClientConfig
    """Return why no client is made of a document; empty if one is."""
    try:
        generate_document(Document(plain(document), ""), settings, folder)
    except GenerationError as caught:
        return str(caught)
    return ""


def test_each_row_is_tried() -> None:
    assert {*ROWS} - {"keywords"} - ELSEWHERE == {*CASES}


@pytest.mark.parametrize("row", CASES)
def test_a_row_is_right(tmp_path: Path, settings: Any, row: str) -> None:  # noqa: ANN401 - a ClientConfig
    for index, document in enumerate(CASES[row]):
        said = refusal(document, settings, tmp_path / str(index))
        assert bool(said) == (ROWS[row] == "refused"), said
        assert "openapi-python-client" not in said
        assert " at 0x" not in said


def test_the_keywords_are_those_of_the_code() -> None:
    listed = {how: {*re.findall(r"`([^`]+)`", text)} for how, text in WORDS.items()}
    assert listed == {"supported": SUPPORTED, "ignored": IGNORED | {"x-"}, "refused": {*REFUSED}}


@pytest.mark.parametrize("keyword", ["minProperties", "not", "maxLenght"])
def test_a_keyword_that_is_refused_has_a_cure(tmp_path: Path, settings: Any, keyword: str) -> None:  # noqa: ANN401
    said = refusal(prop({**STRING, keyword: {}}), settings, tmp_path / "client")
    assert f"/m: the keyword '{keyword}' " in said
    assert "; " in said


def test_keywords_that_only_annotate_refuse_nothing(tmp_path: Path, settings: Any) -> None:  # noqa: ANN401
    values: Json = {"examples": ["a"], "xml": {"name": "m"}, "externalDocs": {"url": "https://a.example"}}
    schema = {**STRING, **dict.fromkeys(sorted(IGNORED), "x"), **values, "$defs": {}, "x-more": 1}
    schema.update(contentSchema={}, unevaluatedProperties=False)
    assert refusal(prop(schema), settings, tmp_path / "client") == ""
