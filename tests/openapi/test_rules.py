"""Each rule of the gate: exactly what it finds, where, and what it lets pass."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from openapi.document import CONTRACT, at, load
from openapi.lint.rules import findings
from openapi.vocabulary import provenance

if TYPE_CHECKING:
    from pathlib import Path

CONTROL = CONTRACT.parents[1] / "emulator" / "callr_sms_emulator" / "control.yaml"
WORDS = f"expected a list of {', '.join(sorted(provenance()))}"

ONCE = {"$ref": "#/components/x-callr-rules/one-sms-each"}
REPEATED = "is repeated; a rule of several operations stands in /components/x-callr-rules"

Edit = tuple[str, str, Any]

#: What is done to the contract (`...` takes a member away), and all that is found then.
CASES: dict[str, tuple[list[Edit], list[tuple[str, str, str]]]] = {
    "a schema without provenance": (
        [("/components/schemas/SMS", "x-provenance", ...)],
        [("provenance", "/components/schemas/SMS", f"this schema has no x-provenance; {WORDS}")],
    ),
    "a provenance that is no list": (
        [("/components/schemas/SMS", "x-provenance", "seed")],
        [("provenance", "/components/schemas/SMS", f"this schema has no x-provenance; {WORDS}")],
    ),
    "a word of provenance that is unknown and one that stands twice": (
        [("/components/schemas/SMS", "x-provenance", ["seed", "hearsay", "seed"])],
        [
            (
                "provenance",
                "/components/schemas/SMS",
                "x-provenance 'hearsay' is not explained in openapi/README.md",
            ),
            ("provenance", "/components/schemas/SMS", "x-provenance 'seed' is repeated"),
        ],
    ),
    "a rule without provenance": (
        [("/paths/~1sms/get/x-callr-rules/0", "x-provenance", ...)],
        [("provenance", "/paths/~1sms/get/x-callr-rules/0", f"this rule has no x-provenance; {WORDS}")],
    ),
    "a word of provenance that is no string": (
        [("/components/schemas/SMS", "x-provenance", [["seed"]])],
        [
            (
                "provenance",
                "/components/schemas/SMS",
                "x-provenance ['seed'] is not explained in openapi/README.md",
            )
        ],
    ),
    "an operation not said to be safe": (
        [("/paths/~1sms/get", "x-callr-safe", ...)],
        [
            (
                "operations",
                "/paths/~1sms/get",
                "x-callr-safe is missing; expected true (safe to retry) or false (every request bills)",
            )
        ],
    ),
    "a word for safe that is no boolean": (
        [("/paths/~1sms/post", "x-callr-safe", "true")],
        [
            (
                "operations",
                "/paths/~1sms/post",
                "x-callr-safe is missing; expected true (safe to retry) or false (every request bills)",
            )
        ],
    ),
    "a webhook not said to be safe": (
        [("/webhooks/sms-mo/post", "x-callr-safe", ...)],
        [
            (
                "operations",
                "/webhooks/sms-mo/post",
                "x-callr-safe is missing; expected true (safe to retry) or false (every request bills)",
            )
        ],
    ),
    "statuses that are missing": (
        [("/paths/~1sms/get/responses", status, ...) for status in ("500", "405", "401", "400", "200")],
        [
            ("operations", "/paths/~1sms/get", f"status {status} is not documented")
            for status in ("200", "400", "401", "405", "500")
        ],
    ),
    "a path with a parameter and without 404": (
        [("/paths/~1sms~1{hash}/get/responses", "404", ...)],
        [("operations", "/paths/~1sms~1{hash}/get", "status 404 is not documented")],
    ),
    "a response without content": (
        [("/components/responses/NotFound", "content", ...)],
        [
            (
                "operations",
                "/paths/~1sms~1{hash}/get/responses/404",
                "this response has no content; expected a body",
            )
        ],
    ),
    "a name of two rules": (
        [("/paths/~1sms/get/x-callr-rules/1", "name", "list-window-order")],
        [
            ("rule-names", "/paths/~1sms/get/x-callr-rules/0", f"the name 'list-window-order' {REPEATED}"),
            ("rule-names", "/paths/~1sms/get/x-callr-rules/1", f"the name 'list-window-order' {REPEATED}"),
        ],
    ),
    "a name in camel case": (
        [("/paths/~1sms/get/x-callr-rules/1", "name", "listOrder")],
        [("rule-names", "/paths/~1sms/get/x-callr-rules/1", "the name 'listOrder' is not in kebab-case")],
    ),
    "a name that ends in a dash": (
        [("/paths/~1sms/get/x-callr-rules/1", "name", "list-")],
        [("rule-names", "/paths/~1sms/get/x-callr-rules/1", "the name 'list-' is not in kebab-case")],
    ),
    "a rule without a name": (
        [("/paths/~1sms/get/x-callr-rules/1", "name", ...)],
        [("rule-names", "/paths/~1sms/get/x-callr-rules/1", "the name 'None' is not in kebab-case")],
    ),
    "a rule without a description": (
        [("/paths/~1sms/get/x-callr-rules/1", "description", "")],
        [("descriptions", "/paths/~1sms/get/x-callr-rules/1", "this rule has no description")],
    ),
    "a shared rule that no operation has": (
        [
            (
                "/components/x-callr-rules",
                "left",
                {"name": "left", "description": "It.", "x-provenance": ["v2"]},
            )
        ],
        [("rule-names", "/components/x-callr-rules/left", "no operation has the rule 'left'")],
    ),
    "a shared rule with the name of another place": (
        [("/components/x-callr-rules/one-sms-each", "name", "one-sms")],
        [
            (
                "rule-names",
                "/components/x-callr-rules/one-sms-each",
                "the name 'one-sms' is not that of its place",
            )
        ],
    ),
    "a shared rule twice at an operation": (
        [("/paths/~1sms/post", "x-callr-rules", [ONCE, ONCE])],
        [("rule-names", "/paths/~1sms/post", "the rule 'one-sms-each' is repeated")],
    ),
    "a length next to the values": (
        [("/components/schemas/Direction", "maxLength", 3)],
        [("constraints", "/components/schemas/Direction", "maxLength has no effect next to enum; remove it")],
    ),
    "a media type without examples": (
        [("/paths/~1sms/get/responses/200/content/application~1json", "examples", {})],
        [
            (
                "named-examples",
                "/paths/~1sms/get/responses/200/content/application~1json",
                "this media type has no named example",
            )
        ],
    ),
    "a parameter without examples": (
        [("/paths/~1sms/get/parameters/0", "examples", ...)],
        [("named-examples", "/paths/~1sms/get/parameters/0", "this parameter has no named example")],
    ),
    "a header without an example": (
        [("/components/headers/Allow", "example", ...)],
        [("named-examples", "/components/headers/Allow", "this header has no example")],
    ),
    "a header with named examples": (
        [
            ("/components/headers/Allow", "example", ...),
            ("/components/headers/Allow", "examples", {"a": {"summary": "x", "value": "GET"}}),
        ],
        [],
    ),
    "an example without a summary": (
        [("/components/examples/Accepted", "summary", "")],
        [
            (
                "named-examples",
                "/components/examples/Accepted",
                "expected an example with a summary and a value",
            )
        ],
    ),
    "a schema without a description": (
        [("/components/schemas/SMS", "description", "")],
        [("descriptions", "/components/schemas/SMS", "this schema has no description")],
    ),
    "a security scheme without a description": (
        [("/components/securitySchemes/basicAuth", "description", ...)],
        [
            (
                "descriptions",
                "/components/securitySchemes/basicAuth",
                "this security scheme has no description",
            )
        ],
    ),
    "a header without a description": (
        [("/components/headers/Allow", "description", ...)],
        [("descriptions", "/components/headers/Allow", "this header has no description")],
    ),
    "a server without a host": (
        [("/servers/0", "url", "/rest/v1.1")],
        [("servers", "/servers/0/url", "'/rest/v1.1' is not an absolute http or https URL")],
    ),
    "the server of the document itself, for internal use": (
        [("/servers/0", "url", "/_emulator"), ("/servers/0", "x-internal", True)],
        [],
    ),
    "another host without a scheme, for internal use": (
        [("/servers/0", "url", "//a"), ("/servers/0", "x-internal", True)],
        [("servers", "/servers/0/url", "'//a' is not an absolute http or https URL")],
    ),
    "a server with an empty host": (
        [("/servers/0", "url", "https:///x")],
        [("servers", "/servers/0/url", "'https:///x' is not an absolute http or https URL")],
    ),
    "a server of another scheme": (
        [("/servers/0", "url", "ftp://a")],
        [("servers", "/servers/0/url", "'ftp://a' is not an absolute http or https URL")],
    ),
    "a server over http": (
        [("/servers/0", "url", "http://a")],
        [],
    ),
    "a server without an address": (
        [("/servers/0", "url", ...)],
        [("servers", "/servers/0/url", "None is not an absolute http or https URL")],
    ),
    "a server whose scheme ends in http": (
        [("/servers/0", "url", "xhttp://a")],
        [("servers", "/servers/0/url", "'xhttp://a' is not an absolute http or https URL")],
    ),
    "an unknown keyword": (
        [("/components/schemas/SMS/properties/parts", "minimun", 1)],
        [
            (
                "keywords",
                "/components/schemas/SMS/properties/parts",
                "'minimun' is not a keyword of JSON Schema 2020-12",
            )
        ],
    ),
    "an unknown extension": (
        [("/components/schemas/SMS/properties/parts", "x-provenence", ["seed"])],
        [
            (
                "extensions",
                "/components/schemas/SMS/properties/parts",
                "'x-provenence' is not explained in openapi/README.md",
            )
        ],
    ),
    "a property whose name begins as an extension": (
        [
            (
                "/components/schemas/SMS/properties",
                "x-new",
                {"type": "string", "description": "x", "x-provenance": ["seed"]},
            )
        ],
        [],
    ),
    "a format of integers on an integer": (
        [("/components/schemas/SMS/properties/parts", "format", "int64")],
        [],
    ),
    "a format of numbers on an integer": (
        [("/components/schemas/SMS/properties/parts", "format", "double")],
        [
            (
                "keywords",
                "/components/schemas/SMS/properties/parts",
                "the format 'double' applies to the type number, so it has no effect here",
            )
        ],
    ),
    "a format of integers on a string": (
        [("/components/schemas/Money", "format", "int32")],
        [
            (
                "keywords",
                "/components/schemas/Money",
                "the format 'int32' applies to the type integer, so it has no effect here",
            )
        ],
    ),
    "a format of strings on an integer": (
        [("/components/schemas/SMS/properties/parts", "format", "callr-datetime")],
        [
            (
                "keywords",
                "/components/schemas/SMS/properties/parts",
                "the format 'callr-datetime' applies to the type string, so it has no effect here",
            )
        ],
    ),
    "a format without a type": (
        [("/components/schemas/Money", "format", "decimal"), ("/components/schemas/Money", "type", ...)],
        [],
    ),
    "a status without its words": (
        [("/components/schemas/Status", "x-possible-values", ...)],
        [
            (
                "open-statuses",
                "/components/schemas/SMS/properties/status",
                "expected a status to be an open string with x-possible-values, not an enum",
            ),
            (
                "open-statuses",
                "/components/schemas/StatusChange/properties/old_status",
                "expected a status to be an open string with x-possible-values, not an enum",
            ),
            (
                "open-statuses",
                "/components/schemas/StatusChange/properties/new_status",
                "expected a status to be an open string with x-possible-values, not an enum",
            ),
        ],
    ),
    "an error whose code is another status": (
        [("/components/examples/ErrorNotFound/value/data", "code", 400)],
        [
            (
                "error-codes",
                "/paths/~1sms~1{hash}/get/responses/404/content/application~1json/examples/unknown-hash",
                "the code of the example is 400, but the HTTP status is 404",
            )
        ],
    ),
    "an error whose code is a string": (
        [("/components/examples/ErrorNotFound/value/data", "code", "404")],
        [
            (
                "examples",
                "/components/responses/NotFound/content/application~1json/examples/unknown-hash",
                "$.data.code: '404' is not of type 'integer'",
            )
        ],
    ),
    "a reference to nothing": (
        [("/paths/~1sms/get/parameters/0/schema", "$ref", "#/components/schemas/Nothing")],
        [
            (
                "references",
                "/paths/~1sms/get/parameters/0/schema",
                "the reference '#/components/schemas/Nothing' points to nothing",
            )
        ],
    ),
    "a reference to another file": (
        [("/paths/~1sms/get/parameters/0/schema", "$ref", "other.yaml#/x")],
        [
            (
                "references",
                "/paths/~1sms/get/parameters/0/schema",
                "the reference 'other.yaml#/x' is not within the document: expected '#/…'",
            )
        ],
    ),
    "a reference to itself": (
        [("/components/schemas", "Hash", {"$ref": "#/components/schemas/Hash"})],
        [
            (
                "references",
                "/paths/~1sms~1{hash}/get/parameters/0/schema",
                "the reference '#/components/schemas/Hash' refers back to itself",
            ),
            (
                "references",
                "/components/schemas/SMS/properties/hash",
                "the reference '#/components/schemas/Hash' refers back to itself",
            ),
            (
                "references",
                "/components/schemas/HashEnvelope/properties/data",
                "the reference '#/components/schemas/Hash' refers back to itself",
            ),
            (
                "references",
                "/components/schemas/Hash",
                "the reference '#/components/schemas/Hash' refers back to itself",
            ),
        ],
    ),
    "a reference that is a number": (
        [("/paths/~1sms/get/parameters/0/schema", "$ref", 7)],
        [
            (
                "references",
                "/paths/~1sms/get/parameters/0/schema",
                "the reference 7 is not within the document: expected '#/…'",
            )
        ],
    ),
    "a reference to a string": (
        [("/paths/~1sms/get/parameters/0/schema", "$ref", "#/info/title")],
        [
            (
                "references",
                "/paths/~1sms/get/parameters/0/schema",
                "the reference '#/info/title' points to no object",
            )
        ],
    ),
    "a reference to no item": (
        [("/paths/~1sms/get/parameters/0/schema", "$ref", "#/servers/x")],
        [
            (
                "references",
                "/paths/~1sms/get/parameters/0/schema",
                "the reference '#/servers/x' points to nothing",
            )
        ],
    ),
    "a reference beyond the last item": (
        [("/paths/~1sms/get/parameters/0/schema", "$ref", "#/servers/9")],
        [
            (
                "references",
                "/paths/~1sms/get/parameters/0/schema",
                "the reference '#/servers/9' points to nothing",
            )
        ],
    ),
    "a pattern that cannot be read": (
        [("/components/schemas/Hash", "pattern", "^[0-9A-Z{8}$")],
        [
            (
                "patterns",
                "/components/schemas/Hash",
                (
                    "the pattern '^[0-9A-Z{8}$' is not a regular expression: "
                    "unterminated character set at position 1"
                ),
            )
        ],
    ),
    "a pattern that is a number": (
        [("/components/schemas/Hash", "pattern", 7)],
        [
            (
                "patterns",
                "/components/schemas/Hash",
                (
                    "the pattern 7 is not a regular expression: "
                    "first argument must be string or compiled pattern"
                ),
            )
        ],
    ),
    "a closed response": (
        [("/components/schemas/SMS", "additionalProperties", False)],
        [
            (
                "sides",
                "/components/schemas/SMS",
                "additionalProperties is false, but a response or an event may get more properties",
            )
        ],
    ),
    "a closed object of a response": (
        [("/components/schemas/StatusChange", "unevaluatedProperties", False)],
        [
            (
                "sides",
                "/components/schemas/StatusChange",
                "unevaluatedProperties is false, but a response or an event may get more properties",
            )
        ],
    ),
    "an open request": (
        [("/components/schemas/SendSmsRequest", "additionalProperties", ...)],
        [
            (
                "sides",
                "/components/schemas/SendSmsRequest",
                "expected additionalProperties: false for an object of a request",
            )
        ],
    ),
    "an open object of a request": (
        [("/components/schemas/SMS.Options.Webhook", "additionalProperties", True)],
        [
            (
                "sides",
                "/components/schemas/SMS.Options.Webhook",
                "expected additionalProperties: false for an object of a request",
            )
        ],
    ),
    "a link to no operation": (
        [("/components/links/ReadSentSms", "operationId", "readSms")],
        [("links", "/components/links/ReadSentSms", "the operation 'readSms' does not exist")],
    ),
    "a link without an operation": (
        [("/components/links/ListSameSecond", "operationId", ...)],
        [("links", "/components/links/ListSameSecond", "the operation None does not exist")],
    ),
    "a link to no parameter": (
        [("/components/links/ReadSentSms", "parameters", {"id": "$response.body#/data"})],
        [
            ("links", "/components/links/ReadSentSms", "getSms needs the parameter 'hash'"),
            ("links", "/components/links/ReadSentSms/parameters/id", "getSms has no parameter 'id'"),
        ],
    ),
    "a link without the parameters that its operation needs": (
        [("/components/links/ListSameSecond", "parameters", {})],
        [
            ("links", "/components/links/ListSameSecond", f"listSms needs the parameter {name!r}")
            for name in ("from", "to", "type")
        ],
    ),
    "an expression that finds nothing": (
        [("/components/links/ReadSentSms", "parameters", {"hash": "$response.body#/hash"})],
        [
            (
                "links",
                "/components/links/ReadSentSms/parameters/hash",
                "$response.body#/hash finds nothing in an example of the response",
            )
        ],
    ),
    "an expression that finds something else": (
        [("/components/links/ReadSentSms", "parameters", {"hash": "$response.body#/status"})],
        [
            (
                "links",
                "/components/links/ReadSentSms/parameters/hash",
                "$response.body#/status $: 'success' does not match '^[0-9A-Z]{8}$'",
            ),
            (
                "links",
                "/components/links/ReadSentSms/parameters/hash",
                "$response.body#/status $: 'success' is too short",
            ),
        ],
    ),
    "an expression of the request": (
        [("/components/links/ReadSentSms", "parameters", {"hash": "$request.body#/data"})],
        [
            (
                "links",
                "/components/links/ReadSentSms/parameters/hash",
                "$request.body#/data finds nothing in an example of the response",
            )
        ],
    ),
    "a wrong default": (
        [("/components/schemas/HmacAlgo", "default", "SHA1")],
        [
            (
                "examples",
                "/components/schemas/HmacAlgo/default",
                "$: 'SHA1' is not one of ['MD5', 'SHA256', 'SHA512']",
            )
        ],
    ),
    "a wrong example of a schema": (
        [("/components/schemas/Money", "examples", ["7,80", "1"])],
        [
            ("examples", "/components/schemas/Money/examples/0", "$: '7,80' is not a 'decimal'"),
            (
                "examples",
                "/components/schemas/Money/examples/0",
                "$: '7,80' does not match '^[0-9]+(\\\\.[0-9]+)?$'",
            ),
        ],
    ),
    "a wrong word": (
        [("/components/schemas/Status", "x-possible-values", ["RECEIVED", "sent"])],
        [
            (
                "examples",
                "/components/schemas/Status/x-possible-values/1",
                "$: 'sent' does not match '^[A-Z][A-Z0-9_]*$'",
            )
        ],
    ),
    "a wrong word of success": (
        [("/components/schemas/Status", "x-success-values", ["sent"])],
        [
            (
                "examples",
                "/components/schemas/Status/x-success-values/0",
                "$: 'sent' does not match '^[A-Z][A-Z0-9_]*$'",
            )
        ],
    ),
    "a wrong final word": (
        [("/components/schemas/Status", "x-final-values", ["sent"])],
        [
            (
                "examples",
                "/components/schemas/Status/x-final-values/0",
                "$: 'sent' does not match '^[A-Z][A-Z0-9_]*$'",
            )
        ],
    ),
    "a wrong example of a header": (
        [("/components/headers/Allow", "example", "get")],
        [("examples", "/components/headers/Allow/example", "$: 'get' does not match '^[A-Z]+(, ?[A-Z]+)*$'")],
    ),
    "an example with a last line feed": (
        [("/components/examples/RecipientFrench", "value", "+33612345678\n")],
        [
            (
                "examples",
                "/paths/~1sms~1send/get/parameters/0/examples/french",
                "$: '+33612345678\\n' does not match '^\\\\+[1-9][0-9]{6,14}$'",
            )
        ],
    ),
    "what is not asked of an API of our own": (
        [
            ("/info", "x-callr-own", True),
            ("/components/schemas/SMS", "x-provenance", ...),
            ("/paths/~1sms/get", "x-callr-safe", ...),
        ],
        [],
    ),
    "an API that is not said to be our own": (
        [("/info", "x-callr-own", "true"), ("/components/schemas/SMS", "x-provenance", ...)],
        [("provenance", "/components/schemas/SMS", f"this schema has no x-provenance; {WORDS}")],
    ),
    "an unknown keyword below": (
        [("/components/schemas/SmsListEnvelope/properties/data", "maxItmes", 3)],
        [
            (
                "keywords",
                "/components/schemas/SmsListEnvelope/properties/data",
                "'maxItmes' is not a keyword of JSON Schema 2020-12",
            )
        ],
    ),
    "an unknown keyword in a list of schemas": (
        [("/components/schemas/Money", "allOf", [{"patern": "x"}])],
        [
            ("provenance", "/components/schemas/Money/allOf/0", f"this schema has no x-provenance; {WORDS}"),
            ("descriptions", "/components/schemas/Money/allOf/0", "this schema has no description"),
            (
                "keywords",
                "/components/schemas/Money/allOf/0",
                "'patern' is not a keyword of JSON Schema 2020-12",
            ),
        ],
    ),
    "an unknown keyword in a map of schemas": (
        [("/components/schemas/Money", "$defs", {"A": {"patern": "x"}})],
        [
            (
                "provenance",
                "/components/schemas/Money/$defs/A",
                f"this property has no x-provenance; {WORDS}",
            ),
            ("descriptions", "/components/schemas/Money/$defs/A", "this property has no description"),
            (
                "keywords",
                "/components/schemas/Money/$defs/A",
                "'patern' is not a keyword of JSON Schema 2020-12",
            ),
        ],
    ),
}


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    """The contract, read once; what changes it takes a copy."""
    return load()


@pytest.mark.parametrize("case", CASES)
def test_what_is_found(case: str, contract: dict[str, Any]) -> None:
    edits, expected = CASES[case]
    document = copy.deepcopy(contract)
    for pointer, member, value in edits:
        place = at(document, pointer)
        if value is ...:
            del place[member]
        else:
            place[member] = value
    assert findings(document) == expected


@pytest.mark.parametrize("path", [CONTRACT, CONTROL], ids=["contract", "control API"])
def test_nothing_is_found_in_what_is_right(path: Path) -> None:
    assert findings(load(path)) == []


@pytest.mark.parametrize(
    "moment",
    [
        *("5127-37-21 10:00:00", "2024-00-10 10:00:00", "2024-13-10 10:00:00", "2024-01-00 10:00:00"),
        *("2024-01-32 10:00:00", "2024-04-31 10:00:00", "2024-02-30 10:00:00", "2023-02-29 10:00:00"),
        *("1900-02-29 10:00:00", "0000-01-01 10:00:00", "2024-01-01 24:00:00", "2024-01-01 10:60:00"),
        *("2024-01-01 10:00:60", "0000-00-00 00:00:00", "0000-00-00 00:00:01"),
    ],
)
@pytest.mark.parametrize(("schema", "tail"), [("Datetime", ""), ("DatetimeMs", ".000")])
def test_a_pattern_matches_no_moment_that_does_not_exist(
    moment: str, schema: str, tail: str, contract: dict[str, Any]
) -> None:
    document = copy.deepcopy(contract)
    node = at(document, f"/components/schemas/{schema}")
    node["pattern"] = f"{node['pattern']}|^{moment}{tail}$"
    assert findings(document) == [
        (
            "date-patterns",
            f"/components/schemas/{schema}",
            f"the pattern matches {moment + tail!r}, which is no {node['format']}",
        )
    ]


def test_a_property_may_be_called_as_a_reference(contract: dict[str, Any]) -> None:
    document = copy.deepcopy(contract)
    properties = at(document, "/components/schemas/SMS/properties")
    properties["$ref"] = copy.deepcopy(properties["text"])
    assert findings(document) == []
