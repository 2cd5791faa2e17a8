"""Edge cases: requests that a generator seldom makes.

They are added to the examples phase. The verdict decides which response is right; this list has requests
only.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callr_sms_contract.generation.texts import TEXTS

_TO: Final = "+33639981234"
_DAY: Final = {"type": "OUT", "from": "2024-03-19 00:00:00", "to": "2024-03-19 23:59:59"}
_JSON: Final = "application/json"


@dataclass(frozen=True)
class EdgeCase:
    """One request of one operation."""

    name: str
    query: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """A JSON value, or bytes that are sent unchanged."""
    content_type: str = _JSON


def _list_edges() -> Iterator[EdgeCase]:
    yield EdgeCase("a window", _DAY)
    yield EdgeCase("incoming", {**_DAY, "type": "IN"})
    leap_day = {"from": "2024-02-29 00:00:00", "to": "2024-02-29 23:59:59"}
    yield EdgeCase("a leap day", {**_DAY, **leap_day})
    century = {"from": "2000-02-29 00:00:00", "to": "2000-02-29 23:59:59"}
    yield EdgeCase("a leap day of a century", {**_DAY, **century})
    yield EdgeCase("one second", {**_DAY, "to": _DAY["from"]})
    yield EdgeCase("a window that ends before it begins", {**_DAY, "from": _DAY["to"], "to": _DAY["from"]})
    yield EdgeCase("the day after", {**_DAY, "from": "2024-03-20 00:00:00"})
    for name, moment in _WRONG_MOMENTS.items():
        yield EdgeCase(f"from is {name}", {**_DAY, "from": moment})
        yield EdgeCase(f"to is {name}", {**_DAY, "to": moment})
    for name in _DAY:
        yield EdgeCase(f"{name} is missing", {key: value for key, value in _DAY.items() if key != name})
        yield EdgeCase(f"{name} is repeated", {**_DAY, name: [_DAY[name], _DAY[name]]})
        yield EdgeCase(f"{name} is empty", {**_DAY, name: ""})
    for direction in ("out", "BOTH", " OUT", "OUT\n", "null"):
        yield EdgeCase(f"type is {direction!r}", {**_DAY, "type": direction})
    for name in ("limit", "Type", "hash", "type[]"):
        yield EdgeCase(f"an unknown parameter {name}", {**_DAY, name: "1"})
    for name in (" type", "type "):
        yield EdgeCase(f"{name!r} for type", {name: "OUT", "from": _DAY["from"], "to": _DAY["to"]})
    yield EdgeCase(
        "the first and the last moment", {**_DAY, "from": "0001-01-01 00:00:00", "to": "9999-12-31 23:59:59"}
    )


_WRONG_MOMENTS: Final = {
    "RFC 3339": "2024-03-19T12:00:00Z",
    "RFC 3339 with an offset": "2024-03-19T12:00:00+00:00",
    "RFC 3339 without an offset": "2024-03-19T12:00:00",
    "a date alone": "2024-03-19",
    "the zero datetime": "0000-00-00 00:00:00",
    "30 February": "2024-02-30 00:00:00",
    "29 February of a common year": "2023-02-29 00:00:00",
    "29 February of 1900": "1900-02-29 00:00:00",
    "year 0": "0000-03-19 12:00:00",
    "month 0": "2024-00-19 12:00:00",
    "day 0": "2024-03-00 12:00:00",
    "a leap second": "2016-12-31 23:59:60",
    "hour 24": "2024-03-19 24:00:00",
    "month 13": "2024-13-01 00:00:00",
    "with a line feed": "2024-03-19 12:00:00\n",
    "with a space before": " 2024-03-19 12:00:00",
    "with milliseconds": "2024-03-19 12:00:00.000",
    "with other digits": "\uff12\uff10\uff12\uff14-03-19 12:00:00",
    "without zeros": "2024-3-19 1:2:3",
    "without seconds": "2024-03-19 12:00",
    "with slashes": "2024/03/19 12:00:00",
    "seconds since 1970": "1710849600",
    "a word": "now",
}

_MESSAGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "plain": {},
    "without a recipient": {"to": None},
    "to is empty": {"to": ""},
    "to ends with a line feed": {"to": f"{_TO}\n"},
    "to has no plus": {"to": _TO[1:]},
    "to begins with 0": {"to": "+0639981234"},
    "to has 6 digits": {"to": "+123456"},
    "to has 7 digits": {"to": "+1234567"},
    "to has 15 digits": {"to": "+123456789012345"},
    "to has 16 digits": {"to": "+1234567890123456"},
    "to has other digits": {"to": "+\uff13\uff13639981234"},
    "to ends with another digit": {"to": "+336399812\u0663"},
    "to has a zero behind its country": {"to": "+330639981234"},
    "to has spaces around it": {"to": f" {_TO} "},
    "to has letters behind it": {"to": f"{_TO}x"},
    "to has an extension": {"to": f"{_TO}ext5"},
    "to has spaces": {"to": "+33 6 39 98 12 34"},
    "to has dashes": {"to": "+33-639-98-12-34"},
    "to has brackets": {"to": "+33(639)981234"},
    "to has 00 for its plus": {"to": "0033639981234"},
    "to begins with a word": {"to": f"tel:{_TO}"},
    "to is in North America": {"to": "+12025550123"},
    "to is a landline in France": {"to": "+33261911234"},
    "to is a landline in Britain": {"to": "+441632960123"},
    **{f"to is in zone {zone}": {"to": f"+{zone}000000000"} for zone in "23456789"},
    "without a body": {"body": None},
    "body is empty": {"body": ""},
    "body is a space": {"body": " "},
    "body is NUL": {"body": "\x00"},
    "body is a pair": {"body": "👍"},
    "from is empty": {"from": ""},
    "from is a shortcode": {"from": "36111"},
    "from is a shortcode of somebody else": {"from": "63111"},
    "from is a phone number": {"from": "+33639981234"},
    "from is a plus and a few digits": {"from": "+36111"},
    "from is one letter": {"from": "A"},
    "from is SMS": {"from": "SMS"},
    "from has a dash": {"from": "A-b"},
    "from begins with a dash": {"from": "-A"},
    "from begins with an underscore": {"from": "_A"},
    "from ends with a dash": {"from": "A-"},
    "from has an underscore": {"from": "A_b"},
    "from has a space": {"from": "A b"},
    "from has spaces around it": {"from": " A "},
    "from begins with a digit": {"from": "1a"},
    "from begins with zeros": {"from": "007 Taxi"},
    "from is a space": {"from": " "},
    "from has no letter": {"from": "1 - _"},
    "from has neither letter nor digit": {"from": "-_"},
    "from has a tab": {"from": "A\tb"},
    "from has 11 characters": {"from": "ABCDEFGHIJK"},
    "from has 12 characters": {"from": "ABCDEFGHIJKL"},
    "from has an accent": {"from": "Café"},
    "from ends with a line feed": {"from": "SMS\n"},
    "stop number": {"from": "My Shop", "body": "STOP %STOPNUM%"},
    "stop number of SMS": {"from": "SMS", "body": "STOP %STOPNUM%"},
    "an unknown property": {"text": "x"},
    "text for body": {"body": None, "text": "x"},
    "an unknown option": {"options.priority": "1"},
    "an option in another case": {"options.Nature": "ALERTING"},
    "nature is wrong": {"options.nature": "alerting"},
    "nature is empty": {"options.nature": ""},
    "nature is right": {"options.nature": "ALERTING"},
    "encoding is wrong": {"options.force_encoding": "UCS2"},
    "encoding is empty": {"options.force_encoding": ""},
    "encoding is AUTO": {"options.force_encoding": "AUTO"},
    "encoding in lower case": {"options.force_encoding": "gsm"},
    "nature is MARKETING": {"options.nature": "MARKETING"},
    "nature in lower case": {"options.nature": "marketing"},
    "encoding is GSM": {"options.force_encoding": "GSM", "body": "« fête » 5 €"},
    "encoding is UNICODE": {"options.force_encoding": "UNICODE"},
    "user data of 4096": {"options.user_data": "u" * 4096},
    "user data of 4097": {"options.user_data": "u" * 4097},
    "user data is empty": {"options.user_data": ""},
    "flash": {"options.flash_message": True},
    "flash of two parts": {"options.flash_message": True, "body": "a" * 161},
    "no flash": {"options.flash_message": False},
    "user data is a number": {"options.user_data": 42},
    "flash is a word": {"options.flash_message": "yes"},
    "flash is a number": {"options.flash_message": 1},
    **{f"the text has {name}": {"body": text} for name, text in TEXTS.items()},
    **{
        f"with a sender, the text has {name}": {"body": text, "from": "My Shop"}
        for name, text in TEXTS.items()
        if "STOP" in name
    },
    **{
        f"as {forced}, the text has {name}": {"body": TEXTS[name], "options.force_encoding": forced}
        for forced in ("GSM", "UNICODE")
        for name in ("accents in pieces", "brackets", "the euro sign alone", "a pair after 69", "161 of 'a'")
    },
    **{
        f"user data has {name}": {"options.user_data": TEXTS[name]}
        for name in ("spaces around", "NUL within", "accents in pieces", "escapes of a URL", "HTML")
    },
    **{f"from has {mark!r}": {"from": f"A{mark}b"} for mark in sorted({*string.punctuation} - {"-", "_"})},
}
"""Changes to a plain message; None removes a property. Options are flat, as in a query string."""

_WEBHOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "webhook": {"options.webhook.endpoint": "https://example.com/callr"},
    "webhook with an empty endpoint": {"options.webhook.endpoint": ""},
    "webhook without a scheme": {"options.webhook.endpoint": "example.com/callr"},
    "webhook by ftp": {"options.webhook.endpoint": "ftp://example.com/callr"},
    "webhook with a space": {"options.webhook.endpoint": "https://example.com/a b"},
    "webhook without a host": {"options.webhook.endpoint": "https:///callr"},
    "a secret without an endpoint": {"options.webhook.hmac_secret": "s"},
    "an algorithm without an endpoint": {"options.webhook.hmac_algo": "MD5"},
    "a secret": {"options.webhook.endpoint": "https://example.com/", "options.webhook.hmac_secret": "s"},
    "an empty secret": {
        "options.webhook.endpoint": "https://example.com/",
        "options.webhook.hmac_secret": "",
    },
    "a wrong algorithm": {
        "options.webhook.endpoint": "https://example.com/",
        "options.webhook.hmac_algo": "SHA1",
    },
    "an algorithm in lower case": {
        "options.webhook.endpoint": "https://example.com/",
        "options.webhook.hmac_algo": "sha256",
    },
    **{
        f"the algorithm {name}": {
            "options.webhook.endpoint": "https://example.com/",
            "options.webhook.hmac_secret": "s",
            "options.webhook.hmac_algo": name,
        }
        for name in ("MD5", "SHA256", "SHA512")
    },
    **{
        f"the endpoint {url}": {"options.webhook.endpoint": url}
        for url in (
            "http://example.com/callr",
            "HTTPS://EXAMPLE.com/Callr",
            "https://example.com:8443/callr",
            "https://example.com/callr?a=1&b=%20#part",
            "https://192.0.2.1/callr",
            "http://[2001:db8::1]:8080/",
            "https://example.com",
            "https://example.com?a=1",
            "https://user:word@example.com/callr",
            "http://localhost/callr",
        )
    },
    **{
        f"a secret of {length}": {
            "options.webhook.endpoint": "https://example.com/",
            "options.webhook.hmac_secret": "s" * length,
        }
        for length in (1024, 1025)
    },
    **{
        f"an endpoint of {length}": {"options.webhook.endpoint": "https://example.com/".ljust(length, "a")}
        for length in (2048, 2049)
    },
}
"""Changes that only a JSON body can express."""

_LONG_BODIES: Final[Mapping[str, str]] = {
    f"{unit} for {parts} parts": unit * (parts_of_one * parts)
    for unit, parts_of_one in (("a", 153), ("ê", 67), ("👍", 33))
    for parts in (2, 255, 256)
} | {
    "more than 65,535 bytes of UTF-8": "é" * (153 * 255),
    "one unit more than one part of GSM": "a" * 161,
    "one unit more than one part of UNICODE": "ê" * 71,
    "a pair across the boundary": "ê" * 66 + "👍" + "ê" * 67,
}

_LONG_MESSAGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "user data of 4096 pairs": {"options.user_data": "👍" * 4096},
    "user data of 4097 pairs": {"options.user_data": "👍" * 4097},
    "brackets that would be too many for UNICODE": {"body": "[" * 17086},
    "GSM as UNICODE, 255 parts": {"body": "a" * 17085, "options.force_encoding": "UNICODE"},
    "GSM as UNICODE, 256 parts": {"body": "a" * 17086, "options.force_encoding": "UNICODE"},
}
"""Changes that are too long for a query string of common servers."""

_BROKEN_BODIES: Final[Mapping[str, bytes]] = {
    "empty": b"",
    "null": b"null",
    "an array": b"[]",
    "a string": b'"to"',
    "without a comma": b'{"to": "+33639981234" "body": "x"}',
    "an array of one object": b'[{"to": "+33639981234", "body": "x"}]',
    "an object in a string": b'"{\\"to\\": \\"+33639981234\\", \\"body\\": \\"x\\"}"',
    "without its last bracket": b'{"to": "+33639981234", "body": "x"',
    "a trailing comma": b'{"to": "+33639981234", "body": "x",}',
    "a comment": b'{"to": "+33639981234", /* x */ "body": "x"}',
    "cut off": b'{"to": "+33639981234", "body": "x',
    "two objects": b'{"to": "+33639981234", "body": "x"} {}',
    "two objects without a space": b'{"to": "+33639981234", "body": "x"}{}',
    "NUL after it": b'{"to": "+33639981234", "body": "x"}\x00',
    "a no-break space before it": '\u00a0{"to": "+33639981234", "body": "x"}'.encode(),
    "a line feed within a string": b'{"to": "+33639981234", "body": "a\nb"}',
    "the words of another language": b'{"to": "+33639981234", "body": "x", "options": None}',
    "escapes and spaces where JSON allows them": (
        b' \r\n\t{"body" : "1\\/2", "\\u0074o": "\\u002b33639981234" }\n'
    ),
    "names in capitals": b'{"TO": "+33639981234", "BODY": "x"}',
    "names with capitals": b'{"To": "+33639981234", "Body": "x"}',
    "From for from": b'{"to": "+33639981234", "body": "x", "From": "SMS"}',
    "Options for options": b'{"to": "+33639981234", "body": "x", "Options": {}}',
    "a form that is said to be JSON": b"to=%2B33639981234&body=x",
    "names without quotes": b'{to: "+33639981234", body: "x"}',
    "characters as they are": '{"to": "+33639981234", "body": "« fête » 👍"}'.encode(),
    "single quotes": b"{'to': '+33639981234', 'body': 'x'}",
    "NaN": b'{"to": "+33639981234", "body": "x", "options": NaN}',
    "not UTF-8": b'{"to": "+33639981234", "body": "\xff"}',
    "UTF-16": '{"to": "+33639981234", "body": "x"}'.encode("utf-16"),
    "a lone high surrogate": b'{"to": "+33639981234", "body": "\\ud83d"}',
    "a lone low surrogate": b'{"to": "+33639981234", "body": "\\ude00\\ud83d"}',
    "an escaped pair": b'{"to": "+33639981234", "body": "\\ud83d\\ude00"}',
    "a lone surrogate in user_data": (
        b'{"to": "+33639981234", "body": "x", "options": {"user_data": "\\ud83d"}}'
    ),
    "a lone surrogate in a secret": (
        b'{"to": "+33639981234", "body": "x", "options": {"webhook": '
        b'{"endpoint": "https://a.example", "hmac_secret": "\\ud83d"}}}'
    ),
    "a property given twice": b'{"to": "+33639981234", "body": "x", "body": "y"}',
    "a long number": b'{"to": "+33639981234", "body": "x", "n": ' + b"9" * 5000 + b"}",
    "deeply nested": b'{"to": "+33639981234", "body": "x", "n": ' + b"[" * 20000 + b"]" * 20000 + b"}",
}

_OTHER_TYPES: Final = (
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "APPLICATION/JSON",
    "text/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/vnd.api+json",
    "application/octet-stream",
    "application/x-json",
    "application/jsonp",
    "multipart/form-data; boundary=x",
    "",
)


def _send_edges() -> Iterator[EdgeCase]:
    for name, changes in (*_MESSAGES.items(), *_WEBHOOKS.items(), *_LONG_MESSAGES.items()):
        yield EdgeCase(name, body=_nested(changes))
    for name, text in _LONG_BODIES.items():
        yield EdgeCase(name, body={"to": _TO, "body": text})
    for name, raw in _BROKEN_BODIES.items():
        yield EdgeCase(name, body=raw)
    for name, value in (
        ("to", None),
        ("to", 33639981234),
        ("body", None),
        ("body", 1),
        ("from", None),
        ("to", [_TO]),
        ("options", []),
        ("options", ""),
        ("options", {}),
    ):
        yield EdgeCase(f"{name} is {value!r}", body={**_nested({}), name: value})
    yield EdgeCase("options is null", body={**_nested({}), "options": None})
    yield EdgeCase("force_encoding is null", body={**_nested({}), "options": {"force_encoding": None}})
    yield EdgeCase(
        "an unknown property of webhook",
        body=_nested({"options.webhook.endpoint": "https://a.example", "options.webhook.x": 1}),
    )
    yield EdgeCase("a query parameter", {"to": _TO}, body=_nested({}))
    for content_type in _OTHER_TYPES:
        yield EdgeCase(
            f"sent as {content_type}", body=b'{"to": "+33639981234", "body": "x"}', content_type=content_type
        )
    form = "application/x-www-form-urlencoded"
    yield EdgeCase("a form", body=b"to=%2B33639981234&body=x", content_type=form)


def _query_send_edges() -> Iterator[EdgeCase]:
    for name, changes in _MESSAGES.items():
        yield EdgeCase(name, _flat(changes))
    for name, text in _LONG_BODIES.items():
        yield EdgeCase(name, _flat({"body": text}))
    for name in ("to", "body", "from", "options.nature"):
        value = {**_flat({"from": "SMS", "options.nature": "ALERTING"})}[name]
        yield EdgeCase(f"{name} is repeated", {**_flat({}), name: [value, value]})
    for name in ("options", "options.webhook", "TO"):
        yield EdgeCase(f"an unknown parameter {name}", {**_flat({}), name: "x"})
    for name in ("options[nature]", "options_nature", "nature"):
        yield EdgeCase(f"an unknown parameter {name}", {**_flat({}), name: "ALERTING"})
    for name, value in (("endpoint", "https://example.com/"), ("hmac_secret", "s"), ("hmac_algo", "MD5")):
        yield EdgeCase(f"{name} of a webhook", {**_flat({}), f"options.webhook.{name}": value})
    for word in ("TRUE", "1", "", "null"):
        yield EdgeCase(f"flash_message is {word!r}", {**_flat({}), "options.flash_message": word})


def _read_edges() -> Iterator[EdgeCase]:
    for value in (
        "ZZZZZZZZ",
        "zzzzzzzz",
        "ZZZZZZZ",
        "ZZZZZZZZZ",
        "ZZZZZZZZ\n",
        "\uff3a" * 8,
        "SEND",
        "a/b",
    ):
        yield EdgeCase(f"the hash {value!r}", path={"hash": value})
    yield EdgeCase("the hash again in the query", {"hash": "ZZZZZZZZ"}, {"hash": "ZZZZZZZZ"})
    yield EdgeCase("an unknown parameter", {"hsah": "ZZZZZZZZ"}, {"hash": "ZZZZZZZZ"})


def _flat(changes: Mapping[str, Any]) -> dict[str, Any]:
    message = {"to": _TO, "body": "Your code is 4711.", **changes}
    words = {True: "true", False: "false"}
    return {
        key: words[value] if isinstance(value, bool) else value
        for key, value in message.items()
        if value is not None
    }


def _nested(changes: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {}
    for key, value in {"to": _TO, "body": "Your code is 4711.", **changes}.items():
        *parents, name = key.split(".")
        place = message
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is not None:
            place[name] = value
    return message


EDGE_CASES: Final[Mapping[str, tuple[EdgeCase, ...]]] = {
    "listSms": tuple(_list_edges()),
    "sendSms": tuple(_send_edges()),
    "sendSmsByQuery": tuple(_query_send_edges()),
    "getSms": tuple(_read_edges()),
}
"""By operationId."""
