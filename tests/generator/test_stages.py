"""What settings, additional methods and extensions need of the contract: all reasons are given at once."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from callr_sms_client import segments
from generator.config import CLIENT, load_config
from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document
from generator.plan.operations import COUNTED
from openapi.document import CONTRACT, load
from tests.generator.contracts import REQUEST, SCHEMAS, append, both, put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generator.contracts import Edit

    Json = dict[str, Any]

SETTINGS = load_config(CLIENT)
STATUS = f"{SCHEMAS}/Status"


@pytest.fixture(scope="module")
def contract() -> Json:
    return load(CONTRACT)


def refusal(contract: Json, folder: Path, *edits: Edit, needs: Json | None = None) -> list[str]:
    document = copy.deepcopy(contract)
    both(*edits)(document)
    settings = replace(SETTINGS, needs={**SETTINGS.needs, **(needs or {})})
    with pytest.raises(GenerationError) as caught:
        generate_document(Document(document, ""), settings, folder / "client")
    return str(caught.value).splitlines()


def without_status(document: Json) -> None:
    sms = document["components"]["schemas"]["SMS"]
    del sms["properties"]["status"]
    sms["required"].remove("status")


def test_settings_needs_and_additional_methods_are_reported_together(tmp_path: Path, contract: Json) -> None:
    lines = refusal(
        contract,
        tmp_path,
        put("/paths/~1sms~1send", ...),
        put(f"{SCHEMAS}/Nature/enum", ["a", "b"]),
        without_status,
        put("/paths/~1sms~1{hash}/get/parameters/0/name", "hash"),
    )
    assert [line.partition(":")[0] for line in lines] == [
        "counted",
        "needs.Nature",
        "needs.Sms",
        "GET /sms/{hash}",
    ]
    assert all("; " in line for line in lines)
    assert not (tmp_path / "client").exists()


def test_all_that_additional_methods_lack_is_reported(tmp_path: Path, contract: Json) -> None:
    limit = {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer"}}

    def edit(document: Json) -> None:
        document["paths"]["/sms"]["get"]["parameters"].append(limit)

    lines = refusal(contract, tmp_path, edit, without_status)
    assert [
        line for line in lines if "GET /sms: an additional method of sms calls it with type, from, to" in line
    ]
    assert [
        line for line in lines if "GET /sms/{hash}: an additional method needs status of its result" in line
    ]


def test_what_is_needed_is_reported_next_to_credentials_that_are_not_supported(
    tmp_path: Path, contract: Json
) -> None:
    scheme = put("/components/securitySchemes/basicAuth", {"type": "mutualTLS"})
    lines = refusal(contract, tmp_path, scheme, put(f"{SCHEMAS}/Nature/enum", ["a", "b"]))
    assert [line.partition(":")[0] for line in lines] == [
        "#/components/securitySchemes/basicAuth",
        "needs.Nature",
    ]


def test_the_encodings_that_are_counted_are_those_of_segments() -> None:
    assert get_args(segments.Encoding) == COUNTED


@pytest.mark.parametrize("values", [["gsm", "unicode", None], ["GSM", "UNICODE", "UCS2", None]])
def test_parts_are_counted_by_known_encodings(tmp_path: Path, contract: Json, values: list[str]) -> None:
    """Also where the settings follow the contract."""
    lines = refusal(
        contract, tmp_path, put(f"{SCHEMAS}/ForceEncoding/enum", values), needs={"ForceEncoding": values[:-1]}
    )
    said = (
        "encoding: the values of options.force_encoding are not GSM and UNICODE, which `segments` counts by; "
    )
    cure = "adapt both, or remove the setting"
    assert lines == [f"counted.{name}: {said}{cure}" for name in ("sendSms", "sendSmsByQuery")]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            put(f"{STATUS}/x-success-values", ...),
            "schema Status: x-final-values without x-success-values: list",
        ),
        (
            both(put(f"{STATUS}/x-final-values", ...), put(f"{STATUS}/x-success-values", ...)),
            "GET /sms/{hash}: an additional method needs x-final-values of status of its result",
        ),
        (
            put(f"{STATUS}/x-final-values", [["RECEIVED"]]),
            "/Status: x-final-values: expected a list of values",
        ),
        (
            put(f"{STATUS}/x-final-values", None),
            "/Status: x-final-values: expected a list of values; correct it",
        ),
        (put(f"{STATUS}/x-succes-values", []), "/Status: x-succes-values: write x-success-values, or a name"),
        (put(f"{SCHEMAS}/HmacSecret/x-secret", "false"), "/HmacSecret: x-secret: expected true or false"),
        (put(f"{SCHEMAS}/HmacSecret/x-secrets", True), "/HmacSecret: x-secrets: write x-secret, or a name"),  # noqa: FBT003 - JSON
        (
            both(put(f"{SCHEMAS}/SMS.Options/type", "object"), append(f"{REQUEST}/required", "options")),
            "needs.sendSms: options is a SmsOptions, expected SmsOptions | None; adapt what uses it",
        ),
        (
            put(f"{SCHEMAS}/SMS.Options/required", ["nature"]),
            "needs.SmsOptions: nature is a Nature, expected Nature | None; adapt what uses it",
        ),
        (
            put("/paths/~1sms/get/operationId", "str"),
            "GET /sms: its method str would hide a type from the additional methods of sms; set another name",
        ),
    ],
)
def test_what_extensions_and_names_break_is_refused(
    tmp_path: Path, contract: Json, edit: Edit, said: str
) -> None:
    assert [line for line in refusal(contract, tmp_path, edit) if said in line]
