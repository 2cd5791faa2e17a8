"""What is not supported is refused, with its place; it is never left out or guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from tests.generator.support import LEAST_CONFIG, least, make, responding, taking

if TYPE_CHECKING:
    from pathlib import Path

STRING = {"type": "string"}
OBJECT = {"type": "object", "properties": {"a": STRING}}


def parameter(place: str = "query", name: str = "x", **more: object) -> dict[str, Any]:
    return taking(
        {"name": name, "in": place, "required": place == "path", "schema": STRING, **more},
        "/ping/{x}" if place == "path" else "/ping",
    )


def body(content: dict[str, Any]) -> dict[str, Any]:
    return least(requestBody={"required": True, "content": content})


def responses(by_status: dict[str, Any]) -> dict[str, Any]:
    return least(responses=by_status)


def secured(scheme: dict[str, Any], *requirements: dict[str, list[str]]) -> dict[str, Any]:
    document = least(security=list(requirements) or [{"a": []}])
    document["components"] = {"securitySchemes": {"a": scheme, "b": scheme}}
    return document


def prop(schema: dict[str, Any]) -> dict[str, Any]:
    return responding({"type": "object", "properties": {"m": schema}})


JSON = {"application/json": {"schema": STRING}}

REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "keyword": (
        prop({"type": "array", "items": STRING, "contains": STRING}),
        "properties/m: the keyword 'contains' is not",
    ),
    "union": (
        prop({"oneOf": [STRING, {"type": "string", "format": "date"}]}),
        "m: a choice between types that JSON does not tell apart is not supported",
    ),
    "other patterns": (
        parameter(schema={"anyOf": [{**STRING, "pattern": "^a"}, {**STRING, "maxLength": 5}]}),
        "parameter x: a choice between schemas of one type that differ in their rules is not supported",
    ),
    "other bounds": (
        parameter(schema={"oneOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 9}]}),
        "parameter x: a choice between schemas of one type that differ in their rules is not supported",
    ),
    "two types": (prop({"type": ["number", "integer"]}), "that JSON does not tell apart"),
    "objects": (prop({"oneOf": [OBJECT, OBJECT]}), "nothing tells the objects of this choice apart"),
    "mapping": (
        responding(
            {
                "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
                "discriminator": {"propertyName": "a", "mapping": {"x": "A", "y": "./B", "z": "C"}},
            },
            **dict.fromkeys("ABC", OBJECT),
        ),
        "200: the discriminator maps y (./B), z (#/components/schemas/C) to none of the schemas",
    ),
    "defaults": (
        prop({"type": "integer", "maximum": 2, "default": 3}),
        "properties/m: the default 3 is more than the maximum 2; correct it, or leave it out",
    ),
    "binary": (prop({"type": "string", "format": "binary"}), "property m: a file is not supported"),
    "map": (
        prop({"type": "object", "properties": {"a": STRING}, "additionalProperties": STRING}),
        "a schema for additional properties next to others is not supported; move them",
    ),
    "same names": (
        responding({"type": "object", "properties": {"a-b": STRING, "a_b": STRING}}),
        "a_b and a-b have the same Python name",
    ),
    "no name": (
        responding({"type": "object", "properties": {"+": STRING}}),
        "'+' cannot be turned into a Python name",
    ),
    "mixed values": (
        prop({"enum": ["a", 1]}),
        "properties/m: only an enum of strings, or of integers, is supported",
    ),
    "double null": (
        prop({"type": ["string", "null"], "format": "callr-datetime-or-zero"}),
        "null would have two meanings",
    ),
    "pattern": (parameter(schema={"type": "string", "pattern": r"\p{L}"}), r"parameter x: the escape \p"),
    "null in an array": (
        parameter(schema={"type": "array", "items": {"type": ["string", "null"]}}),
        "parameter x: null in an array is not supported here; leave it out of the items",
    ),
    "null in a form": (
        body(
            {
                "multipart/form-data": {
                    "schema": {
                        **OBJECT,
                        "properties": {"a": {"type": "array", "items": {"type": ["string", "null"]}}},
                    }
                }
            }
        ),
        "body, property a: null in an array is not supported here; leave it out of the items",
    ),
    "empty class": (
        parameter(schema={**STRING, "pattern": "^[^]$"}),
        "x: [^] in a pattern is",
    ),
    "no least number": (
        parameter(schema={**STRING, "pattern": "a{,3}"}),
        "x: {,3} in a pattern is",
    ),
    "possessive": (parameter(schema={**STRING, "pattern": "a*+"}), "x: *+ in a pattern is something else"),
    "broken pattern": (parameter(schema={"type": "string", "pattern": "("}), "the pattern ( cannot be used"),
    "lookup": (parameter(schema={"type": "string", "pattern": "(?<n>x)"}), "is not supported"),
    "cookie": (parameter("cookie"), "GET /ping, parameter x: a parameter in cookie is not supported"),
    "style": (parameter(style="spaceDelimited"), "only the default style"),
    "reserved": (parameter(allowReserved=True), "only the default style"),
    "array in path": (
        parameter("path", schema={"type": "array", "items": STRING}),
        "in path",
    ),
    "object in query": (parameter(schema=OBJECT), "parameter x: an object as a parameter is not supported"),
    "boolean values": (
        prop({"type": "boolean", "enum": [True]}),
        "only an enum of strings, or of integers, is supported",
    ),
    "content": (
        taking({"name": "x", "in": "query", "content": JSON}),
        "a parameter without a schema is not supported",
    ),
    "own header": (parameter("header", "User-Agent"), "the client sets this header itself"),
    "path parameter": (
        taking({"name": "y", "in": "query", "schema": STRING}, "/ping/{x}"),
        "Path parameters",
    ),
    "same arguments": (
        least(
            parameters=[
                {"name": "a-b", "in": "query", "schema": STRING},
                {"name": "a_b", "in": "header", "schema": STRING},
            ]
        ),
        "two arguments would be called a_b",
    ),
    "xml body": (body({"application/xml": {"schema": OBJECT}}), "a body of application/xml is not supported"),
    "xml": (
        responses({"200": {"description": "It.", "content": {"application/xml": {"schema": STRING}}}}),
        "response 200: a response of application/xml is not supported; offer JSON, a text or a file",
    ),
    "array as a form": (
        body({"application/x-www-form-urlencoded": {"schema": {"type": "array", "items": STRING}}}),
        "a form has to be an object whose properties become arguments; expected properties",
    ),
    "object in a form": (
        body({"application/x-www-form-urlencoded": {"schema": {**OBJECT, "properties": {"a": OBJECT}}}}),
        "body, property a: an object in a form is not supported; offer JSON, too",
    ),
    "neither": (
        responses({"200": {"description": "It."}, "304": {"description": "The same."}}),
        "GET /ping, response 304: neither a success nor an error, which is not supported; leave it out",
    ),
    "no result": (responses({"404": {"description": "No."}}), "expected the response of a success"),
    "odd status": (
        responses({"2YY": {"description": "No."}}),
        "GET /ping, response 2YY: expected a status such as 200",
    ),
    "api key in the query": (
        secured({"type": "apiKey", "in": "query", "name": "k"}),
        (
            "securitySchemes/a: only HTTP Basic, bearer tokens, OAuth 2.0 tokens and an API key in a header "
            "are supported"
        ),
    ),
    "odd key": (secured({"type": "apiKey", "in": "header", "name": "a b"}), "the name 'a b' is not one of a"),
    "digest": (secured({"type": "http", "scheme": "digest"}), "securitySchemes/a: only HTTP Basic, bearer"),
    "two schemes at once": (
        secured({"type": "http", "scheme": "basic"}, {"a": [], "b": []}),
        "GET /ping: a combination of security schemes is not supported",
    ),
    "remote": (
        responding({"$ref": "other.yaml#/x"}),
        "the reference 'other.yaml#/x' is not within the document: expected '#/…'",
    ),
    "dangling": (responding({"$ref": "#/components/schemas/None"}), "points to nothing"),
    "loop": (
        responding({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/A"}),
        "refers back to itself",
    ),
    "server": ({**least(), "servers": [{"url": "/v2"}]}, "#/servers: /v2: expected an absolute URL"),
    "version": ({**least(), "info": {"title": "T", "version": "draft"}}, "#/info/version: draft"),
    "not OpenAPI": ({**least(), "paths": []}, ""),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_refused(tmp_path: Path, name: str) -> None:
    document, said = REFUSALS[name]
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert said in str(caught.value)


def test_each_broken_reference_is_named_where_it_stands(tmp_path: Path) -> None:
    broken = {"a": {"$ref": "#/b/c"}, "b": {"type": "array", "items": {"$ref": "other.yaml"}}}
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, responding({"type": "object", "properties": broken}))
    place = "#/paths/~1ping/get/responses/200/content/application~1json/schema/properties"
    assert sorted(str(caught.value).splitlines()) == [
        f"{place}/a: the reference '#/b/c' points to nothing",
        f"{place}/b/items: the reference 'other.yaml' is not within the document: expected '#/…'",
    ]


def test_settings_of_an_operation_that_is_refused_are_no_reasons(tmp_path: Path) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, parameter("cookie"), f'{LEAST_CONFIG}\nrounded_up = ["get_ping.x"]')
    assert str(caught.value).startswith("GET /ping, parameter x: a parameter in cookie")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('envelope = "data"', "response 200: expected an object with the required property data"),
        ('safe_extension = "x-safe"', "GET /ping: expected x-safe to be true or false"),
        ('[schemas]\nNothing = "Something"', "the contract has no such schema"),
        ('[operations]\nnothing = "something"', "the contract has no operation nothing"),
        ('rounded_up = ["nothing.to"]', "the contract has no operation nothing"),
        ('[groups]\nfilter = "Nothing"', "points to nothing"),
        ('license_file = "NOTHING"', "license_file: "),
    ],
)
def test_settings_that_do_not_fit_are_refused(tmp_path: Path, setting: str, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, least(), f"{LEAST_CONFIG}\n{setting}")
    assert said in str(caught.value)


def test_errors_of_two_forms_are_refused_where_the_settings_name_one(tmp_path: Path) -> None:
    def error(constant: int) -> dict[str, Any]:
        known = {"ok": {"const": constant}, "code": {"type": "integer"}}
        schema = {"required": ["code"], "properties": known}
        return {"description": "E.", "content": {"application/json": {"schema": schema}}}

    document = responses({"200": {"description": "It.", "content": JSON}, "400": error(0), "500": error(1)})
    (tmp_path / "plain").mkdir()
    make(tmp_path / "plain", document)
    with pytest.raises(GenerationError, match=r"response 500: .* it has ok: 1, they have ok: 0; give all"):
        make(tmp_path, document, f'{LEAST_CONFIG}\nerror_code = ["code"]')


def pushing(**more: object) -> dict[str, Any]:
    """The least contract, with a webhook whose event has additional properties."""
    known = {"i": STRING, "t": {"const": "a"}, "w": {"type": "string", "format": "date-time"}}
    properties = {**known, "n": {"type": "integer"}, **more}
    document = responding(
        STRING, E={"type": "object", "required": list(properties), "properties": properties}
    )
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/E"}}}
    document["webhooks"] = {"a": {"post": {"requestBody": {"content": content}, "responses": {}}}}
    return document


WEBHOOKS = '[webhooks]\nsignature = "S"\ntype = "t"\nid = "i"\ntime = "w"\nattempt = "n"'


def pushing_twice() -> dict[str, Any]:
    document = pushing()
    document["components"]["schemas"]["F"] = document["components"]["schemas"]["E"]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/F"}}}
    document["webhooks"]["b"] = {"post": {"requestBody": {"content": content}, "responses": {}}}
    return document


@pytest.mark.parametrize(
    ("document", "settings", "said"),
    [
        (least(), WEBHOOKS, "webhooks: the contract has no webhooks"),
        (pushing_twice(), WEBHOOKS, "#/webhooks: E and F have the same type a; change one"),
        (
            pushing(),
            WEBHOOKS.replace('id = "i"', 'name = "i"'),
            "expected type, id, time, attempt, signature",
        ),
        (
            pushing(),
            WEBHOOKS.replace('id = "i"', 'id = "x"'),
            "expected an object with the required property x",
        ),
        (pushing(), f'{WEBHOOKS}\nalgorithm = "F"', "webhooks.algorithm: the reference .*/F' points to noth"),
        (pushing(t=STRING), WEBHOOKS, "schema E, property t: expected a const, the type of this event"),
        (pushing(age=STRING), WEBHOOKS, "schema E: a property age would hide a member of all events"),
        (
            {**pushing(), "webhooks": {"a": {"post": {"requestBody": {"content": {}}}}}},
            WEBHOOKS,
            "webhook a: expected a JSON body whose schema is a reference to a component",
        ),
    ],
)
def test_events_that_do_not_fit_are_refused(
    tmp_path: Path, document: dict[str, Any], settings: str, said: str
) -> None:
    with pytest.raises(GenerationError, match=said):
        make(tmp_path, document, f"{LEAST_CONFIG}\n{settings}")


def test_final_values_are_values_of_the_list(tmp_path: Path) -> None:
    status = {"type": "string", "x-possible-values": ["A"], "x-final-values": ["B"]}
    schema = {"type": "object", "properties": {"s": {"$ref": "#/components/schemas/Status"}}}
    with pytest.raises(
        GenerationError, match="schema Status: expected x-success-values to be some of x-final-values"
    ):
        make(tmp_path, responding(schema, Status=status))


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "integer", "default": "3"}, "is not of the type integer"),
        ({"type": "integer", "default": True}, "is not of the type integer"),
        ({"type": "string", "default": None}, "is null, which the type forbids"),
        ({"type": "number", "minimum": 1, "default": 0.5}, "is less than the minimum 1"),
        ({"type": "number", "exclusiveMinimum": 1, "default": 1}, "is not above 1"),
        ({"type": "string", "maxLength": 2, "default": "abc"}, "has 3 characters, not 0 to 2"),
        ({"type": "string", "pattern": "^a$", "default": "b"}, "does not match ^a$"),
        ({"type": "string", "enum": ["a"], "default": "b"}, "is not one of a"),
        ({"type": "string", "format": "date", "default": "2024-13-01"}, "is not of the format date"),
        ({"type": "string", "format": "decimal", "default": "a"}, "is not of the format decimal"),
        ({"$ref": "#/components/schemas/Word", "default": "b"}, "is not one of a"),
    ],
)
def test_a_default_that_breaks_every_call_is_refused(
    tmp_path: Path, schema: dict[str, Any], problem: str
) -> None:
    document = parameter(schema=schema)
    document["components"] = {"schemas": {"Word": {"type": "string", "enum": ["a"]}}}
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert f"GET /ping/parameters/0/schema: the default {schema['default']!r} {problem}" in str(caught.value)


def test_a_parameter_that_the_schema_of_its_group_lacks_is_an_argument_of_its_own(tmp_path: Path) -> None:
    document = parameter(name="filter.colour")
    document["paths"]["/ping"]["get"]["parameters"].append(
        {"name": "filter.a", "in": "query", "schema": STRING}
    )
    document["components"] = {"schemas": {"Filter": OBJECT}}
    output = make(tmp_path, document, f'{LEAST_CONFIG}\n[groups]\nfilter = "Filter"')
    text = (output / "least_client" / "_api_default.py").read_text(encoding="utf-8")
    assert " colour: str | None = None" in text
    assert "filter: Filter | FilterDict | None = None" in text


def test_all_reasons_are_given_at_once(tmp_path: Path) -> None:
    properties = {"m": {"type": "integer", "contains": {}, "not": STRING}, "n": {"enum": ["a", 1]}}
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, responding({"type": "object", "properties": properties}))
    place = "GET /ping/responses/200/content/application/json/schema/properties"
    cure = "remove it, and describe the rule in words"
    assert str(caught.value).splitlines() == [
        f"{place}/m: the keyword 'contains' is not supported; {cure}",
        f"{place}/m: the keyword 'not' is not supported; {cure}",
        f"{place}/n: only an enum of strings, or of integers, is supported; use values of one type",
    ]


def test_the_reasons_of_all_steps_are_given(tmp_path: Path) -> None:
    document = responding({"type": "object", "properties": {"m": {"not": STRING}, "n": {"enum": [True]}}})
    document["paths"]["/pong"] = parameter("cookie")["paths"]["/ping"]
    document["security"] = [{"a": []}]
    document["components"]["securitySchemes"] = {"a": {"type": "mutualTLS"}}
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    text = str(caught.value)
    assert [said in text for said in ("securitySchemes/a", "keyword 'not'", "in cookie")] == [True] * 3


def test_the_reasons_of_all_operations_are_given(tmp_path: Path) -> None:
    document = parameter("cookie")
    document["paths"]["/pong"] = parameter(style="spaceDelimited")["paths"]["/ping"]
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert [line.partition(",")[0] for line in str(caught.value).splitlines()] == ["GET /ping", "GET /pong"]
