"""Servers that refuse what the contract allows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mutants.builders import (
    SENDS,
    Maker,
    Mutant,
    Window,
    dump,
    options_of,
    recipient_of,
    refuses,
    refuses_request,
    sender_of,
    text_of,
    units,
    window_of,
)
from mutants.messages import (
    LIST,
    OK,
    READ,
    SEND,
    SEND_BY_QUERY,
    Forward,
    Json,
    Request,
    Response,
    error,
    message_of,
)

_MISSING: Final = object()
_DAY: Final = 86400


def _sender(when: Callable[[str], object]) -> Maker:
    return refuses(lambda m: bool(when(sender_of(m))), "from")


def _text(when: Callable[[str], object]) -> Maker:
    return refuses(lambda m: bool(when(text_of(m))), "body")


def _to(when: Callable[[str], object]) -> Maker:
    return refuses(lambda m: bool(when(recipient_of(m))), "to")


def _option(name: str, when: Callable[[object], object]) -> Maker:
    return refuses(lambda m: name in options_of(m) and bool(when(options_of(m)[name])), "options")


def _webhook(when: Callable[[Json], object]) -> Maker:
    return _option("webhook", lambda v: isinstance(v, dict) and when(v))


def _window(when: Callable[[Window], object]) -> Maker:
    def when_asked(request: Request) -> bool:
        window = window_of(request)
        return window is not None and bool(when(window))

    return refuses_request(when_asked, "from")


def _raw(when: Callable[[Request], object], operation: str) -> Maker:
    return refuses_request(lambda request: request.operation == operation and bool(when(request)), "request")


def _astral(text: str) -> bool:
    return units(text) > len(text)


@dataclass
class _Once:
    """Accept the same message only once."""

    key: Callable[[Json], object]
    status: int
    seen: set[object] = field(default_factory=set)

    def __call__(self, request: Request, forward: Forward) -> Response:
        message = message_of(request) if request.operation in SENDS else None
        key = self.key(message) if message is not None else None
        if key is not None and key in self.seen:
            return error(self.status, "DUPLICATE [body]")
        reply = forward(request)
        if reply.status == OK and key is not None:
            self.seen.add(key)
        return reply


def _marketing_without_stop(message: Json) -> bool:
    return options_of(message).get("nature") == "MARKETING" and "%STOPNUM%" not in text_of(message)


def _endpoint(when: Callable[[str], object]) -> Maker:
    def refused(message: Json) -> bool:
        webhook = options_of(message).get("webhook")
        return isinstance(webhook, dict) and bool(when(str(webhook.get("endpoint", ""))))

    return refuses(refused, "options")


STRICT = (
    Mutant(
        "refuses-empty-sender",
        "too strict",
        "an empty sender is refused",
        refuses(lambda m: m.get("from") == "", "from"),
    ),
    Mutant(
        "refuses-missing-sender",
        "too strict",
        "a message without a sender is refused",
        refuses(lambda m: "from" not in m, "from"),
    ),
    Mutant("refuses-sms", "too strict", "the sender SMS is refused", _sender(lambda v: v == "SMS")),
    Mutant("refuses-dash", "too strict", "a sender with a dash is refused", _sender(lambda v: "-" in v)),
    Mutant(
        "refuses-underscore",
        "too strict",
        "a sender with an underscore is refused",
        _sender(lambda v: "_" in v),
    ),
    Mutant("refuses-space", "too strict", "a sender with a space is refused", _sender(lambda v: " " in v)),
    Mutant(
        "refuses-leading-digit",
        "too strict",
        "a sender that begins with a digit is refused",
        _sender(lambda v: v[:1].isdigit() and not v.isdigit()),
    ),
    Mutant(
        "refuses-11-characters",
        "too strict",
        "a sender of 11 characters is refused",
        _sender(lambda v: len(v) == 11),
    ),
    Mutant(
        "refuses-one-letter",
        "too strict",
        "a sender of one letter is refused",
        _sender(lambda v: len(v) == 1),
    ),
    Mutant(
        "refuses-null-options",
        "too strict",
        "null options are refused",
        refuses(lambda m: m.get("options", _MISSING) is None, "options"),
    ),
    Mutant(
        "refuses-missing-options",
        "too strict",
        "a message without options is refused",
        refuses(lambda m: "options" not in m, "options"),
    ),
    Mutant(
        "refuses-empty-options",
        "too strict",
        "empty options are refused",
        refuses(lambda m: m.get("options") == {}, "options"),
    ),
    Mutant(
        "refuses-null-encoding",
        "too strict",
        "a null force_encoding is refused",
        _option("force_encoding", lambda v: v is None),
    ),
    Mutant(
        "refuses-flash-false",
        "too strict",
        "a false flash_message is refused",
        _option("flash_message", lambda v: v is False),
    ),
    Mutant(
        "refuses-empty-user-data",
        "too strict",
        "an empty user_data is refused",
        _option("user_data", lambda v: v == ""),
    ),
    Mutant(
        "refuses-user-data-256",
        "too strict",
        "a user_data of more than 255 characters is refused",
        _option("user_data", lambda v: isinstance(v, str) and len(v) > 255),
    ),
    Mutant(
        "refuses-user-data-4096",
        "too strict",
        "a user_data of 4096 characters is refused",
        _option("user_data", lambda v: isinstance(v, str) and len(v) == 4096),
    ),
    Mutant(
        "refuses-http-endpoint",
        "too strict",
        "an endpoint without TLS is refused",
        _webhook(lambda v: str(v.get("endpoint")).lower().startswith("http:")),
    ),
    Mutant(
        "refuses-endpoint-with-port",
        "too strict",
        "an endpoint with a port is refused",
        _webhook(lambda v: re.match(r"https?://[^/]*:[0-9]+", str(v.get("endpoint")), re.IGNORECASE)),
    ),
    Mutant(
        "refuses-md5",
        "too strict",
        "the algorithm MD5 is refused",
        _webhook(lambda v: v.get("hmac_algo") == "MD5"),
    ),
    Mutant(
        "refuses-endpoint-alone",
        "too strict",
        "an endpoint without a secret is refused",
        _webhook(lambda v: "hmac_secret" not in v),
    ),
    Mutant(
        "refuses-255-parts",
        "too strict",
        "a text of 255 parts is refused",
        refuses(lambda m: text_of(m) in {"a" * 39015, "ê" * 17085}, "body"),
    ),
    Mutant(
        "refuses-10-parts",
        "too strict",
        "a text of more than 1530 characters is refused",
        _text(lambda v: len(v) > 1530),
    ),
    Mutant(
        "refuses-two-parts",
        "too strict",
        "a text of more than one part is refused",
        _text(lambda v: len(v) > 160 or (not v.isascii() and units(v) > 70)),
    ),
    Mutant("refuses-astral", "too strict", "a text with an emoji is refused", _text(_astral)),
    Mutant("refuses-nul", "too strict", "a text with NUL is refused", _text(lambda v: "\0" in v)),
    Mutant(
        "refuses-line-feed", "too strict", "a text with a line feed is refused", _text(lambda v: "\n" in v)
    ),
    Mutant(
        "refuses-right-to-left",
        "too strict",
        "a text in Arabic or Hebrew is refused",
        _text(lambda v: re.search("[\u0590-\u06ff]", v)),
    ),
    Mutant(
        "refuses-blank-text",
        "too strict",
        "a text of one space is refused",
        _text(lambda v: v and not v.strip(" ")),
    ),
    Mutant(
        "refuses-markup",
        "too strict",
        "a text that looks like HTML is refused with 403",
        refuses(lambda m: "<" in text_of(m), "body", 403),
    ),
    Mutant(
        "refuses-7-digits", "too strict", "a recipient of 7 digits is refused", _to(lambda v: len(v) == 8)
    ),
    Mutant(
        "refuses-15-digits", "too strict", "a recipient of 15 digits is refused", _to(lambda v: len(v) == 16)
    ),
    Mutant(
        "refuses-americans",
        "too strict",
        "a recipient in North America is refused",
        _to(lambda v: re.fullmatch(r"\+1[0-9]{10}", v)),
    ),
    Mutant(
        "refuses-charset",
        "too strict",
        "a content type with a charset is refused",
        _raw(
            lambda a: (
                "charset" in a.header("content-type").lower() and "json" in a.header("content-type").lower()
            ),
            SEND,
        ),
    ),
    Mutant(
        "refuses-capital-content-type",
        "too strict",
        "APPLICATION/JSON is refused",
        _raw(lambda a: a.header("content-type").startswith("APPLICATION/JSON"), SEND),
    ),
    Mutant(
        "refuses-query-sender",
        "too strict",
        "a send by query with a sender is refused",
        refuses_request(
            lambda a: a.operation == SEND_BY_QUERY and any(k == "from" and v for k, v in a.pairs), "from"
        ),
    ),
    Mutant(
        "refuses-query-flash",
        "too strict",
        "options.flash_message=false in a query is refused",
        refuses_request(lambda a: ("options.flash_message", "false") in a.pairs, "options.flash_message"),
    ),
    Mutant(
        "refuses-one-second",
        "too strict",
        "a window of one second is refused",
        _window(lambda w: w.start == w.end),
    ),
    Mutant(
        "refuses-long-window",
        "too strict",
        "a window of more than a year is refused",
        _window(lambda w: (w.end - w.start).days > 366),
    ),
    Mutant(
        "refuses-month",
        "too strict",
        "a window of more than a day is refused",
        _window(lambda w: (w.end - w.start).total_seconds() > _DAY),
    ),
    Mutant(
        "refuses-far-past",
        "too strict",
        "a window before 1970 is refused",
        _window(lambda w: w.start.year < 1970),
    ),
    Mutant(
        "refuses-future",
        "too strict",
        "a window that ends after 2038 is refused",
        _window(lambda w: w.end.year > 2038),
    ),
    Mutant(
        "refuses-incoming",
        "too strict",
        "the list of incoming SMS is refused",
        _window(lambda w: w.type == "IN"),
    ),
    Mutant(
        "refuses-leap-day",
        "too strict",
        "29 February of a leap year is refused",
        _window(lambda w: (w.start.month, w.start.day) == (2, 29) or (w.end.month, w.end.day) == (2, 29)),
    ),
    Mutant(
        "refuses-hash-in-query",
        "too strict",
        "the hash in the query of a read is refused",
        _raw(lambda a: [k for k, _ in a.pairs] == ["hash"], READ),
    ),
    Mutant(
        "refuses-digits-in-hash",
        "too strict",
        "a hash that begins with a digit is not found",
        refuses_request(lambda a: a.operation == READ and a.hash[:1].isdigit(), "id", 404),
    ),
    Mutant(
        "refuses-plus-for-space",
        "too strict",
        "a plus for the space in a window is refused",
        _raw(lambda a: "+" in a.target, LIST),
    ),
    Mutant(
        "same-message-409",
        "too strict",
        "the same message again answers 409",
        lambda: _Once(dump, 409),
    ),
    Mutant(
        "refuses-escapes",
        "too strict",
        "a \\u escape in a body is refused",
        refuses_request(lambda a: a.operation == SEND and b"\\u" in a.body, "body"),
    ),
    Mutant(
        "same-recipient-429",
        "too strict",
        "another send to a recipient answers 429",
        lambda: _Once(recipient_of, 429),
    ),
    Mutant(
        "refuses-noncharacters",
        "too strict",
        "a text with U+FFFF is refused",
        refuses(lambda m: "\uffff" in text_of(m), "body"),
    ),
    Mutant(
        "refuses-accents-in-user-data",
        "too strict",
        "user_data beyond ASCII is refused",
        refuses(lambda m: not str(options_of(m).get("user_data", "")).isascii(), "options"),
    ),
    Mutant(
        "refuses-ipv6-endpoint",
        "too strict",
        "an endpoint with an IPv6 address is refused",
        _endpoint(lambda v: "[" in v),
    ),
    Mutant(
        "refuses-endpoint-query",
        "too strict",
        "an endpoint with a query is refused",
        _endpoint(lambda v: "?" in v),
    ),
    Mutant(
        "refuses-capital-scheme",
        "too strict",
        "an endpoint of HTTPS in capitals is refused",
        _endpoint(lambda v: v.startswith("HTTP")),
    ),
    Mutant(
        "refuses-marketing-without-stop",
        "too strict",
        "a MARKETING text without %STOPNUM% is refused",
        refuses(_marketing_without_stop, "body"),
    ),
    Mutant(
        "refuses-chunks",
        "too strict",
        "a body whose length is not said beforehand is refused",
        refuses_request(
            lambda request: request.operation == SEND and bool(request.header("transfer-encoding")), "body"
        ),
    ),
    Mutant(
        "refuses-raw-characters",
        "too strict",
        "a body with a character outside ASCII that is not escaped is refused",
        refuses_request(lambda request: request.operation == SEND and not request.body.isascii(), "body"),
    ),
    Mutant(
        "refuses-dash-before-sender",
        "too strict",
        "a sender that begins with a dash is refused",
        refuses(lambda message: sender_of(message).startswith("-"), "from"),
    ),
    Mutant(
        "refuses-french-landlines",
        "too strict",
        "French numbers that are no mobile ones are refused",
        refuses(lambda message: re.match(r"\+33[^67]", recipient_of(message)) is not None, "to"),
    ),
)
