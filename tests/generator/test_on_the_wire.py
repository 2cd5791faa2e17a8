"""What a generated client sends and reads, at a server: parts of a contract that are rare but plausible."""

from __future__ import annotations

import inspect
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from generator.errors import GenerationError
from tests.generator.server import library
from tests.generator.support import imported, least, make, responding

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

STRING: Json = {"type": "string"}


def form(media_type: str, properties: Json, encoding: Json) -> Json:
    schema = {"type": "object", "properties": properties}
    body = {"required": True, "content": {media_type: {"schema": schema, "encoding": encoding}}}
    document = least(operationId="put", requestBody=body)
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    return document


def test_dates_and_identifiers_in_headers(tmp_path: Path) -> None:
    formats = {"X-Day": "date", "X-Id": "uuid"}
    parameters = [
        {"name": name, "in": "header", "schema": {**STRING, "format": kind}} for name, kind in formats.items()
    ]
    document = least(operationId="get", parameters=parameters)
    with imported(make(tmp_path, document)) as package, library(200, "pong") as (url, server):
        assert package.Least(base_url=url).default.get(x_day=date(2024, 1, 2), x_id=UUID(int=7)) == "pong"
        sent = server.noted[0][2]
        assert (sent["X-Day"], sent["X-Id"]) == ("2024-01-02", "00000000-0000-0000-0000-000000000007")


def test_a_response_to_head_has_no_body(tmp_path: Path) -> None:
    document = least(operationId="look")
    document["paths"]["/ping"] = {"head": document["paths"]["/ping"]["get"]}
    with imported(make(tmp_path, document)) as package, library(200, None) as (url, server):
        assert package.Least(base_url=url).default.look() is None
        assert server.noted[0][0] == "HEAD"


def test_a_status_without_a_body_has_none(tmp_path: Path) -> None:
    content = {"application/json": {"schema": STRING}}
    document = least(operationId="get", responses={"204": {"description": "It.", "content": content}})
    with imported(make(tmp_path, document)) as package, library(204, None) as (url, _):
        assert package.Least(base_url=url).default.get() is None


def test_a_path_is_percent_encoded(tmp_path: Path) -> None:
    document = least(
        operationId="get", parameters=[{"name": "size", "in": "path", "required": True, "schema": STRING}]
    )
    document["paths"] = {"/é a/a%2Fb/{size}:all": document["paths"]["/ping"]}
    with imported(make(tmp_path, document)) as package, library(200, "pong") as (url, server):
        assert package.Least(base_url=url).default.get("ö") == "pong"
        assert server.noted[0][1] == "/v2/%C3%A9%20a/a%2Fb/%C3%B6:all"


@pytest.mark.parametrize("size", ["", ".", ".."])
def test_an_argument_that_would_change_the_path_is_refused(tmp_path: Path, size: str) -> None:
    document = least(
        operationId="get", parameters=[{"name": "size", "in": "path", "required": True, "schema": STRING}]
    )
    document["paths"] = {"/{size}/ping": document["paths"]["/ping"]}
    with imported(make(tmp_path, document)) as package:
        get = package.Least(base_url="http://127.0.0.1:1").default.get
        with pytest.raises(package.ArgumentError, match=r"size: expected text that can be part of a path$"):
            get(size)


def test_a_body_of_text_keeps_its_bounds(tmp_path: Path) -> None:
    body = {"required": True, "content": {"text/plain": {"schema": {**STRING, "maxLength": 3}}}}
    document = least(operationId="put", requestBody=body)
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    with imported(make(tmp_path, document)) as package, library(200, "pong") as (url, server):
        put = package.Least(base_url=url).default.put
        with pytest.raises(package.ArgumentError, match="at most 3 characters"):
            put(body="four")
        put(body="é")
        assert [body for _, _, _, body in server.noted] == ["é".encode()]


def test_a_response_is_read_whatever_its_bounds(tmp_path: Path) -> None:
    """Also where Python does not support the pattern."""
    item = {**STRING, "maxLength": 1, "pattern": r"^\p{Lu}$"}
    document = responding({"type": "array", "items": item, "minItems": 2})
    document["paths"]["/ping"]["get"]["operationId"] = "look"
    with imported(make(tmp_path, document)) as package, library(200, ["ab"]) as (url, _):
        assert package.Least(base_url=url).default.look() == ["ab"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("callr-datetime", "An aware datetime of any zone, rounded down to the second."),
        ("callr-datetime-ms", "An aware datetime of any zone, rounded down to the millisecond."),
        ("date-time", "An aware datetime of any zone."),
    ],
)
def test_a_docstring_says_how_a_datetime_is_sent(tmp_path: Path, kind: str, said: str) -> None:
    parameter = {"name": "since", "in": "query", "schema": {**STRING, "format": kind}}
    with imported(make(tmp_path, least(operationId="get", parameters=[parameter]))) as package:
        documented = inspect.getdoc(package.Least(base_url="http://127.0.0.1:1").default.get) or ""
    assert f"since: `since`. {said}\n" in documented


@pytest.mark.parametrize("path", ["/ping?x=1", "/ping#x", "ping"])
def test_a_path_that_would_be_another_one_is_refused(tmp_path: Path, path: str) -> None:
    document = least()
    document["paths"] = {path: document["paths"]["/ping"]}
    with pytest.raises(GenerationError, match="expected a path that begins with / and has neither query"):
        make(tmp_path, document)


def test_a_file_has_the_media_type_of_its_part(tmp_path: Path) -> None:
    file = {**STRING, "format": "binary"}
    properties = {"picture": file, "other": file, "meta": {"type": "object", "properties": {"a": STRING}}}
    encoding = {"picture": {"contentType": "image/png"}, "meta": {"contentType": "application/json"}}
    document = form("multipart/form-data", properties, encoding)
    with imported(make(tmp_path, document)) as package, library(200, "pong") as (url, server):
        put = package.Least(base_url=url).default.put
        put(picture=b"1", other=b"2", meta={"a": "3"})
        put(picture=package.Upload(b"1", media_type="image/gif"))
        types = [
            [line.partition(b": ")[2] for line in body.splitlines() if line.startswith(b"Content-Type")]
            for _, _, _, body in server.noted
        ]
        assert types == [[b"image/png", b"application/octet-stream", b"application/json"], [b"image/gif"]]


@pytest.mark.parametrize(
    ("media_type", "encoding", "said"),
    [
        ("multipart/form-data", {"contentType": "application/xml"}, "contentType application/xml"),
        ("multipart/form-data", {"headers": {"X": {"schema": STRING}}}, "headers"),
        ("application/x-www-form-urlencoded", {"style": "pipeDelimited", "explode": False}, "explode, style"),
    ],
)
def test_an_encoding_that_the_client_does_not_write_is_refused(
    tmp_path: Path, media_type: str, encoding: Json, said: str
) -> None:
    document = form(media_type, {"a": {"type": "array", "items": STRING}}, {"a": encoding})
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert str(caught.value) == f"POST /ping, body, encoding of a: {said} is not supported; remove it"


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({"url": "https://{zone}.example"}, "#/servers/0/url: the variable zone is not defined"),
        (
            {"url": "https://{zone}.example", "variables": {"zone": {"default": "x", "enum": ["eu", "us"]}}},
            "#/servers/0/variables/zone: the default 'x' is not one of eu, us; correct it",
        ),
        ({"url": "https://a.example/v2?k=1"}, "#/servers/0/url: the URL of a server has no query"),
    ],
)
def test_a_server_that_no_call_reaches_is_refused(tmp_path: Path, server: Json, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, {**least(), "servers": [server]})
    assert said in str(caught.value)


def test_all_parameters_that_are_refused_are_named_at_once(tmp_path: Path) -> None:
    array: Json = {"type": "array", "items": STRING}
    parameters = [
        {"name": "deep", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
        {"name": "X-Ids", "in": "header", "schema": array},
        {"name": "X-Object", "in": "header", "schema": {"type": "object", "properties": {"a": STRING}}},
        {"name": "nested", "in": "query", "schema": {"type": "array", "items": array}},
    ]
    an_object = "an object as a parameter is not supported"
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, least(parameters=parameters))
    assert str(caught.value).splitlines() == [
        "GET /ping, parameter deep: only the default style of a parameter is supported; leave `style` out",
        "GET /ping, parameter X-Ids: an array in header is not supported; use the query",
        f"GET /ping, parameter X-Object: {an_object}; write one for each property",
        "GET /ping, parameter nested: an array of arrays as a parameter is not supported; use a body",
    ]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (True, "/schema: a schema that is true is not supported; write {}, or leave it out"),
        ({"const": {"a": 1}}, "/schema/const: a const of an object or an array is not supported"),
        ({"type": "null"}, "response 200: null alone is not supported; allow another type, too"),
    ],
)
def test_a_schema_that_is_refused_is_called_by_its_name(tmp_path: Path, schema: object, said: str) -> None:
    content = {"application/json": {"schema": schema}}
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, least(responses={"200": {"description": "It.", "content": content}}))
    (line,) = str(caught.value).splitlines()
    assert said in line


def body(media_type: str, schema: Json) -> Json:
    content = {media_type: {"schema": schema}}
    document = least(operationId="put", requestBody={"required": True, "content": content})
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    return document


@pytest.mark.parametrize(
    ("media_type", "sent"),
    [
        ("application/json; charset=UTF-8", "application/json"),
        ("application/vnd.api+json; version=1", "application/vnd.api+json; version=1"),
        ('application/json; profile="x"', 'application/json; profile="x"'),
        ("text/plain; format=flowed", "text/plain; format=flowed; charset=utf-8"),
    ],
)
def test_a_media_type_keeps_its_parameters(tmp_path: Path, media_type: str, sent: str) -> None:
    with imported(make(tmp_path, body(media_type, STRING))) as package, library(200, "pong") as (url, server):
        package.Least(base_url=url).default.put(body="x")
        assert server.noted[0][2]["Content-Type"] == sent


@pytest.mark.parametrize("media_type", ["image/*", "text/*", "application/*+json"])
def test_a_range_is_no_media_type_of_a_body(tmp_path: Path, media_type: str) -> None:
    with pytest.raises(GenerationError, match=r"POST /ping, body: .* is no media type of a body; name one"):
        make(tmp_path, body(media_type, STRING))


def test_a_text_that_is_not_in_utf_8_is_refused(tmp_path: Path) -> None:
    document = body("text/plain; charset=iso-8859-1", STRING)
    content = {"text/csv;charset=latin1": {"schema": STRING}}
    document["paths"]["/ping"]["post"]["responses"]["200"]["content"] = content
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert str(caught.value) == "POST /ping, body: the charset iso-8859-1 is not supported; offer UTF-8"
    with pytest.raises(GenerationError, match="response 200: the charset latin1 is not supported"):
        make(tmp_path, least(responses={"200": {"description": "It.", "content": content}}))


def test_a_part_has_the_media_type_of_its_schema(tmp_path: Path) -> None:
    pictures = {"type": "array", "items": {"contentMediaType": "image/gif"}}
    properties = {
        "a": {"contentMediaType": "image/png"},
        "b": pictures,
        "c": {"contentMediaType": "image/png"},
    }
    document = form("multipart/form-data", properties, {"c": {"contentType": "image/webp"}})
    with imported(make(tmp_path, document)) as package, library(200, "pong") as (url, server):
        package.Least(base_url=url).default.put(a=b"1", b=[b"2"], c=b"3")
        lines = server.noted[0][3].splitlines()
        found = [line.partition(b": ")[2] for line in lines if line.startswith(b"Content-Type")]
        assert found == [b"image/png", b"image/gif", b"image/webp"]
