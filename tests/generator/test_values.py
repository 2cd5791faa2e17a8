"""Values and bounds in the contract: kept exactly, or refused where no value could meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GenerationError
from tests.generator.server import library
from tests.generator.support import imported, least, make, responding

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

STRING: Json = {"type": "string"}


def taking(schema: Json) -> Json:
    """The smallest contract, with a body of this schema."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = least(operationId="put", requestBody=body)
    document["paths"]["/ping"] = {"post": document["paths"]["/ping"]["get"]}
    return document


def member(schema: Json) -> Json:
    return taking({"type": "object", "properties": {"v": schema}})


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string", "const": 1}, "the value 1 is not of the type string; write it in quotes"),
        ({"type": "string", "enum": [1, 2]}, "the value 2 is not of the type string; write it in quotes"),
        (
            {"type": "string", "enum": ["a", "bb"], "maxLength": 1},
            "the value 'bb' has 2 characters, not",
        ),
        (
            {"type": "integer", "minimum": 2, "maximum": 1},
            "minimum 2 is more than maximum 1, so that",
        ),
        ({"type": "string", "minLength": 2, "maxLength": 1}, "minLength 2 is more than maxLength 1, so that"),
        ({"maxLength": 1}, "maxLength without a type is not supported; add the type"),
        ({"items": STRING}, "items without a type is not supported; add the type"),
        ({"const": 2**63}, "the value 9223372036854775808 has more than 64 bits, which type checkers"),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            "it is nullable, but null is not one of its enum; add null there, or remove nullable",
        ),
        ({"type": []}, "the list of types is empty; name one, or remove it"),
        ({"x-possible-values": "ab"}, "x-possible-values: expected a list"),
        ({"enum": ["a", "b"], "x-enum-varnames": ["A"]}, "x-enum-varnames: expected another"),
        (
            {"enum": ["a", "b"], "x-enum-varnames": ["A", "A"]},
            "x-enum-varnames: expected another",
        ),
        ({"enum": ["a"], "x-enum-varnames": ["of"]}, "x-enum-varnames: expected another"),
        ({"enum": ["a"], "x-enum-varnames": ["None"]}, "x-enum-varnames: expected another"),
    ],
)
def test_what_nothing_can_meet_is_refused(tmp_path: Path, schema: Json, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, member(schema))
    place = "POST /ping/requestBody/content/application/json/schema/properties/v"
    assert f"{place}: {said}" in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (
            {"type": "object", "additionalProperties": False},
            "property v: an object that is always empty",
        ),
        ({"enum": [None]}, "property v: null alone is not supported"),
        ({"type": ["string", "null"], "const": None}, "property v: null alone is not supported"),
    ],
)
def test_what_holds_nothing_is_refused(tmp_path: Path, schema: Json, said: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, member(schema))
    assert said in str(caught.value)


def test_a_required_argument_that_is_no_property_is_refused(tmp_path: Path) -> None:
    document = taking({"type": "object", "required": ["lost"], "properties": {"a": STRING}})
    with pytest.raises(GenerationError, match="POST /ping, body: lost is required, but not a property"):
        make(tmp_path, document)


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"type": "integer", "maximum": 2**63 - 1}, 2**63 - 1, 2**63),
        ({"type": "integer", "maximum": 2**53 + 1}, 2**53 + 1, 2**53 + 2),
        ({"type": "array", "items": STRING, "maxItems": 0}, [], ["a"]),
        ({"type": ["string"], "maxLength": 1}, "a", "ab"),
    ],
)
def test_a_bound_is_exact(tmp_path: Path, schema: Json, accepted: object, refused: object) -> None:
    with imported(make(tmp_path, member(schema))) as package, library(200, "pong") as (url, server):
        put = package.Least(base_url=url).default.put
        with pytest.raises(package.ArgumentError):
            put(v=refused)
        put(v=accepted)
        assert len(server.noted) == 1


def test_a_constant_may_be_written_as_another_number(tmp_path: Path) -> None:
    known = {"type": "object", "required": ["v"], "properties": {"v": {"type": "number", "const": 1}}}
    with imported(make(tmp_path, responding(known))) as package:
        for body, fits in ((b'{"v": 1}', True), (b'{"v": 1.0}', True), (b'{"v": true}', False)):
            with library(200, body) as (url, _):
                get = package.Least(base_url=url).default.get_ping
                if fits:
                    assert repr(get().v) == "1"
                else:
                    with pytest.raises(package.ProtocolError):
                        get()
