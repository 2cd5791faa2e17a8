"""No harmless edit is called breaking, and each asks for the right version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.diff.compare import compare_contracts
from generator.diff.contract import read_contract
from generator.diff.versions import Bump
from tests.generator.contracts import (
    GET,
    LIST,
    QUERY,
    REQUEST,
    SCHEMAS,
    SEND,
    SMS,
    append,
    base,
    both,
    comparison,
    edited,
    put,
    without,
)
from tests.generator.support import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generator.contracts import Edit

EXAMPLE = {"summary": "Another number", "value": "+32470123456"}
OPERATION = {
    "operationId": "countSms",
    "tags": ["SMS"],
    "summary": "Count the SMS",
    "x-callr-safe": True,
    "responses": {
        "200": {
            "description": "It.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HashEnvelope"}}},
        }
    },
}

WEBHOOK = {
    "post": {
        "operationId": "onSmsLost",
        "tags": ["Webhooks"],
        "x-callr-safe": True,
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StatusUpdateEvent"}}}
        },
        "responses": {"200": {"description": "Taken."}},
    }
}

EDITS: dict[str, tuple[Edit, Bump]] = {
    "nothing": (lambda _document: None, Bump.NONE),
    "another version": (put("/info/version", "3.0.0"), Bump.NONE),
    # Prose
    "description of an operation": (put(f"{SEND}/description", "Sends."), Bump.PATCH),
    "description of the document": (put("/info/description", "Sends."), Bump.PATCH),
    "description of a property": (put(f"{SMS}/properties/text/description", "What it says."), Bump.PATCH),
    "title of the document": (put("/info/title", "SMS"), Bump.PATCH),
    "example changed": (put("/components/examples/RecipientFrench/value", "+33712345678"), Bump.PATCH),
    "value inside an example": (put("/components/examples/Accepted/value/data", "8242D946"), Bump.PATCH),
    "example added": (put(f"{QUERY}/parameters/0/examples/belgian", EXAMPLE), Bump.PATCH),
    "example of a schema": (put(f"{SCHEMAS}/Money/examples", ["8.10"]), Bump.PATCH),
    "open question": (append("/info/x-callr-unknown", {"name": "when", "description": "When?"}), Bump.PATCH),
    "no open questions": (put("/info/x-callr-unknown", ...), Bump.PATCH),
    "provenance": (append(f"{SCHEMAS}/Money/x-provenance", "seed"), Bump.PATCH),
    "rule with another description": (
        put(f"{LIST}/x-callr-rules/0/description", "400 when late."),
        Bump.PATCH,
    ),
    "tag described": (append("/tags", {"name": "More", "description": "More."}), Bump.PATCH),
    "unused component": (put(f"{SCHEMAS}/Left", {"type": "string", "maxLength": 1}), Bump.PATCH),
    # Additions
    "operation added": (put("/paths/~1sms~1count", {"get": OPERATION}), Bump.MINOR),
    "option added, in the query alone": (
        append(
            f"{QUERY}/parameters",
            {"name": "options.campaign", "in": "query", "schema": {"type": "string", "maxLength": 9}},
        ),
        Bump.MINOR,
    ),
    "optional parameter added": (
        append(
            f"{LIST}/parameters",
            {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "maximum": 9}},
        ),
        Bump.MINOR,
    ),
    "optional property of a request added": (
        put(f"{REQUEST}/properties/reference", {"type": "string", "maxLength": 9}),
        Bump.MINOR,
    ),
    "option added, in the body and in the query": (
        both(
            put(f"{SCHEMAS}/SMS.Options/properties/campaign", {"type": "string", "maxLength": 9}),
            append(
                f"{QUERY}/parameters",
                {"name": "options.campaign", "in": "query", "schema": {"type": "string", "maxLength": 9}},
            ),
        ),
        Bump.MINOR,
    ),
    "property of a response added": (
        put(f"{SMS}/properties/price", {"type": "string", "maxLength": 9}),
        Bump.MINOR,
    ),
    "property of a response always there": (
        put(f"{SCHEMAS}/SMS.OptionsAsSent.Webhook/required", ["endpoint", "hmac_algo"]),
        Bump.MINOR,
    ),
    "status of a response added": (
        put(f"{GET}/responses/429", {"$ref": "#/components/responses/ServerError"}),
        Bump.MINOR,
    ),
    "known status added": (append(f"{SCHEMAS}/Status/x-possible-values", "LOST"), Bump.MINOR),
    "header of a response added": (
        put(f"{GET}/responses/200/headers", {"Cache-Control": {"$ref": "#/components/headers/CacheControl"}}),
        Bump.MINOR,
    ),
    "server added": (append("/servers", {"url": "https://eu.callr.com/rest/v1.1"}), Bump.MINOR),
    "server described": (put("/servers/1/description", "Yours."), Bump.PATCH),
    "values in another order": (put(f"{SCHEMAS}/Direction/enum", ["OUT", "IN"]), Bump.MINOR),
    "required properties in another order": (put(f"{REQUEST}/required", ["body", "to"]), Bump.MINOR),
    "object of a response that is never null": (
        put(f"{SCHEMAS}/SMS.OptionsAsSent/type", "object"),
        Bump.MINOR,
    ),
    "webhook added": (put("/webhooks/sms-lost", WEBHOOK), Bump.MINOR),
    "known final status added": (
        both(
            append(f"{SCHEMAS}/Status/x-possible-values", "LOST"),
            append(f"{SCHEMAS}/Status/x-final-values", "LOST"),
        ),
        Bump.MINOR,
    ),
    "repetition became safe": (put(f"{SEND}/x-callr-safe", to=True), Bump.MINOR),
    "rule that promises added": (
        append(f"{LIST}/x-callr-rules", {"name": "quick", "description": "It is quick."}),
        Bump.MINOR,
    ),
    "operation deprecated": (put(f"{QUERY}/deprecated", to=True), Bump.MINOR),
    "a length next to the values": (put(f"{SCHEMAS}/HmacAlgo/maxLength", 6), Bump.PATCH),
    "a pattern that the format implies": (put(f"{SCHEMAS}/Datetime/pattern", "^[0-9: -]+$"), Bump.PATCH),
    "a pattern that a format with the zero datetime implies": (
        put(f"{SCHEMAS}/DatetimeOrZero/pattern", "^[0-9: -]+$"),
        Bump.PATCH,
    ),
    # What is sent has more room, what is read has less
    "maximum length raised in requests": (put(f"{SCHEMAS}/PhoneNumber/maxLength", 20), Bump.MINOR),
    "parameter no longer required": (put(f"{LIST}/parameters/0/required", to=False), Bump.MINOR),
    "property of a request no longer required": (without(f"{REQUEST}/required", "body"), Bump.MINOR),
    "shorter texts in responses": (put(f"{SMS}/properties/status_error/maxLength", 512), Bump.MINOR),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_harmless_edit_is_not_called_breaking(edit: str, tmp_path: Path) -> None:
    change, bump = EDITS[edit]
    found = comparison(tmp_path, change)
    assert [one for one in found.changes if one.breaks or one.bump is Bump.MAJOR] == []
    assert found.bump is bump
    assert found.needed == found.base.version.raised(bump)


def test_another_spelling_of_the_same_is_no_change(tmp_path: Path) -> None:
    """JSON without a comment or an anchor."""
    path = edited(tmp_path).path
    assert compare_contracts(base(), read_contract(path), CONFIG).changes == []
