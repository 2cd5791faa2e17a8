"""Every breaking edit is found, with the right victims; it asks for a new major version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.diff.compare import compare_contracts
from generator.diff.ratings import Rating, rate_unseen
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
    both,
    comparison,
    edited,
    put,
    rename,
    rename_hash,
    rename_schema,
    rename_tag,
    without,
)
from tests.generator.support import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generator.contracts import Edit

PARAMETER = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
RULE = {"name": "at-night", "description": "A send at night is refused with 400.", "x-provenance": ["choice"]}

# The place of an edit from which no client can be generated until the contract or the settings follow.
NO_CLIENT = "callr_sms_client"

#: The edit, whom it breaks, and a place that is named.
EDITS: dict[str, tuple[Edit, set[str], str]] = {
    # Operations
    "operation removed": (put(LIST, ...), {"senders", "python"}, "listSms"),
    "path removed": (put("/paths/~1sms~1send", ...), {"senders", "python"}, "/sms/send"),
    "path renamed": (
        lambda document: document["paths"].update({"/send": document["paths"].pop("/sms/send")}),
        {"senders"},
        "/send",
    ),
    "operation renamed": (put(f"{GET}/operationId", "readSms"), {"python"}, "SmsApi.get"),
    "tag renamed": (rename_tag, {"python"}, "Callr.sms"),
    "server moved": (put("/servers/0/url", "https://api.callr.com/rest/v2"), {"senders"}, "servers"),
    "repetition no longer safe": (put(f"{LIST}/x-callr-safe", to=False), {"senders"}, "listSms"),
    "pattern that the format does not imply": (
        put(f"{SCHEMAS}/Datetime/pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z$"),
        {"senders", "readers"},
        "Datetime",
    ),
    "pattern of the values": (
        put(f"{SCHEMAS}/HmacAlgo/pattern", "^SHA[0-9]+$"),
        {"senders", "python"},
        "HmacAlgo",
    ),
    "rule of behaviour removed": (put(f"{LIST}/x-callr-rules/0", ...), {"senders", "readers"}, "listSms"),
    "rule that refuses added": (append(f"{SEND}/x-callr-rules", RULE), {"senders"}, "sendSms"),
    # Parameters
    "path parameter renamed": (rename_hash, {"python"}, NO_CLIENT),
    "query parameter removed": (put(f"{LIST}/parameters/0", ...), {"senders", "python"}, "listSms"),
    "query parameter renamed": (
        put(f"{LIST}/parameters/1/name", "since"),
        {"senders", "python"},
        NO_CLIENT,
    ),
    "parameter moved to a header": (put(f"{LIST}/parameters/0/in", "header"), {"senders"}, "listSms"),
    "required parameter added": (
        append(f"{LIST}/parameters", {**PARAMETER, "required": True}),
        {"senders", "python"},
        NO_CLIENT,
    ),
    "parameter became required": (
        put(f"{QUERY}/parameters/2/required", to=True),
        {"senders", "python"},
        "SmsApi.send_by_query(from_)",
    ),
    "property of an argument no longer a parameter": (
        put(f"{QUERY}/parameters/4", ...),
        {"senders", "python"},
        "sendSmsByQuery",
    ),
    # Requests
    "required property added": (
        both(
            put(f"{REQUEST}/properties/reference", {"type": "string", "maxLength": 9}),
            append(f"{REQUEST}/required", "reference"),
        ),
        {"senders", "python"},
        "SmsApi.send(reference)",
    ),
    "property became required": (
        append(f"{REQUEST}/required", "from"),
        {"senders", "python"},
        "SendSmsRequest",
    ),
    "property of a closed request removed": (
        put(f"{REQUEST}/properties/from", ...),
        {"senders", "python"},
        "SendSmsRequest.from",
    ),
    "property of a request renamed": (
        lambda document: document["components"]["schemas"]["SMS.Options.Webhook"]["properties"].update(
            {"url": document["components"]["schemas"]["SMS.Options.Webhook"]["properties"].pop("hmac_secret")}
        ),
        {"senders", "python"},
        "SMS.Options.Webhook.hmac_secret",
    ),
    "enum narrowed in requests": (
        put(f"{SCHEMAS}/HmacAlgo/enum", ["SHA256", "SHA512"]),
        {"senders", "python"},
        "HmacAlgo.MD5",
    ),
    "maximum length lowered": (put(f"{SCHEMAS}/PhoneNumber/maxLength", 12), {"senders"}, "PhoneNumber"),
    "minimum length raised": (put(f"{SCHEMAS}/PhoneNumber/minLength", 10), {"senders"}, "PhoneNumber"),
    "pattern tightened": (put(f"{SCHEMAS}/Sender/pattern", "^[A-Z]*$"), {"senders"}, "Sender"),
    "type narrowed": (
        put(f"{SCHEMAS}/SMS.Options/type", "object"),
        {"senders"},
        "SMS.Options",
    ),
    "default changed": (
        put(f"{REQUEST}/properties/from/default", "SMS"),
        {"senders", "python"},
        "SendSmsRequest.from",
    ),
    "default changed that no signature shows": (
        put(f"{SCHEMAS}/HmacAlgo/default", "SHA512"),
        {"senders"},
        "HmacAlgo",
    ),
    "request in another media type": (
        lambda document: (
            document["paths"]["/sms"]["post"]["requestBody"]["content"].update(
                {"application/vnd.callr+json": {"schema": {"$ref": "#/components/schemas/SendSmsRequest"}}}
            )
            or document["paths"]["/sms"]["post"]["requestBody"]["content"].pop("application/json")
        ),
        {"senders"},
        "sendSms",
    ),
    "property no longer sent": (
        put(f"{REQUEST}/properties/from/readOnly", to=True),
        {"senders", "python"},
        "SendSmsRequest.from",
    ),
    # Answers
    "status removed": (put(f"{GET}/responses/404", ...), {"readers"}, "getSms"),
    "success under another status": (
        lambda document: document["paths"]["/sms"]["post"]["responses"].update(
            {"201": document["paths"]["/sms"]["post"]["responses"].pop("200")}
        ),
        {"readers"},
        "sendSms",
    ),
    "property of a response removed": (
        both(put(f"{SMS}/properties/network", ...), without(f"{SMS}/required", "network")),
        {"readers", "python"},
        "SMS.network",
    ),
    "property of a response may be missing": (
        without(f"{SMS}/required", "network"),
        {"readers", "python"},
        "Sms.network",
    ),
    "property of a response may be null": (
        put(f"{SMS}/properties/network/type", ["string", "null"]),
        {"readers", "python"},
        "SMS.network",
    ),
    "type of a response changed": (
        put(
            f"{SMS}/properties/network",
            {"type": "integer", "description": "The network.", "examples": [20801]},
        ),
        {"readers", "python"},
        "Sms.network",
    ),
    "format of a response changed": (
        put(f"{SMS}/properties/network/format", "decimal"),
        {"python"},
        "Sms.network",
    ),
    "enum widened in responses": (append(f"{SCHEMAS}/BillingMode/enum", "FREE"), {"readers"}, "BillingMode"),
    "known status gone": (
        both(
            without(f"{SCHEMAS}/Status/x-possible-values", "EXPIRED"),
            without(f"{SCHEMAS}/Status/x-final-values", "EXPIRED"),
        ),
        {"python"},
        "Status.EXPIRED",
    ),
    "longer texts in responses": (
        put(f"{SMS}/properties/status_error/maxLength", 4096),
        {"readers"},
        "SMS.status_error",
    ),
    "header of a response removed": (
        put("/components/responses/Unauthorized/headers", ...),
        {"readers"},
        "Unauthorized",
    ),
    "header of a response may be missing": (
        put("/components/headers/Allow/required", to=False),
        {"readers"},
        "Allow",
    ),
    "link removed": (put(f"{SEND}/responses/200/links", ...), {"readers"}, "sendSms"),
    "schema renamed": (rename_schema, {"python"}, "StatusChange"),
    # Security
    "another scheme": (
        put("/components/securitySchemes/basicAuth/scheme", "bearer"),
        {"senders", "python"},
        "basicAuth",
    ),
    # Webhooks: who uses the API reads them
    "webhook removed": (put("/webhooks/sms-mo", ...), {"readers", "python"}, "sms-mo"),
    "property of an event removed": (
        both(
            put(f"{SCHEMAS}/IncomingEvent/properties/try", ...),
            without(f"{SCHEMAS}/IncomingEvent/required", "try"),
        ),
        {"readers", "python"},
        "IncomingEvent.try",
    ),
    "header of an event removed": (
        put("/webhooks/sms-mo/post/parameters/1", ...),
        {"readers"},
        "onSmsMo",
    ),
    "header of an event renamed": (
        put("/components/parameters/SignatureHeader/name", "X-Signature"),
        {"readers"},
        "SignatureHeader",
    ),
    "webhook renamed": (rename("/webhooks", "sms-mo", "sms-in"), {"readers"}, "sms-in"),
    "event of another type": (
        put(f"{SCHEMAS}/IncomingEvent/properties/type/const", "sms.in"),
        {"readers", "python"},
        "IncomingEvent.type",
    ),
    # More than one side
    "status no longer final": (
        without(f"{SCHEMAS}/Status/x-final-values", "FAILED"),
        {"readers", "python"},
        "Status",
    ),
    "datetime in another format": (
        put(f"{SCHEMAS}/Datetime/format", "date-time"),
        {"senders", "readers"},
        "Datetime",
    ),
    "server gone": (put("/servers/0", ...), {"senders"}, "servers"),
    "method changed": (rename("/paths/~1sms", "post", "put"), {"senders"}, "sendSms"),
    "parameter written in another style": (
        put(f"{LIST}/parameters/0/style", "spaceDelimited"),
        {"senders", "python"},
        "listSms",
    ),
    "option that may not be null": (
        put(f"{SCHEMAS}/ForceEncoding/enum", ["GSM", "UNICODE"]),
        {"senders"},
        "ForceEncoding",
    ),
    "pattern added": (put(f"{SCHEMAS}/UserData/pattern", "^[a-z]*$"), {"senders"}, "UserData"),
    "object of a response that may be null": (
        put(f"{SCHEMAS}/StatusChange/type", ["object", "null"]),
        {"readers", "python"},
        "StatusChange",
    ),
    "format of an amount gone": (
        put(f"{SCHEMAS}/Money/format", ...),
        {"readers", "python"},
        "Money",
    ),
    "word of success changed": (put(f"{SCHEMAS}/SuccessWord/const", "ok"), {"readers"}, "SuccessWord"),
    "header of an event may be missing": (
        put("/components/parameters/EventIdHeader/required", to=False),
        {"readers"},
        "EventIdHeader",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_breaking_edit_is_found(edit: str, tmp_path: Path) -> None:
    change, victims, place = EDITS[edit]
    found = comparison(tmp_path, change)
    breaking = [one for one in found.changes if one.breaks]
    assert breaking
    assert {one.bump for one in breaking} == {Bump.MAJOR}
    assert {victim for one in breaking for victim in one.breaks} == victims
    assert place in {one.where for one in breaking}
    assert (str(found.needed), found.is_enough) == ("2.0.0", False)


def test_a_new_property_breaks_a_closed_response(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    closed = put(f"{SCHEMAS}/Error/additionalProperties", to=False)
    more = put(f"{SCHEMAS}/Error/properties/hint", {"type": "string", "maxLength": 9})
    found = compare_contracts(edited(tmp_path / "old", closed), edited(tmp_path, closed, more), CONFIG)
    assert [(one.where, one.rule, one.breaks) for one in found.changes if one.breaks] == [
        ("Error.hint", "closed-answer-extended", ("readers",))
    ]


@pytest.mark.parametrize("keyword", ["default", "const", "enum"])
def test_a_value_that_redocly_does_not_see(keyword: str) -> None:
    pointer = f"{SCHEMAS}/Left/{keyword}/deep"
    assert rate_unseen(pointer, frozenset({"readers"})) == Rating("value-changed", Bump.MAJOR, ("readers",))
    assert rate_unseen(pointer, frozenset()).bump is Bump.PATCH
    assert rate_unseen(f"/components/examples/A/{keyword}", frozenset({"readers"})).bump is Bump.PATCH


def test_there_are_more_than_the_known_kinds() -> None:
    assert len(EDITS) >= 22
