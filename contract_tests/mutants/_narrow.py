"""Lies that show in one place alone: one character, one spelling, one path that nearly exists."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Final
from urllib.parse import parse_qsl

from contract_tests.mutants._access import credentials_of, lets_in
from contract_tests.mutants._build import (
    SENDS,
    Maker,
    Mutant,
    Window,
    accepts_raw,
    dump,
    moment_of,
    on_parts,
    on_sms,
    on_success,
    on_window,
    options_of,
    put_parts,
    recipient_of,
    refuses,
    refuses_request,
    split,
    tells,
    text_of,
    window_of,
)
from contract_tests.mutants._encodings import BASIC, also_basic, forced
from contract_tests.mutants._messages import (
    LIST,
    OK,
    READ,
    SEND,
    SEND_BY_QUERY,
    Asked,
    Forward,
    Json,
    Told,
    error,
    message_of,
    with_message,
)

_TO: Final = "+33639981234"
_MONTHS: Final = 12


# --- what nearly exists ---------------------------------------------------------------------------------


def otherwise(mend: Callable[[Asked], Asked], *statuses: int) -> Maker:
    """What is refused with one of these statuses is mended and asked again; only a success is told."""

    def lie(asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        mended = mend(asked) if told.status in statuses else asked
        again = forward(mended) if mended != asked else told
        return again if again.status == OK else told

    return lambda: lie


def _path(mend: Callable[[str], str]) -> Maker:
    def rewrite(asked: Asked) -> Asked:
        below, mark, query = asked.target.removeprefix(asked.base_path).partition("?")
        return replace(asked, target=f"{asked.base_path}{mend(below)}{mark}{query}")

    return otherwise(rewrite, 404)


def _method(taken: str, below: str) -> Maker:
    def rewrite(asked: Asked) -> Asked:
        if asked.method != taken or not re.fullmatch(below, asked.path.removeprefix(asked.base_path)):
            return asked
        return replace(asked, method="GET", body=b"").with_header("Content-Type", None)

    return otherwise(rewrite, 405)


def _to_the_list(asked: Asked) -> Asked:
    is_send = asked.method == "POST" and asked.path == f"{asked.base_path}/sms/send"
    return replace(asked, target=f"{asked.base_path}/sms") if is_send else asked


PLACES: Final = (
    Mutant("slash-after-list", "too lax", "a list is had at /sms/ too", _path(lambda p: p.rstrip("/"))),
    Mutant("slash-twice", "too lax", "two slashes are one", _path(lambda p: p.replace("//", "/"))),
    Mutant(
        "send-in-capitals",
        "too lax",
        "a send by query is taken at /Sms/Send too",
        _path(lambda p: p.lower() if p.lower() == "/sms/send" else p),
    ),
    Mutant(
        "reads-below-hash",
        "too lax",
        "what follows a hash and a slash is ignored",
        _path(lambda p: "/".join(p.split("/")[:3])),
    ),
    Mutant(
        "reads-with-suffix",
        "too lax",
        "a hash is read with .json after it",
        _path(lambda p: p.removesuffix(".json")),
    ),
    Mutant(
        "reads-look-alikes",
        "too lax",
        "O and I in a hash are taken for 0 and 1",
        _path(lambda p: "/sms/" + p[5:].translate(str.maketrans("OI", "01"))),
    ),
    Mutant("head-reads", "methods", "HEAD of an SMS answers 200", _method("HEAD", "/sms/[0-9A-Z]{8}")),
    Mutant("head-lists", "methods", "HEAD of a list answers 200", _method("HEAD", "/sms")),
    Mutant("post-reads", "methods", "POST of an SMS reads it", _method("POST", "/sms/[0-9A-Z]{8}")),
    Mutant("body-sent-to-send", "methods", "POST /sms/send takes a body", otherwise(_to_the_list, 405)),
)


# --- who is let in --------------------------------------------------------------------------------------


def _method_first(told: Told, asked: Asked) -> Told:
    is_wrong = told.status == 401 and asked.method == "DELETE"
    return error(405, "METHOD_NOT_ALLOWED [method]", Allow="GET, POST") if is_wrong else told


def _hash_first(told: Told, asked: Asked) -> Told:
    is_malformed = asked.operation == READ and not re.fullmatch("[0-9A-Z]{8}", asked.hash)
    return error(404, "PROPERTY_VALUE_ERROR [id]") if told.status == 401 and is_malformed else told


def _crashes_outside_ascii(told: Told, asked: Asked) -> Told:
    given = credentials_of(asked)
    is_outside = not f"{given.login}{given.password}".isascii()
    return error(500, "INTERNAL_ERROR") if told.status == 401 and is_outside else told


DOORS: Final = (
    Mutant(
        "login-is-a-password",
        "auth",
        "the login is taken for the password too",
        lets_in(lambda given, right, _: given.login == given.password == right.login),
    ),
    Mutant(
        "login-and-password-swapped",
        "auth",
        "the password before the login is taken too",
        lets_in(lambda given, right, _: (given.password, given.login) == (right.login, right.password)),
    ),
    Mutant(
        "password-cut-at-colon",
        "auth",
        "what follows a colon in the password is ignored",
        lets_in(
            lambda given, right, _: (
                (given.login, given.password.partition(":")[0]) == (right.login, right.password)
            )
        ),
    ),
    Mutant(
        "password-cut-at-nul",
        "auth",
        "what follows NUL in the password is ignored",
        lets_in(
            lambda given, right, _: (
                (given.login, given.password.partition("\0")[0]) == (right.login, right.password)
            )
        ),
    ),
    Mutant("wrong-method-before-401", "auth", "DELETE is 405 before it is 401", tells(_method_first)),
    Mutant(
        "malformed-hash-before-401", "auth", "a malformed hash is 404 before it is 401", tells(_hash_first)
    ),
    Mutant(
        "credentials-outside-ascii-500",
        "auth",
        "credentials outside ASCII answer 500",
        tells(_crashes_outside_ascii),
    ),
)


# --- one spelling ---------------------------------------------------------------------------------------


def _body(mend: Callable[[bytes], bytes | None]) -> Maker:
    """A body that is refused is mended."""

    def rewrite(asked: Asked) -> Asked:
        mended = mend(asked.body) if asked.operation == SEND else None
        if mended is None:
            return asked
        return replace(asked, body=mended).with_header("Content-Type", "application/json")

    return otherwise(rewrite, 400)


def _inner(body: bytes) -> bytes | None:
    """The object in an array of one, or in a string."""
    try:
        found = json.loads(body)
        found = json.loads(found) if isinstance(found, str) else found
    except (ValueError, RecursionError):
        return None
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    return dump(found) if isinstance(found, dict) else None


def form_of(body: bytes) -> bytes | None:
    """The message of a form with a recipient and a text; None for any other body."""
    pairs = dict(parse_qsl(body.decode("latin-1")))
    return dump(pairs) if pairs.keys() == {"to", "body"} else None


def _unnamed(asked: Asked) -> Asked:
    has_none = asked.operation == SEND and all(name.lower() != "content-type" for name, _ in asked.headers)
    return asked.with_header("Content-Type", "application/json") if has_none and asked.body else asked


def _from_query(asked: Asked) -> Asked:
    if asked.operation != SEND or asked.body or not asked.pairs:
        return asked
    found = replace(asked, target=asked.path, body=dump(dict(asked.pairs)))
    return found.with_header("Content-Type", "application/json")


def _query(mend: Callable[[str], str], operation: str) -> Maker:
    def rewrite(asked: Asked) -> Asked:
        path, mark, query = asked.target.partition("?")
        return replace(asked, target=f"{path}{mark}{mend(query)}") if asked.operation == operation else asked

    return otherwise(rewrite, 400)


def _moment(pattern: str, mended: str) -> Maker:
    def mend(asked: Asked) -> Asked:
        pairs = [
            (name, re.sub(pattern, mended, value) if moment_of(value) is None else value)
            for name, value in asked.pairs
        ]
        return asked if pairs == asked.pairs else asked.with_pairs(pairs)

    return accepts_raw(mend, LIST)


def _refuses_query(pattern: str, operation: str) -> Maker:
    return refuses_request(
        lambda asked: asked.operation == operation and re.search(pattern, asked.target) is not None, "query"
    )


def _refuses_body(pattern: bytes) -> Maker:
    return refuses_request(
        lambda asked: asked.operation == SEND and re.search(pattern, asked.body) is not None, "body"
    )


def _is_century(asked: Asked) -> bool:
    window = window_of(asked)
    return window is not None and f"{window.start:%Y-%m-%d}" == "2000-02-29"


def _swapped(moment: datetime) -> datetime:
    return moment.replace(month=moment.day, day=moment.month) if moment.day <= _MONTHS else moment


def _american(asked: Asked, window: Window) -> Asked:
    return window.put(asked, start=_swapped(window.start), end=_swapped(window.end))


def _endpoint_of(message: Json) -> str:
    webhook = options_of(message).get("webhook")
    return str(webhook.get("endpoint", "")) if isinstance(webhook, dict) else ""


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
)


# --- one character --------------------------------------------------------------------------------------


def _shown(change: Callable[[str], str], *names: str) -> Maker:
    """Members of each SMS are shown changed; `user_data` in the options too."""

    def each(sms: Json) -> None:
        sms.update({name: change(sms[name]) for name in names})
        if "user_data" in names and "user_data" in (sms["options"] or {}):
            sms["options"]["user_data"] = change(sms["options"]["user_data"])

    return on_sms(each)


def _rewritten(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return json.dumps(found) if isinstance(found, dict) else text


def _composed_first(sms: Json) -> None:
    if not forced(sms) and BASIC.issuperset(unicodedata.normalize("NFC", sms["text"])):
        sms["encoding"] = "GSM"
        put_parts(sms, split(len(sms["text"]), 160, 153))


def _one_part_looked_at(sms: Json) -> None:
    if not forced(sms) and BASIC.issuperset(sms["text"][:160]):
        sms["encoding"] = "GSM"
        put_parts(sms, split(len(sms["text"]), 160, 153))


def _line_feeds_twice(sms: Json) -> int | None:
    length = len(sms["text"]) + sms["text"].count("\n")
    return split(length, 160, 153) if sms["encoding"] == "GSM" and not forced(sms) else None


def _with_slash(sms: Json) -> None:
    webhook = (sms["options"] or {}).get("webhook")
    if webhook:
        webhook["endpoint"] = (
            re.sub(r"(?<=\w)(?=$|\?)", "/", webhook["endpoint"], count=1)
            if (webhook["endpoint"].count("/") == 2)
            else webhook["endpoint"]
        )


CHARACTERS: Final = (
    *(
        Mutant(f"{name}-as-gsm", "encodings", f"{what} goes as GSM", also_basic(frozenset(characters)))
        for name, what, characters in (
            ("caret", "a caret", "^"),
            ("bar", "a bar", "|"),
            ("tilde", "a tilde", "~"),
            ("form-feed", "a form feed", "\f"),
            ("a-acute", "á", "á"),
            ("o-double-acute", "ő", "ő"),
            ("micro", "the micro sign", "\u00b5"),
            ("degree", "the degree sign", "\u00b0"),
            ("ohm", "the ohm sign", "\u2126"),
            ("alpha", "a Greek letter that looks like A", "\u0391"),
            ("apostrophe", "a typographic apostrophe", "\u2019"),
            ("dash", "a dash", "\u2013"),
            ("ellipsis", "an ellipsis", "\u2026"),
            ("joiner", "a joiner", "\u200d"),
        )
    ),
    Mutant(
        "composed-before-encoding",
        "encodings",
        "accents are composed before the encoding is chosen",
        on_sms(_composed_first),
    ),
    Mutant(
        "encoding-of-first-160",
        "encodings",
        "only 160 characters choose the encoding",
        on_sms(_one_part_looked_at),
    ),
    Mutant("line-feed-counts-twice", "parts", "a line feed counts twice", on_parts(_line_feeds_twice)),
    Mutant(
        "text-without-places",
        "texts",
        "words in braces are taken out",
        _shown(lambda v: re.sub(r"\{\w*\}", "", v), "text"),
    ),
    Mutant(
        "text-of-65535-bytes",
        "texts",
        "a text is cut at 65,535 bytes",
        _shown(lambda v: v.encode()[:65535].decode("utf-8", "ignore"), "text"),
    ),
    Mutant(
        "text-without-soft-hyphens",
        "texts",
        "soft hyphens are taken out",
        _shown(lambda v: v.replace("\u00ad", ""), "text"),
    ),
    Mutant(
        "user-data-rewritten", "options", "JSON in user_data is written anew", _shown(_rewritten, "user_data")
    ),
    Mutant(
        "user-data-as-number",
        "options",
        "zeros before a number in user_data are lost",
        _shown(lambda v: v.lstrip("0") if v.isdigit() else v, "user_data"),
    ),
    Mutant(
        "user-data-null-word",
        "options",
        "the word null in user_data is nothing",
        _shown(lambda v: "" if v == "null" else v, "user_data"),
    ),
    Mutant(
        "endpoint-with-slash", "options", "an endpoint without a path is shown with one", on_sms(_with_slash)
    ),
)


# --- one SMS too many -----------------------------------------------------------------------------------


@dataclass
class _Again:
    """Every so many sends are made again, without `user_data` where they are said to be unmarked."""

    every: int
    unmarked: bool
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        message = message_of(asked) if asked.operation in SENDS and told.status == OK else None
        if message is not None and next(self.numbers) % self.every == 0:
            forward(with_message(asked, _without_mark(message)) if self.unmarked else asked)
        return told


def _without_mark(message: Json) -> Json:
    options = {name: value for name, value in options_of(message).items() if name != "user_data"}
    return {**{name: value for name, value in message.items() if name != "options"}, "options": options}


def _all_the_same(status: int, mend: Callable[[Asked, str], Asked]) -> Maker:
    """A send that is answered with `status` is made all the same."""

    def make() -> _Insisting:
        return _Insisting(status, mend)

    return make


@dataclass
class _Insisting:
    status: int
    mend: Callable[[Asked, str], Asked]
    right: str = ""

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if told.status == OK:
            self.right = asked.header("authorization")
        if told.status == self.status and asked.operation in SENDS and self.right:
            forward(self.mend(asked, self.right))
        return told


def _valid(asked: Asked, _: str) -> Asked:
    message = message_of(asked) or {}
    return with_message(asked, {"to": _TO, "body": text_of(message)[:100] or "x"})


TOO_MANY: Final = (
    Mutant(
        "sends-again-unmarked",
        "doubles",
        "a send is made again without user_data",
        lambda: _Again(1, unmarked=True),
    ),
    Mutant(
        "sends-every-20th-again",
        "doubles",
        "every twentieth send is made twice",
        lambda: _Again(20, unmarked=False),
    ),
    Mutant(
        "sends-what-it-refused",
        "doubles",
        "a send that answers 400 is made all the same",
        _all_the_same(400, _valid),
    ),
    Mutant(
        "sends-for-strangers",
        "doubles",
        "a send that answers 401 is made all the same",
        _all_the_same(401, lambda asked, right: asked.with_header("Authorization", right)),
    ),
)

ANSWERS: Final = (
    Mutant(
        "parts-given-twice",
        "envelope",
        "an SMS that is read has its parts twice, first wrongly",
        on_success(
            lambda told: replace(told, body=told.body.replace(b'"parts":', b'"parts":99,"parts":')), READ
        ),
    ),
)

NARROW: Final = (*ANSWERS, *PLACES, *DOORS, *SPELLINGS, *CHARACTERS, *TOO_MANY)
