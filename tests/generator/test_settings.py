"""Settings and additional methods name parts of the contract; what names nothing is refused."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from callr_sms_client import webhooks
from generator.config import CLIENT, load_config
from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document
from generator.plan.events import ALGORITHMS
from openapi.document import CONTRACT, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Json = dict[str, Any]

SETTINGS = load_config(CLIENT)


def rename(path: str, method: str, name: str) -> Callable[[Json], None]:
    def edit(document: Json) -> None:
        document["paths"][path][method]["operationId"] = name

    return edit


def rename_tag(document: Json) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            operation["tags"] = ["Messages"]


def parameter(*, required: bool) -> Callable[[Json], None]:
    def edit(document: Json) -> None:
        one = {"name": "limit", "in": "query", "required": required, "schema": {"type": "integer"}}
        document["paths"]["/sms"]["get"]["parameters"].insert(0, one)

    return edit


def without(name: str) -> Callable[[Json], None]:
    def edit(document: Json) -> None:
        schema = document["components"]["schemas"]["SMS"]
        del schema["properties"][name]
        schema["required"].remove(name)

    return edit


def optional(schema: str, name: str) -> Callable[[Json], None]:
    def edit(document: Json) -> None:
        document["components"]["schemas"][schema]["required"].remove(name)

    return edit


def lower_case(document: Json) -> None:
    document["components"]["schemas"]["Direction"] = {"type": "string", "enum": ["in", "out"]}


def put_schema(name: str, schema: Json) -> Callable[[Json], None]:
    def edit(document: Json) -> None:
        document["components"]["schemas"][name] = schema

    return edit


def envelope(schema: Json) -> Json:
    properties = {"status": {"$ref": "#/components/schemas/SuccessWord"}, "data": schema}
    return {"type": "object", "required": ["status", "data"], "properties": properties}


def api_key(document: Json) -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    document["components"]["securitySchemes"]["basicAuth"] = scheme


@pytest.fixture(scope="module")
def contract() -> Json:
    return load(CONTRACT)


def written(document: Json, edit: Callable[[Json], None], folder: Path) -> str:
    changed = copy.deepcopy(document)
    edit(changed)
    package = generate_document(Document(changed, ""), SETTINGS, folder / "client")
    return (package / "_api_sms.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (without("parts"), "needs.Sms: there is no parts; adapt what uses it"),
        (optional("SMS", "status"), r"needs.Sms: status is a Status \| None, expected Status; adapt"),
        (lower_case, "needs.Direction: the enum has no IN, OUT; adapt"),
        (put_schema("Hash", {"type": "integer"}), r"needs.getSms: hash is a int, expected str; adapt"),
        (
            put_schema("HashEnvelope", envelope({"type": "object", "properties": {"a": {"type": "string"}}})),
            r"needs.sendSms: result is a HashEnvelopeData \(of 200\), expected str; adapt",
        ),
        (
            optional("Error", "message"),
            "response 400: expected an error that requires data.message, of type string; list message under",
        ),
        (
            optional("ErrorEnvelope", "data"),
            "response 400: expected an error that requires data.code, of type integer; list data",
        ),
        (api_key, "needs.credentials: the client takes api_key; adapt"),
        (rename_tag, "helpers: the contract has no tag sms; its tags are messages"),
        (rename("/sms", "post", "createSms"), "counted: the contract has no operation sendSms"),
        (rename("/sms/{hash}", "get", "readSms"), "an additional method calls getSms"),
        (rename("/sms", "get", "findSms"), "rounded_up: the contract has no operation listSms"),
        (
            parameter(required=True),
            "GET /sms: an additional method of sms calls it .* it requires limit, too",
        ),
    ],
)
def test_a_name_that_the_contract_has_no_more_is_refused(
    tmp_path: Path, contract: Json, edit: Callable[[Json], None], said: str
) -> None:
    with pytest.raises(GenerationError, match=said):
        written(contract, edit, tmp_path)


def test_an_rfc_3339_datetime_is_not_rounded(tmp_path: Path, contract: Json) -> None:
    text = written(contract, put_schema("Datetime", {"type": "string", "format": "date-time"}), tmp_path)
    assert "round_up" not in text
    assert "_calls.QueryParameter('to', _rules.DATETIME" in text


def test_arguments_are_bound_by_name(tmp_path: Path, contract: Json) -> None:
    code = written(contract, parameter(required=False), tmp_path)
    assert code.count("_LIST_SMS.draft((None, type, from_, to))") == len(("sync", "async"))
    assert len(re.findall(r"attempt\(\s*_LIST_SMS, None, type, begin, end,", code)) == len(("sync", "async"))


def test_all_settings_that_name_nothing_are_named(tmp_path: Path, contract: Json) -> None:
    settings = replace(
        SETTINGS,
        operations=dict.fromkeys(("now", "older", "later", "before"), "x"),
        rounded_up=("listSms.until",),
        counted={"sendSms": {"text": "text", "options": "options", "encoding": "code"}},
        helpers={"calls": "helpers.callr.jinja"},
    )
    with pytest.raises(GenerationError) as caught:
        generate_document(Document(contract, ""), settings, tmp_path / "client")
    assert str(caught.value).splitlines() == [
        *(
            f"operations: the contract has no operation {name}; correct the setting, or remove it"
            for name in ("before", "later", "now", "older")
        ),
        "rounded_up: the operation listSms has no parameter until",
        "helpers: the contract has no tag calls; its tags are sms",
        "counted.sendSms: text: the operation has no argument text",
        "counted.sendSms: encoding: options has no code",
    ]


def option(name: str, *others: str) -> Callable[[Json], None]:
    """An option in the query string that the object of the options does not have."""

    def edit(document: Json) -> None:
        nodes = document["paths"]["/sms/send"]["get"]["parameters"]
        nodes += [{"name": one, "in": "query", "schema": {"type": "string"}} for one in (name, *others)]

    return edit


@pytest.mark.parametrize(
    ("edit", "argument"),
    [
        (option("options.campaign"), "campaign"),
        (option("options.campaign", "campaign"), "options_campaign"),
        (option("options.body"), "options_body"),
        (option("options.timeout"), "options_timeout"),
        (option("other.campaign"), "other_campaign"),
    ],
)
def test_an_option_beside_its_group_has_a_plain_name(
    tmp_path: Path, contract: Json, edit: Callable[[Json], None], argument: str
) -> None:
    """That of the property, unless something else has it."""
    text = written(contract, edit, tmp_path)
    assert text.count(f" {argument}: str | None = None,") == 4


def test_a_result_that_may_be_none_is_another_one(tmp_path: Path, contract: Json) -> None:
    def edit(document: Json) -> None:
        document["paths"]["/sms"]["post"]["responses"]["204"] = {"description": "Accepted."}

    said = r"needs\.sendSms: result is a str \| None \(of 200, 204\), expected str; adapt what uses it"
    with pytest.raises(GenerationError, match=said):
        written(contract, edit, tmp_path)


@pytest.mark.parametrize(
    ("attribute", "operations", "said"),
    [
        ("messages", {}, "needs.sms: the contract has no enum or tag sms; adapt what uses it"),
        ("sms", {"sendSms": "create"}, "needs.sms: the tag has no method send; adapt what uses it"),
    ],
)
def test_a_method_that_the_command_line_calls_is_needed(
    tmp_path: Path, contract: Json, attribute: str, operations: dict[str, str], said: str
) -> None:
    """All other settings follow the new name."""
    settings = replace(SETTINGS, helpers={attribute: SETTINGS.helpers["sms"]}, operations=operations)
    changed = copy.deepcopy(contract)
    if attribute == "messages":
        rename_tag(changed)
    with pytest.raises(GenerationError) as caught:
        generate_document(Document(changed, ""), settings, tmp_path / "client")
    assert [line.partition(" (")[0] for line in str(caught.value).splitlines()] == [said]


def test_a_property_that_may_be_none_by_the_settings_does_not_have_to(tmp_path: Path, contract: Json) -> None:
    def edit(document: Json) -> None:
        document["components"]["schemas"]["SMS.OptionsAsSent"]["type"] = "object"

    assert "def wait_until_final" in written(contract, edit, tmp_path)


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"enum": ["SHA256", "SHA384", "SHA3"]}, "SHA384, SHA3"),
        ({"const": "SHA1"}, "SHA1"),
        ({}, "others, as no enum limits them"),
    ],
)
def test_algorithms_that_the_client_cannot_verify_are_named(
    tmp_path: Path, contract: Json, schema: Json, found: str
) -> None:
    said = f"HmacAlgo: the client verifies signatures by MD5, SHA256, SHA512, but the contract has {found}; "
    with pytest.raises(GenerationError, match=said):
        written(contract, put_schema("HmacAlgo", {"type": "string", **schema}), tmp_path)


def test_the_generator_knows_the_algorithms_of_the_client() -> None:
    assert get_args(webhooks.Algorithm) == ALGORITHMS
