"""What is sent is as the contract says, or nothing is sent: text of formats, lists, values of any type."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from generator.errors import GenerationError
from generator.parser import load_document
from tests.generator.server import library
from tests.generator.support import imported, least, make, taking

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

STRING: Json = {"type": "string"}
QUERY: Json = {"name": "x", "in": "query", "schema": STRING}
NULLABLE: Json = {"type": ["string", "null"]}
FRACTION = datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


def query(**schema: object) -> Json:
    return {**QUERY, "schema": schema}


def sent(folder: Path, parameter: Json, value: object) -> str:
    """Return the target of the request that carries a value; `ArgumentError` when it was refused."""
    document = taking(parameter)
    document["paths"]["/ping"]["get"]["operationId"] = "get"
    with imported(make(folder, document)) as package, library(200, "pong") as (url, server):
        try:
            package.Least(base_url=url).default.get(x=value)
        except package.ArgumentError as caught:
            assert server.noted == []
            return f"ArgumentError: {caught}"
        return server.noted[0][1]


@pytest.mark.parametrize(
    ("schema", "good", "wrong"),
    [
        ({"format": "date-time", "pattern": r":\d\dZ$"}, FRACTION.replace(microsecond=0), FRACTION),
        ({"format": "date-time", "maxLength": 20}, FRACTION.replace(microsecond=0), FRACTION),
        ({"format": "date", "pattern": "^20"}, date(2024, 1, 1), date(1999, 1, 1)),
        ({"format": "uuid", "pattern": "^0"}, UUID(int=1), UUID(int=2**127)),
    ],
)
def test_the_text_of_a_format_keeps_its_bounds(
    tmp_path: Path, schema: Json, good: object, wrong: object
) -> None:
    for name, value, said in (
        ("good", good, "/v2/ping?x="),
        ("wrong", wrong, "ArgumentError: default.get: x: "),
    ):
        (tmp_path / name).mkdir()
        assert sent(tmp_path / name, query(type="string", **schema), value).startswith(said)


def test_bounds_that_a_format_keeps_anyway_cost_nothing(tmp_path: Path) -> None:
    output = make(tmp_path, taking(query(type="string", format="date-time", minLength=20, maxLength=32)))
    assert "Written(" not in (output / "least_client" / "_api_default.py").read_text(encoding="utf-8")


def test_an_empty_list_that_is_joined_is_left_out(tmp_path: Path) -> None:
    assert sent(tmp_path, {**query(type="array", items=STRING), "explode": False}, []) == "/v2/ping"


@pytest.mark.parametrize(
    ("schema", "value"),
    [({}, {"a": 1}), ({}, [["a"]]), ({"type": "array"}, [None]), ({"type": "array"}, [{"a": 1}])],
)
def test_a_value_without_a_text_is_refused(tmp_path: Path, schema: Json, value: object) -> None:
    assert "expected a str, a number or a boolean" in sent(tmp_path, query(**schema), value)


@pytest.mark.parametrize("value", [10**30, 10**30 + 1])
def test_a_multiple_is_exact_whatever_its_size(tmp_path: Path, value: int) -> None:
    target = sent(tmp_path, query(type="integer", multipleOf=5), value)
    assert target.startswith("/v2/ping?x=1000") == (value % 5 == 0)


@pytest.mark.parametrize(("value", "differ"), [([1, True], True), ([[0], [False]], True), ([{}, {}], False)])
def test_items_differ_as_in_json(tmp_path: Path, value: list[object], *, differ: bool) -> None:
    schema = {"type": "array", "uniqueItems": True}
    document = posting("application/json", a=schema)
    document["paths"]["/ping"]["post"]["operationId"] = "put"
    with imported(make(tmp_path, document)) as package, library(200, "pong") as (url, server):
        with nullcontext() if differ else pytest.raises(package.ArgumentError, match="items that differ"):
            package.Least(base_url=url).default.put(a=value)
        assert bool(server.noted) == differ


def posting(media_type: str, **properties: Json) -> Json:
    schema = {"type": "object", "required": [*properties], "properties": properties}
    document = least(requestBody={"required": True, "content": {media_type: {"schema": schema}}})
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    return document


def with_method(method: str, document: Json) -> Json:
    document["paths"]["/ping"] = {method: next(iter(document["paths"]["/ping"].values()))}
    return document


def with_key(name: str, document: Json) -> Json:
    scheme = {"type": "apiKey", "in": "header", "name": name}
    return {**document, "security": [{"k": []}], "components": {"securitySchemes": {"k": scheme}}}


FORM = "application/x-www-form-urlencoded"
REFUSED: dict[str, tuple[Json, str]] = {
    "null": (
        taking({**QUERY, "required": True, "schema": NULLABLE}),
        "it is required, but null cannot be sent",
    ),
    "null of a form": (posting(FORM, a=NULLABLE), "property a: it is required, but null cannot be sent here"),
    "any in a form": (posting(FORM, a={"type": "array"}), "property a: an object in a form is not supported"),
    "framing": (taking({**QUERY, "in": "header", "name": "Transfer-Encoding"}), "sets this header itself"),
    "no token": (
        taking({**QUERY, "in": "header", "name": "X A: b"}),
        "parameter X A: b: a header has a name of",
    ),
    "key": (
        with_key("X-Key", taking({**QUERY, "in": "header", "name": "x-key"})),
        "parameter x-key: the client sets this header itself",
    ),
    "key in Host": (with_key("Host", least()), "the name 'Host' is not one of a header for a key"),
    "TRACE": (with_method("trace", posting("application/json", a=STRING)), "a TRACE has no body"),
    "line break": (
        taking(query(type="string", pattern="^a+$\n")),
        "parameter x: the pattern ^a+$ ends with a line",
    ),
    "odd name": (taking({**QUERY, "in": "path", "required": True}, "/{x.y}"), "{x.y} is no name of letters"),
    "same name": (
        taking({**QUERY, "in": "path", "required": True}, "/{x}/{x}"),
        "{x} stands twice; give each",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_sent_is_refused(tmp_path: Path, name: str) -> None:
    document, said = REFUSED[name]
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, document)
    assert said in str(caught.value)


def test_a_pair_of_surrogates_in_a_pattern_is_one_character(tmp_path: Path) -> None:
    schema = query(type="string", pattern=r"^[\ud83d\ude00-\uD83D\uDE4F]$")
    assert sent(tmp_path, schema, "\U0001f64f") == "/v2/ping?x=%F0%9F%99%8F"


def test_a_length_may_be_written_as_a_float(tmp_path: Path) -> None:
    contract = tmp_path / "contract.yaml"
    output = make(tmp_path, taking(query(type="string", maxLength=2.0)))
    assert load_document(contract).raw["paths"]
    assert "max_length=2)" in (output / "least_client" / "_api_default.py").read_text(encoding="utf-8")
