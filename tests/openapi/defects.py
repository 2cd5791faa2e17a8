"""Copies of the contract with one defect each."""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any

from openapi.document import at, load

if TYPE_CHECKING:
    from collections.abc import Iterable

LIST = "/paths/~1sms/get"
SEND = "/paths/~1sms/post"
QUERY_SEND = "/paths/~1sms~1send/get"
SMS = "/components/schemas/SMS"
SCHEMAS = "#/components/schemas"

#: The defects: the linter that must find it, the pointer of the place, and the new value of a property
#: there (`...` removes it).
SEEDED: dict[str, tuple[str, str, str, Any]] = {
    "a schema without provenance": ("provenance", SMS, "x-provenance", ...),
    "a property without provenance": ("provenance", f"{SMS}/properties/parts", "x-provenance", ...),
    "a parameter without provenance": ("provenance", f"{LIST}/parameters/0", "x-provenance", ...),
    "a header without provenance": ("provenance", "/components/headers/Allow", "x-provenance", ...),
    "a response without provenance": ("provenance", f"{LIST}/responses/200", "x-provenance", ...),
    "a scheme without provenance": (
        "provenance",
        "/components/securitySchemes/basicAuth",
        "x-provenance",
        ...,
    ),
    "a rule without provenance": ("provenance", f"{LIST}/x-callr-rules/0", "x-provenance", ...),
    "an empty provenance": ("provenance", SMS, "x-provenance", []),
    "an unknown value of provenance": ("provenance", SMS, "x-provenance", ["hearsay"]),
    "an operation not said to be safe": ("operations", LIST, "x-callr-safe", ...),
    "a webhook not said to be safe": (
        "operations",
        "/webhooks/sms-mo/post",
        "x-callr-safe",
        ...,
    ),
    "an undocumented status": ("operations", f"{LIST}/responses", "401", ...),
    "a repeated rule": ("rule-names", f"{LIST}/x-callr-rules/1", "name", "list-window-order"),
    "a rule name in another style": ("rule-names", f"{LIST}/x-callr-rules/1", "name", "listOrder"),
    "a rule without a description": ("descriptions", f"{LIST}/x-callr-rules/1", "description", ...),
    "a response without an example": (
        "named-examples",
        f"{LIST}/responses/200/content/application~1json",
        "examples",
        ...,
    ),
    "a wrong example": ("examples", "/components/examples/Accepted/value", "data", "8242d945"),
    "an example with a day that does not exist": (
        "examples",
        "/components/examples/WindowStart",
        "value",
        "2023-02-29 00:00:00",
    ),
    "an example with a last line feed": (
        "examples",
        "/components/examples/RecipientFrench",
        "value",
        "+33612345678\n",
    ),
    "an example of an event with a local date": (
        "examples",
        "/components/examples/Incoming/value",
        "event_at",
        "2024-03-19 18:02:11",
    ),
    "a wrong example of a schema": ("examples", "/components/schemas/Money", "examples", ["7,80"]),
    "a wrong default": ("examples", "/components/schemas/HmacAlgo", "default", "SHA1"),
    "a link to no operation": ("links", "/components/links/ReadSentSms", "operationId", "readSms"),
    "a link to no parameter": (
        "links",
        "/components/links/ReadSentSms",
        "parameters",
        {"id": "$response.body#/data"},
    ),
    "a runtime expression that finds nothing": (
        "links",
        "/components/links/ReadSentSms",
        "parameters",
        {"hash": "$response.body#/hash"},
    ),
    "a runtime expression that finds the wrong thing": (
        "links",
        "/components/links/ReadSentSms",
        "parameters",
        {"hash": "$response.body#/status"},
    ),
    "a misspelt keyword": ("keywords", f"{SMS}/properties/parts", "minimun", 1),
    "a misspelt format": ("keywords", "/components/schemas/Datetime", "format", "callr-datetme"),
    "a closed status": ("open-statuses", "/components/schemas/Status", "enum", ["SENT"]),
    "a status without its values": ("open-statuses", "/components/schemas/Status", "x-possible-values", ...),
    "no OpenAPI": ("openapi-spec-validator", "/info", "title", ...),
    "an operation without a summary": ("redocly", LIST, "summary", ...),
    "a switch that is not named as one": ("redocly", f"{QUERY_SEND}/parameters/5", "name", "options.blink"),
    "an unused component": ("redocly", "/components/schemas", "Left", {"type": "string", "maxLength": 1}),
    "a bad description": ("spectral", SMS, "description", "the SMS"),
    "a string without a limit": ("spectral", f"{SMS}/properties/network", "maxLength", ...),
    # What was missed once, and its like.
    "a reference to nothing": ("references", f"{LIST}/parameters/0/schema", "$ref", f"{SCHEMAS}/Nothing"),
    "a reference to another file": ("references", f"{LIST}/parameters/0/schema", "$ref", "other.yaml#/x"),
    "a reference to itself": (
        "references",
        "/components/schemas",
        "Hash",
        {"$ref": "#/components/schemas/Hash"},
    ),
    "a pattern that cannot be read": ("patterns", "/components/schemas/Hash", "pattern", "^[0-9A-Z{8}$"),
    "a provenance that is a string": ("provenance", SMS, "x-provenance", "seed"),
    "a repeated value of provenance": ("provenance", SMS, "x-provenance", ["seed", "seed"]),
    "a list as a value of provenance": ("provenance", SMS, "x-provenance", [["seed"]]),
    "a header of an event without provenance": (
        "provenance",
        "/components/parameters/PushUserAgent",
        "x-provenance",
        ...,
    ),
    "a misspelt extension of a property": (
        "extensions",
        f"{SMS}/properties/parts",
        "x-provenence",
        ["seed"],
    ),
    "a misspelt extension of an operation": ("extensions", LIST, "x-callr-rule", []),
    "a value of safe that is not a boolean": ("operations", SEND, "x-callr-safe", "false"),
    "a response without a body": ("operations", "/components/responses/NotFound", "content", ...),
    "an event without an example": (
        "named-examples",
        "/webhooks/sms-mo/post/requestBody/content/application~1json",
        "examples",
        ...,
    ),
    "a header without an example": ("named-examples", "/components/headers/Allow", "example", ...),
    "an example without a summary": ("named-examples", "/components/examples/Accepted", "summary", ...),
    "an example that stands elsewhere": (
        "named-examples",
        "/components/examples",
        "Accepted",
        {"summary": "It.", "externalValue": "https://example.com/accepted.json"},
    ),
    "a wrong example of a header": ("examples", "/components/headers/Allow", "example", "get"),
    "a wrong example of a header that is constant": (
        "examples",
        "/components/headers/CacheControl",
        "example",
        "public",
    ),
    "an example with milliseconds of no day": (
        "examples",
        "/components/examples/SmsReceived/value/data/status_history/0",
        "updated_at",
        "2026-02-30 00:00:00.000",
    ),
    "an example of a request with an unknown property": (
        "examples",
        "/components/examples/SendPlain/value",
        "text",
        "Hello",
    ),
    "a known value that its pattern refuses": (
        "examples",
        "/components/schemas/Status",
        "x-possible-values",
        ["RECEIVED", "sent"],
    ),
    "an enum of strings and numbers": (
        "examples",
        "/components/schemas/Encoding",
        "enum",
        ["GSM", "UNICODE", 7],
    ),
    "an error whose code is another status": (
        "error-codes",
        "/components/examples/ErrorNotFound/value/data",
        "code",
        400,
    ),
    "a link that leaves out a parameter": ("links", "/components/links/ReadSentSms", "parameters", {}),
    "a link without an operation": ("links", "/components/links/ListSameSecond", "operationId", ...),
    "a runtime expression of the second link": (
        "links",
        "/components/links/ListSameSecond/parameters",
        "from",
        "$response.body#/data/created",
    ),
    "a misspelt keyword in a nested schema": (
        "keywords",
        "/components/schemas/SmsListEnvelope/properties/data",
        "maxItmes",
        3,
    ),
    "a misspelt keyword in the schema of a header": (
        "keywords",
        "/components/headers/Allow/schema",
        "patern",
        "^A",
    ),
    "a keyword of OpenAPI 3.0": ("keywords", "/components/schemas/Money", "nullable", True),
    "a format of strings on a number": ("keywords", "/components/schemas/Try", "format", "callr-datetime"),
    "a length next to the values": ("constraints", "/components/schemas/Direction", "maxLength", 3),
    "a pattern next to the only value": ("constraints", "/components/schemas/SuccessWord", "pattern", "^s"),
    "a pattern with a thirteenth month": (
        "date-patterns",
        "/components/schemas/DatetimeMs",
        "pattern",
        "^[0-9]{4}-[0-9]{2}-[0-3][0-9] [0-9]{2}:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}$",
    ),
    "a question that nothing settles": ("confidence", "/info/x-callr-unknown/0", "settled-by", "hearsay"),
    "a shared rule that no operation has": (
        "rule-names",
        "/components/x-callr-rules",
        "left",
        {"name": "left", "description": "It.", "x-provenance": ["choice"]},
    ),
    "a property without a description": ("descriptions", f"{SMS}/properties/parts", "description", ...),
    "a server without a host": ("servers", "/servers/0", "url", "/rest/v1.1"),
    "a closed response": ("sides", SMS, "additionalProperties", False),
    "a closed object in a response": (
        "sides",
        "/components/schemas/StatusChange",
        "unevaluatedProperties",
        False,
    ),
    "a closed error": ("sides", "/components/schemas/Error", "additionalProperties", False),
    "a closed event": ("sides", "/components/schemas/IncomingEvent", "additionalProperties", False),
    "an open request": ("sides", "/components/schemas/SendSmsRequest", "additionalProperties", ...),
    "an open object in a request": (
        "sides",
        "/components/schemas/SMS.Options.Webhook",
        "additionalProperties",
        True,
    ),
}


def seeded(*edits: Iterable[Any]) -> dict[str, Any]:
    """Return the contract with edits: each a pointer, a property there and its new value."""
    document = copy.deepcopy(_contract())
    for pointer, member, value in edits:
        place = at(document, pointer)
        if value is ...:
            del place[member]
        else:
            place[member] = value
    return document


@functools.cache
def _contract() -> dict[str, Any]:
    """The contract, read once."""
    return load()
