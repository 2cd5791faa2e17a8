"""Servers that accept sends which the contract refuses: one kind of invalid request each."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from mutants.builders import (
    Maker,
    Mutant,
    accepts,
    accepts_pair,
    accepts_raw,
    dump,
    options_of,
    recipient_of,
    sender_of,
)
from mutants.messages import SEND, SEND_BY_QUERY, Json, Request

_TO: Final = "+33639981234"
_SENDER: Final = re.compile(r"[A-Za-z0-9 _-]{1,11}")


def _sender(when: Callable[[str], object]) -> Maker:
    """Accept senders for which `when` is true."""
    return accepts(lambda m: m.update({"from": "SMS"}) if sender_of(m) and when(sender_of(m)) else None)


def _recipient(mend: Callable[[str], str]) -> Maker:
    return accepts(lambda m: m.update(to=mend(recipient_of(m))) if recipient_of(m) else None)


def _any_recipient(when: Callable[[object], object]) -> Maker:
    return accepts(lambda m: m.update(to=_TO) if "to" in m and when(m["to"]) else None)


def _option(name: str, mend: Callable[[Any], Any]) -> Maker:
    """Mend the value of one option; None removes it."""

    def change(message: Json) -> None:
        options = options_of(message)
        if name in options:
            options[name] = mend(options[name])
            if options[name] is None:
                del options[name]

    return accepts(change)


def _webhook(change: Callable[[Json], object]) -> Maker:
    def each(message: Json) -> None:
        webhook = options_of(message).get("webhook")
        if isinstance(webhook, dict):
            change(webhook)

    return accepts(each)


def _known(names: set[str], place: Callable[[Json], Json]) -> Callable[[Json], None]:
    def change(message: Json) -> None:
        found = place(message)
        for name in found.keys() - names:
            del found[name]

    return change


_MESSAGE: Final = {"to", "from", "body", "options"}
_OPTIONS: Final = {"force_encoding", "nature", "flash_message", "user_data", "webhook"}
_WEBHOOK: Final = {"endpoint", "hmac_secret", "hmac_algo"}


def _webhook_of(message: Json) -> Json:
    found = options_of(message).get("webhook")
    return found if isinstance(found, dict) else {}


def _text(mend: Callable[[str], str]) -> Maker:
    return accepts(lambda m: m.update(body=mend(m["body"])) if isinstance(m.get("body"), str) else None)


def _fitting(text: str) -> str:
    """Return the longest prefix that fits in 255 parts of any encoding."""
    return text[: 255 * 33] if len(text) > 255 * 66 else text


def _body(mend: Callable[[bytes], bytes]) -> Maker:
    return accepts_raw(lambda request: replace(request, body=mend(request.body)), SEND)


def _first_value(body: bytes) -> bytes:
    """Return the JSON value that `body` begins with, without the rest."""
    try:
        text = body.decode()
        value, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return body
    return dump(value) if isinstance(value, dict) else body


def _without_commas(body: bytes) -> bytes:
    return re.sub(rb",\s*([}\]])", rb"\1", body)


def _utf8(body: bytes) -> bytes:
    return body.decode("utf-8", "replace").encode()


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _as_json(request: Request) -> Request:
    return request.with_header("Content-Type", "application/json") if request.body else request


def _typed(request: Request) -> Request:
    return request if request.header("content-type") or not request.body else _as_json(request)


SENDING = (
    Mutant(
        "takes-unknown-option", "too lax", "an unknown option is taken", accepts(_known(_OPTIONS, options_of))
    ),
    Mutant(
        "takes-unknown-member",
        "too lax",
        "an unknown member of the body is taken",
        accepts(_known(_MESSAGE, lambda m: m), SEND),
    ),
    Mutant(
        "takes-unknown-webhook-member",
        "too lax",
        "an unknown member of webhook is taken",
        accepts(_known(_WEBHOOK, _webhook_of)),
    ),
    Mutant("takes-empty-body", "too lax", "an empty text is taken", _text(lambda v: v or "x")),
    Mutant(
        "takes-missing-body",
        "too lax",
        "a message without a text is taken",
        accepts(lambda m: m.setdefault("body", "x")),
    ),
    Mutant(
        "takes-missing-to",
        "too lax",
        "a message without a recipient is taken",
        accepts(lambda m: m.setdefault("to", _TO)),
    ),
    Mutant(
        "takes-null-to",
        "too lax",
        "a null recipient is taken",
        accepts(lambda m: m.update(to=_TO) if "to" in m and m["to"] is None else None),
    ),
    Mutant(
        "takes-number-as-text",
        "too lax",
        "a text that is a JSON number is taken",
        accepts(
            lambda m: m.update(body=str(m["body"])) if type(m.get("body")) in {int, float} else None, SEND
        ),
    ),
    Mutant(
        "takes-number-as-to",
        "too lax",
        "a recipient that is a JSON number is taken",
        accepts(lambda m: m.update(to=_TO) if type(m.get("to")) is int else None, SEND),
    ),
    Mutant(
        "takes-null-from",
        "too lax",
        "a null sender is taken",
        accepts(lambda m: m.update({"from": ""}) if "from" in m and m["from"] is None else None, SEND),
    ),
    Mutant(
        "takes-long-sender",
        "too lax",
        "a sender of 12 characters is taken",
        _sender(lambda v: len(v) == 12 and _SENDER.fullmatch(v[:11]) and v[:11].isalpha()),
    ),
    Mutant(
        "takes-any-length-of-sender",
        "too lax",
        "a sender of any length is taken",
        _sender(lambda v: len(v) > 11),
    ),
    Mutant(
        "takes-accented-sender",
        "too lax",
        "a sender with an accent is taken",
        _sender(lambda v: len(v) <= 11 and v.isalnum() and not v.isascii()),
    ),
    Mutant(
        "takes-punctuated-sender",
        "too lax",
        "a sender with a dot is taken",
        _sender(lambda v: "." in v and _SENDER.fullmatch(v.replace(".", "a"))),
    ),
    Mutant(
        "takes-foreign-shortcode",
        "too lax",
        "a shortcode of another account is taken",
        _sender(lambda v: v.isascii() and v.isdigit() and len(v) <= 11),
    ),
    Mutant(
        "takes-sender-without-letter",
        "too lax",
        "a sender of dashes and digits is taken",
        _sender(lambda v: _SENDER.fullmatch(v) and not v.isdigit() and not re.search("[A-Za-z]", v)),
    ),
    Mutant(
        "takes-number-as-sender",
        "too lax",
        "a phone number as a sender is taken",
        _sender(lambda v: re.fullmatch(r"\+[0-9]+", v)),
    ),
    Mutant(
        "takes-number-without-plus",
        "too lax",
        "a recipient without a plus is taken",
        _recipient(lambda v: f"+{v}" if re.fullmatch("[1-9][0-9]{6,14}", v) else v),
    ),
    Mutant(
        "takes-16-digits",
        "too lax",
        "a recipient of 16 digits is taken",
        _recipient(lambda v: v[:16] if re.fullmatch(r"\+[1-9][0-9]{15}", v) else v),
    ),
    Mutant(
        "takes-6-digits",
        "too lax",
        "a recipient of 6 digits is taken",
        _recipient(lambda v: f"{v}0" if re.fullmatch(r"\+[1-9][0-9]{5}", v) else v),
    ),
    Mutant(
        "takes-leading-zero",
        "too lax",
        "a recipient that begins with 0 is taken",
        _recipient(lambda v: re.sub(r"^\+0(?=[0-9]{6})", "+33", v)[:16]),
    ),
    Mutant(
        "takes-spaces-in-number",
        "too lax",
        "spaces in a recipient are taken",
        _recipient(lambda v: v.replace(" ", "") if re.fullmatch(r"\+[0-9 ]+", v) else v),
    ),
    Mutant(
        "takes-line-feed-after-number",
        "too lax",
        "a line feed after a recipient is taken",
        _recipient(lambda v: v.removesuffix("\n")),
    ),
    Mutant(
        "takes-unicode-digits",
        "too lax",
        "digits of other scripts in a recipient are taken",
        _any_recipient(lambda v: isinstance(v, str) and not v.isascii() and re.fullmatch(r"\+\d{7,15}", v)),
    ),
    Mutant(
        "takes-lower-case-nature",
        "too lax",
        "a nature in lower case is taken",
        _option("nature", lambda v: v.upper() if isinstance(v, str) else v),
    ),
    Mutant(
        "takes-any-nature",
        "too lax",
        "any word for a nature is taken",
        _option(
            "nature", lambda v: v if v in {"ALERTING", "MARKETING"} or not isinstance(v, str) else "ALERTING"
        ),
    ),
    Mutant(
        "takes-lower-case-encoding",
        "too lax",
        "an encoding in lower case is taken",
        _option("force_encoding", lambda v: v.upper() if isinstance(v, str) else v),
    ),
    Mutant(
        "takes-any-encoding",
        "too lax",
        "any word for an encoding is taken",
        _option("force_encoding", lambda v: v if v in {"GSM", "UNICODE"} or not isinstance(v, str) else None),
    ),
    Mutant(
        "takes-flash-word",
        "too lax",
        "a word for flash_message is taken",
        _option("flash_message", lambda v: True if isinstance(v, str) else v),
    ),
    Mutant(
        "takes-flash-number",
        "too lax",
        "a number for flash_message is taken",
        _option("flash_message", lambda v: bool(v) if type(v) is int else v),
    ),
    Mutant(
        "takes-long-user-data",
        "too lax",
        "a user_data of 4097 characters is taken",
        _option("user_data", lambda v: v[:4096] if isinstance(v, str) else v),
    ),
    Mutant(
        "takes-number-as-user-data",
        "too lax",
        "a user_data that is a number is taken",
        _option("user_data", lambda v: str(v) if type(v) in {int, float} else v),
    ),
    Mutant(
        "takes-options-array",
        "too lax",
        "an array of options is taken",
        accepts(lambda m: m.update(options=None) if m.get("options") == [] else None, SEND),
    ),
    Mutant(
        "takes-ftp-endpoint",
        "too lax",
        "an endpoint of another scheme is taken",
        _webhook(lambda w: w.update(endpoint=re.sub("^ftp:", "https:", str(w.get("endpoint"))))),
    ),
    Mutant(
        "takes-relative-endpoint",
        "too lax",
        "an endpoint without a scheme is taken",
        _webhook(
            lambda w: (
                w.update(endpoint=f"https://{w['endpoint']}")
                if re.match(r"^[a-z]+\.", str(w.get("endpoint")))
                else None
            )
        ),
    ),
    Mutant(
        "takes-empty-secret",
        "too lax",
        "an empty secret is taken",
        _webhook(lambda w: w.pop("hmac_secret") if w.get("hmac_secret") == "" else None),
    ),
    Mutant(
        "takes-sha1",
        "too lax",
        "another algorithm is taken",
        _webhook(
            lambda w: (
                w.pop("hmac_algo") if w.get("hmac_algo") not in {"MD5", "SHA256", "SHA512", None} else None
            )
        ),
    ),
    Mutant(
        "takes-secret-without-endpoint",
        "too lax",
        "a secret without an endpoint is taken",
        accepts(
            lambda m: (
                options_of(m).pop("webhook") if _webhook_of(m) and "endpoint" not in _webhook_of(m) else None
            )
        ),
    ),
    Mutant("takes-256-parts", "too lax", "a text of 256 parts is taken", _text(_fitting)),
    Mutant(
        "takes-lone-surrogate",
        "too lax",
        "a text with a lone surrogate is taken",
        accepts(
            lambda m: (
                m.update(body=_without_surrogates(m["body"])) if isinstance(m.get("body"), str) else None
            ),
            SEND,
        ),
    ),
    Mutant(
        "takes-other-content-type",
        "too lax",
        "a body of any content type is taken",
        accepts_raw(_as_json, SEND),
    ),
    Mutant(
        "takes-missing-content-type",
        "too lax",
        "a body without a content type is taken",
        accepts_raw(_typed, SEND),
    ),
    Mutant("takes-trailing-bytes", "too lax", "bytes after the JSON are taken", _body(_first_value)),
    Mutant(
        "takes-trailing-comma", "too lax", "a trailing comma in the JSON is taken", _body(_without_commas)
    ),
    Mutant("takes-bad-utf8", "too lax", "a body that is not UTF-8 is taken", _body(_utf8)),
    Mutant(
        "takes-query-on-post",
        "too lax",
        "a query with POST /sms is taken",
        accepts_raw(lambda a: replace(a, target=a.path), SEND),
    ),
    Mutant(
        "takes-repeated-in-send",
        "too lax",
        "a repeated parameter of a send is taken",
        accepts_raw(
            lambda a: a.with_pairs(list(dict(a.pairs).items())) if len(dict(a.pairs)) < len(a.pairs) else a,
            SEND_BY_QUERY,
        ),
    ),
    Mutant(
        "takes-unknown-in-send",
        "too lax",
        "an unknown parameter of a send is taken",
        accepts(_known(_MESSAGE, lambda m: m), SEND_BY_QUERY),
    ),
    Mutant(
        "takes-brackets",
        "too lax",
        "options[nature] is taken for options.nature",
        accepts_pair(
            lambda k, v: (
                ("options.nature", v if v in {"ALERTING", "MARKETING"} else "ALERTING")
                if k == "options[nature]"
                else (k, v)
            ),
            SEND_BY_QUERY,
        ),
    ),
    Mutant(
        "takes-empty-option",
        "too lax",
        "an empty option in a query is taken",
        accepts_pair(
            lambda k, v: None if k in {"options.flash_message", "options.nature"} and not v else (k, v),
            SEND_BY_QUERY,
        ),
    ),
)
