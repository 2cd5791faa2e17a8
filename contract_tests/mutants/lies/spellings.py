"""Servers that read one spelling of a request wrongly."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from mutants.builders import (
    Maker,
    Mutant,
    Window,
    accepts_raw,
    dump,
    moment_of,
    on_window,
    options_of,
    recipient_of,
    refuses,
    refuses_request,
    text_of,
    window_of,
)
from mutants.lies.paths_and_methods import otherwise
from mutants.messages import (
    LIST,
    SEND,
    SEND_BY_QUERY,
    Json,
    Request,
)

_TO: Final = "+33639981234"
_MONTHS: Final = 12


# --- one spelling ---------------------------------------------------------------------------------------


def _body(mend: Callable[[bytes], bytes | None]) -> Maker:
    """Mend a body that is refused."""

    def rewrite(request: Request) -> Request:
        mended = mend(request.body) if request.operation == SEND else None
        if mended is None:
            return request
        return replace(request, body=mended).with_header("Content-Type", "application/json")

    return otherwise(rewrite, 400)


def _inner(body: bytes) -> bytes | None:
    """Return the object in an array of one, or in a string."""
    try:
        found = json.loads(body)
        found = json.loads(found) if isinstance(found, str) else found
    except (ValueError, RecursionError):
        return None
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    return dump(found) if isinstance(found, dict) else None


def form_of(body: bytes) -> bytes | None:
    """Return the message of a form with a recipient and a text; None for any other body."""
    pairs = dict(parse_qsl(body.decode("latin-1")))
    return dump(pairs) if pairs.keys() == {"to", "body"} else None


def _unnamed(request: Request) -> Request:
    has_none = request.operation == SEND and all(
        name.lower() != "content-type" for name, _ in request.headers
    )
    return request.with_header("Content-Type", "application/json") if has_none and request.body else request


def _from_query(request: Request) -> Request:
    if request.operation != SEND or request.body or not request.pairs:
        return request
    found = replace(request, target=request.path, body=dump(dict(request.pairs)))
    return found.with_header("Content-Type", "application/json")


def _query(mend: Callable[[str], str], operation: str) -> Maker:
    def rewrite(request: Request) -> Request:
        path, mark, query = request.target.partition("?")
        return (
            replace(request, target=f"{path}{mark}{mend(query)}")
            if request.operation == operation
            else request
        )

    return otherwise(rewrite, 400)


def _moment(pattern: str, mended: str) -> Maker:
    def mend(request: Request) -> Request:
        pairs = [
            (name, re.sub(pattern, mended, value) if moment_of(value) is None else value)
            for name, value in request.pairs
        ]
        return request if pairs == request.pairs else request.with_pairs(pairs)

    return accepts_raw(mend, LIST)


def _refuses_query(pattern: str, operation: str) -> Maker:
    return refuses_request(
        lambda request: request.operation == operation and re.search(pattern, request.target) is not None,
        "query",
    )


def _refuses_body(pattern: bytes) -> Maker:
    return refuses_request(
        lambda request: request.operation == SEND and re.search(pattern, request.body) is not None, "body"
    )


def _is_century(request: Request) -> bool:
    window = window_of(request)
    return window is not None and f"{window.start:%Y-%m-%d}" == "2000-02-29"


def _swapped(moment: datetime) -> datetime:
    return moment.replace(month=moment.day, day=moment.month) if moment.day <= _MONTHS else moment


def _american(request: Request, window: Window) -> Request:
    return window.put(request, start=_swapped(window.start), end=_swapped(window.end))


def _endpoint_of(message: Json) -> str:
    webhook = options_of(message).get("webhook")
    return str(webhook.get("endpoint", "")) if isinstance(webhook, dict) else ""


# --- one order ------------------------------------------------------------------------------------------


def _by_position(request: Request) -> Request:
    """Take the first moment of a list for the start of its window."""
    names = [name for name, _ in request.pairs]
    if request.operation != LIST or sorted(names) != ["from", "to", "type"]:
        return request
    moments = iter([value for name, value in request.pairs if name != "type"])
    started = iter(("from", "to"))
    return request.with_pairs(
        [(name, value) if name == "type" else (next(started), next(moments)) for name, value in request.pairs]
    )


def _options_last(request: Request) -> Request:
    """Leave out the options of a body if the text comes after them."""
    message = request.json() if request.operation == SEND else None
    names = list(message) if isinstance(message, dict) else []
    if (
        message is None
        or not {"options", "body"} <= set(names)
        or names.index("options") > names.index("body")
    ):
        return request
    return replace(request, body=dump({name: message[name] for name in names if name != "options"}))


def _plus_in_sender(request: Request) -> Request:
    """Take a plus in a sender for a dash, because a sender has none."""
    target = re.sub(r"(?<=[?&]from=)[^&]*", lambda found: found[0].replace("+", "-"), request.target)
    return replace(request, target=target)


SPELLINGS: Final = (
    Mutant(
        "month-and-day-swapped",
        "boundaries",
        "month and day of a window are swapped where the day could be a month",
        on_window(_american),
    ),
    Mutant(
        "takes-object-in-wrapping", "too lax", "an object in an array or a string is taken", _body(_inner)
    ),
    Mutant("takes-plain-form", "too lax", "a form with a recipient and a text is taken", _body(form_of)),
    Mutant(
        "takes-nul-after-body", "too lax", "NUL after a body is ignored", _body(lambda b: b.rstrip(b"\0"))
    ),
    Mutant("takes-open-object", "too lax", "the last bracket may be left out", _body(lambda b: b + b"}")),
    Mutant(
        "takes-unnamed-type", "too lax", "a body without a header of its type is taken", accepts_raw(_unnamed)
    ),
    Mutant("posts-query", "too lax", "a POST without a body takes the query", otherwise(_from_query, 400)),
    Mutant(
        "takes-underscore-option",
        "too lax",
        "options_nature is taken for options.nature",
        _query(lambda q: q.replace("options_", "options."), SEND_BY_QUERY),
    ),
    Mutant(
        "takes-semicolons",
        "too lax",
        "a semicolon parts a query",
        _query(lambda q: q.replace(";", "&"), LIST),
    ),
    Mutant(
        "takes-spaces-around-names",
        "too lax",
        "spaces around a name in a query are ignored",
        _query(lambda q: re.sub(r"(^|&)(?:%20|\+)+|(?:%20|\+)+(?==)", r"\1", q), LIST),
    ),
    Mutant("takes-year-0", "too lax", "the year 0 is taken", _moment("^0000-(?!00)", "0001-")),
    Mutant("takes-month-0", "too lax", "month 0 is taken", _moment("-00-(?!00)", "-01-")),
    Mutant("takes-day-0", "too lax", "day 0 is taken", _moment("(?<!-00)-00 ", "-01 ")),
    Mutant(
        "takes-leap-day-1900", "too lax", "29 February of 1900 is taken", _moment("^1900-02-29", "1900-02-28")
    ),
    Mutant(
        "refuses-leap-day-2000",
        "too strict",
        "29 February of 2000 is refused",
        refuses_request(_is_century, "from"),
    ),
    Mutant("refuses-percent-20", "too strict", "%20 in a window is refused", _refuses_query("%20", LIST)),
    Mutant(
        "refuses-small-escapes",
        "too strict",
        "escapes in small letters are refused",
        _refuses_query("%[0-9A-F]?[a-f]", SEND_BY_QUERY),
    ),
    Mutant(
        "refuses-bare-colons",
        "too strict",
        "a colon that is not escaped is refused",
        _refuses_query(":", LIST),
    ),
    Mutant("refuses-escaped-slash", "too strict", "an escaped slash is refused", _refuses_body(rb"\\/")),
    Mutant("refuses-space-before", "too strict", "space before a body is refused", _refuses_body(rb"\A\s")),
    Mutant(
        "refuses-charset-in-capitals",
        "too strict",
        "a charset in capitals is refused",
        refuses_request(lambda a: a.operation == SEND and "UTF-8" in a.header("content-type"), "body"),
    ),
    Mutant(
        "refuses-russia", "too strict", "+7 is refused", refuses(lambda m: recipient_of(m)[:2] == "+7", "to")
    ),
    Mutant(
        "refuses-line-feed-alone",
        "too strict",
        "a text of a line feed is refused",
        refuses(lambda m: text_of(m) == "\n", "body"),
    ),
    Mutant(
        "refuses-user-in-endpoint",
        "too strict",
        "an endpoint with a user is refused",
        refuses(lambda m: "@" in _endpoint_of(m), "options"),
    ),
    Mutant(
        "window-by-position",
        "boundaries",
        "of from and to in a list the first one is the start",
        accepts_raw(_by_position, LIST),
    ),
    Mutant(
        "options-before-body-lost",
        "options",
        "options before the text in a body are lost",
        accepts_raw(_options_last, SEND),
    ),
    Mutant(
        "plus-in-sender",
        "sender and recipient",
        "a plus for a space in a sender is read as a dash",
        accepts_raw(_plus_in_sender, SEND_BY_QUERY),
    ),
)
