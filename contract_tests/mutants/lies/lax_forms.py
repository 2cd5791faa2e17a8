"""Servers that accept requests in forms which the contract does not allow."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from mutants.builders import (
    Maker,
    Mutant,
    accepts,
    accepts_pair,
    accepts_raw,
    dump,
    moment_of,
    on_request,
    options_of,
    recipient_of,
    sender_of,
)
from mutants.lies.paths_and_methods import otherwise
from mutants.lies.spellings import form_of
from mutants.messages import READ, SEND, SEND_BY_QUERY, Json, Request

_TO: Final = "+33639981234"


def _lower_path(request: Request) -> Request:
    path, mark, query = request.target.partition("?")
    below = path.removeprefix(request.base_path)
    return (
        replace(request, target=f"{request.base_path}/sms{below[4:]}{mark}{query}")
        if below[:4].lower() == "/sms"
        else request
    )


def _without_slash(request: Request) -> Request:
    path, mark, query = request.target.partition("?")
    return replace(request, target=f"{path.rstrip('/')}{mark}{query}")


def _from_form(request: Request) -> Request:
    if not request.header("content-type").startswith("application/x-www-form-urlencoded"):
        return request
    pairs = dict(parse_qsl(request.body.decode("latin-1"))) or request.json()
    return replace(request, body=dump(pairs)).with_header("Content-Type", "application/json")


def _moment(mend: Callable[[str], str]) -> Maker:
    return accepts_pair(lambda k, v: (k, mend(v)) if k in {"from", "to"} and moment_of(v) is None else (k, v))


def _padded(text: str) -> str:
    found = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)", text)
    return "{}-{:0>2}-{:0>2} {:0>2}:{:0>2}:{:0>2}".format(*found.groups()) if found else text


def _without_comments(body: bytes) -> bytes:
    return re.sub(rb"/\*.*?\*/", b"", body)


def _recipient(mend: Callable[[str], str]) -> Maker:
    return accepts(lambda m: m.update(to=mend(recipient_of(m))) if recipient_of(m) else None)


def _without(option: str) -> Maker:
    """Treat an empty option as absent."""

    def mend(message: Json) -> None:
        options = options_of(message)
        if options.get(option) == "":
            del options[option]

    return accepts(mend)


def _no_endpoint(message: Json) -> None:
    webhook = options_of(message).get("webhook")
    if isinstance(webhook, dict) and webhook.get("endpoint") == "":
        del options_of(message)["webhook"]


def _number(mend: Callable[[str], str]) -> Maker:
    return accepts(
        lambda message: message.update(to=mend(recipient_of(message))) if "to" in message else None
    )


def _few_digits(message: Json) -> None:
    if re.fullmatch(r"\+[0-9]{1,10}", sender_of(message)):
        message["from"] = "SMS"


def _octets_as_json(request: Request) -> Request:
    is_other = request.header("content-type") == "application/octet-stream"
    return request.with_header("Content-Type", "application/json") if is_other else request


def _any_json_type(request: Request) -> Request:
    is_near = request.header("content-type").lower().startswith("application/json")
    return request.with_header("Content-Type", "application/json") if is_near else request


def _in_small_letters(request: Request) -> Request:
    document = request.json() if request.operation == SEND else None
    if not isinstance(document, dict):
        return request
    return replace(request, body=dump({name.lower(): value for name, value in document.items()}))


def _from_form_said_to_be_json(request: Request) -> Request:
    """Return the message of a form whose content type is JSON."""
    is_json = request.operation == SEND and request.header("content-type") == "application/json"
    message = form_of(request.body) if is_json else None
    return request if message is None else replace(request, body=message)


def _quoted(request: Request) -> Request:
    if request.operation != SEND:
        return request
    return replace(request, body=re.sub(rb"([{,]\s*)([a-z_]+)(\s*:)", rb'\1"\2"\3', request.body))


def _escaped_plus(request: Request) -> Request:
    if request.operation != SEND_BY_QUERY:
        return request
    return replace(request, target=re.sub(r"([?&]to=)\+", r"\1%2B", request.target))


def _without_end(request: Request) -> Request:
    if request.operation != READ:
        return request
    return replace(request, target=re.sub("%0[Aa]$", "", request.target))


LAX_FORMS: Final = (
    Mutant("path-in-capitals", "too lax", "/SMS is taken for /sms", on_request(_lower_path)),
    Mutant("path-with-slash", "too lax", "/sms/ is taken for /sms", on_request(_without_slash)),
    Mutant(
        "takes-seconds",
        "too lax",
        "seconds since 1970 in a window are taken",
        _moment(lambda v: "2024-03-19 00:00:00" if re.fullmatch(r"\d{9,10}", v) else v),
    ),
    Mutant(
        "takes-slashes", "too lax", "dates with slashes are taken", _moment(lambda v: v.replace("/", "-"))
    ),
    Mutant("takes-short-fields", "too lax", "dates without zeros are taken", _moment(_padded)),
    Mutant(
        "takes-minutes",
        "too lax",
        "dates without seconds are taken",
        _moment(lambda v: f"{v}:00" if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", v) else v),
    ),
    Mutant(
        "takes-00-for-plus",
        "too lax",
        "a recipient with 00 for the plus is taken",
        _recipient(lambda v: re.sub("^00(?=[1-9])", "+", v)),
    ),
    Mutant(
        "takes-dashes-in-number",
        "too lax",
        "dashes and brackets in a recipient are taken",
        _recipient(lambda v: re.sub("[-().]", "", v)),
    ),
    Mutant(
        "takes-several-recipients",
        "too lax",
        "an array of recipients is taken",
        accepts(lambda m: m.update(to=_TO) if isinstance(m.get("to"), list) and m["to"] else None, SEND),
    ),
    Mutant(
        "takes-comments",
        "too lax",
        "comments in JSON are taken",
        accepts_raw(lambda a: replace(a, body=_without_comments(a.body)), SEND),
    ),
    Mutant("takes-form", "too lax", "a form is taken for JSON", accepts_raw(_from_form, SEND)),
    Mutant(
        "takes-text-for-body",
        "too lax",
        "text is taken as another name of body",
        accepts(lambda m: m.update(body=m.pop("text")) if "text" in m and "body" not in m else None),
    ),
    Mutant(
        "takes-options-string",
        "too lax",
        "options in a string are taken",
        accepts(lambda m: m.update(options=None) if isinstance(m.get("options"), str) else None, SEND),
    ),
    Mutant("takes-empty-endpoint", "too lax", "an empty endpoint is taken for none", accepts(_no_endpoint)),
    Mutant("takes-empty-nature", "too lax", "an empty nature is taken for none", _without("nature")),
    Mutant(
        "takes-empty-encoding",
        "too lax",
        "an empty force_encoding is taken for none",
        _without("force_encoding"),
    ),
    Mutant(
        "takes-letters-behind-number",
        "too lax",
        "letters behind a number are ignored",
        _number(lambda to: re.sub(r"(?<=[0-9])[A-Za-z]+[0-9]*$", "", to)),
    ),
    Mutant("takes-number-in-spaces", "too lax", "spaces around a number are ignored", _number(str.strip)),
    Mutant(
        "takes-plus-and-few-digits",
        "too lax",
        "a sender of a plus and few digits is taken",
        accepts(_few_digits),
    ),
    Mutant(
        "takes-octets",
        "too lax",
        "application/octet-stream is read as JSON",
        accepts_raw(_octets_as_json, SEND),
    ),
    Mutant(
        "takes-types-like-json",
        "too lax",
        "a type that begins with application/json is taken for it",
        accepts_raw(_any_json_type, SEND),
    ),
    Mutant(
        "takes-names-in-capitals",
        "too lax",
        "the case of members does not count",
        otherwise(_in_small_letters, 400),
    ),
    Mutant(
        "takes-form-as-json",
        "too lax",
        "a form is taken that is said to be JSON",
        otherwise(_from_form_said_to_be_json, 400),
    ),
    Mutant("takes-bare-names", "too lax", "names without quotes are taken", otherwise(_quoted, 400)),
    Mutant(
        "takes-plus-as-plus",
        "too lax",
        "a plus that a query does not escape is one where a number begins",
        otherwise(_escaped_plus, 400),
    ),
    Mutant(
        "reads-with-line-feed",
        "too lax",
        "a line feed behind a hash is ignored",
        otherwise(_without_end, 404),
    ),
)
