"""More lies of every kind, thought of after the others and before the suite was mended for those."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qsl

from mutants.builders import (
    SENDS,
    Maker,
    Mutant,
    accepts,
    accepts_pair,
    accepts_raw,
    asks,
    dump,
    moment_of,
    on_error,
    on_error_data,
    on_list,
    on_parts,
    on_result,
    on_sms,
    options_of,
    recipient_of,
    refuses,
    refuses_request,
    tells,
    text_of,
    window_of,
)
from mutants.lies.credentials import credentials_of
from mutants.lies.texts import remembering
from mutants.messages import (
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
    success,
)

_TO: Final = "+33639981234"


def _text(change: Callable[[str], str]) -> Maker:
    return on_sms(lambda sms: sms.update(text=change(sms["text"])))


def _put(name: str, change: Callable[[Any], Any]) -> Maker:
    return on_sms(lambda sms: sms.update({name: change(sms[name])}))


@dataclass
class _Every:
    """Every so many requests are answered with an error, or not at all."""

    every: int
    status: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        if next(self.numbers) % self.every:
            return forward(asked)
        if not self.status:
            raise ConnectionAbortedError
        return error(self.status, "TRY_AGAIN_LATER")


@dataclass
class _Once:
    """The same message is taken only once."""

    key: Callable[[Json], object]
    status: int
    seen: set[object] = field(default_factory=set)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        message = message_of(asked) if asked.operation in SENDS else None
        key = self.key(message) if message is not None else None
        if key is not None and key in self.seen:
            return error(self.status, "DUPLICATE [body]")
        told = forward(asked)
        if told.status == OK and key is not None:
            self.seen.add(key)
        return told


@dataclass
class _Former:
    """A read gives the SMS that was sent before the one asked for."""

    sent: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        if asked.operation == READ and asked.hash in self.sent[1:]:
            former = self.sent[self.sent.index(asked.hash) - 1]
            told = forward(replace(asked, target=asked.target.replace(asked.hash, former, 1)))
            if isinstance(told.result, dict):
                return success({**told.result, "hash": asked.hash})
            return told
        told = forward(asked)
        if isinstance(told.result, str):
            self.sent.append(told.result)
        return told


def _phantom(listed: list[Json]) -> list[Json]:
    if not listed:
        return listed
    last = listed[-1]
    return [*listed, {**last, "hash": f"{last['hash'][:7]}Z"}] if last["hash"][7] != "Z" else listed


def _query_counts(asked: Asked) -> Asked:
    found = dict(asked.pairs).get("hash", "")
    if asked.operation != READ or not re.fullmatch("[0-9A-Z]{8}", found) or found == asked.hash:
        return asked
    return replace(asked, target=f"{asked.base_path}/sms/{found}")


def _lower_path(asked: Asked) -> Asked:
    path, mark, query = asked.target.partition("?")
    below = path.removeprefix(asked.base_path)
    return (
        replace(asked, target=f"{asked.base_path}/sms{below[4:]}{mark}{query}")
        if below[:4].lower() == "/sms"
        else asked
    )


def _without_slash(asked: Asked) -> Asked:
    path, mark, query = asked.target.partition("?")
    return replace(asked, target=f"{path.rstrip('/')}{mark}{query}")


def _one_second_empty(told: Told, asked: Asked) -> Told:
    window = window_of(asked)
    return success([]) if window and window.start == window.end and told.status == OK else told


@dataclass
class _WithoutQuerySends:
    """What was sent by query is in no list."""

    sent: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if asked.operation == SEND_BY_QUERY and isinstance(told.result, str):
            self.sent.add(told.result)
        if asked.operation == LIST and isinstance(told.result, list):
            return told.with_json(
                {"status": "success", "data": [sms for sms in told.result if sms["hash"] not in self.sent]}
            )
        return told


def _options(change: Callable[[Json], object]) -> Maker:
    def each(sms: Json) -> None:
        if sms["options"]:
            change(sms["options"])

    return on_sms(each)


def _truthy(sms: Json, message: Json) -> None:
    if sms["options"] and "flash_message" in options_of(message):
        sms["options"]["flash_message"] = True


def _user_data(change: Callable[[str], str]) -> Maker:
    def each(sms: Json) -> None:
        sms["user_data"] = change(sms["user_data"])
        if sms["options"] and "user_data" in sms["options"]:
            sms["options"]["user_data"] = change(sms["options"]["user_data"])

    return on_sms(each)


def _ahead(sms: Json) -> None:
    if sms["status"] == "CREATED":
        sms["status"] = "SENT"


def _first_old(sms: Json) -> None:
    for entry in sms["status_history"][:1]:
        entry["old_status"] = "NEW"


def _history_year(sms: Json) -> None:
    for entry in sms["status_history"]:
        entry["updated_at"] = f"2001{entry['updated_at'][4:]}"


def _rounded(sms: Json) -> None:
    if sms["parts"] > 1:
        sms["b_customer_debit"] = str(Decimal(sms["b_customer_debit"]).to_integral(ROUND_CEILING))


def _from_form(asked: Asked) -> Asked:
    if not asked.header("content-type").startswith("application/x-www-form-urlencoded"):
        return asked
    pairs = dict(parse_qsl(asked.body.decode("latin-1"))) or asked.json()
    return replace(asked, body=dump(pairs)).with_header("Content-Type", "application/json")


def _moment(mend: Callable[[str], str]) -> Maker:
    return accepts_pair(lambda k, v: (k, mend(v)) if k in {"from", "to"} and moment_of(v) is None else (k, v))


def _padded(text: str) -> str:
    found = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)", text)
    return "{}-{:0>2}-{:0>2} {:0>2}:{:0>2}:{:0>2}".format(*found.groups()) if found else text


def _without_comments(body: bytes) -> bytes:
    return re.sub(rb"/\*.*?\*/", b"", body)


def _recipient(mend: Callable[[str], str]) -> Maker:
    return accepts(lambda m: m.update(to=mend(recipient_of(m))) if recipient_of(m) else None)


def _any_scheme(asked: Asked) -> Asked:
    scheme, _, token = asked.header("authorization").partition(" ")
    return (
        asked.with_header("Authorization", f"Basic {token}")
        if scheme and credentials_of(asked).login
        else asked
    )


def _redirected(told: Told, asked: Asked) -> Told:
    if asked.operation == LIST and told.status == OK:
        return Told(301, (("Location", f"{asked.path}/?{asked.target.partition('?')[2]}"),))
    return told


def _to_login(told: Told, _: Asked) -> Told:
    return Told(302, (("Location", "/login"),)) if told.status == 401 else told


def _page(told: Told, asked: Asked) -> Told:
    below = asked.path.removeprefix(asked.base_path)
    if told.status == 404 and not below.startswith("/sms"):
        return Told(OK, (("Content-Type", "text/html"),), b"<html></html>")
    return told


def _bad_method(told: Told, _: Asked) -> Told:
    return error(400, "METHOD_NOT_ALLOWED") if told.status == 405 else told


def _marketing_without_stop(message: Json) -> bool:
    return options_of(message).get("nature") == "MARKETING" and "%STOPNUM%" not in text_of(message)


def _webhook_default(sms: Json) -> None:
    webhook = (sms["options"] or {}).get("webhook")
    if webhook:
        webhook.setdefault("hmac_algo", "SHA256")


def _endpoint(when: Callable[[str], object]) -> Maker:
    def refused(message: Json) -> bool:
        webhook = options_of(message).get("webhook")
        return isinstance(webhook, dict) and bool(when(str(webhook.get("endpoint", ""))))

    return refuses(refused, "options")


MORE: Final = (
    Mutant("reads-former", "doubles", "a read gives the SMS that was sent before the one asked for", _Former),
    Mutant("always-incoming", "types", "the type of an SMS is IN", _put("type", lambda _: "IN")),
    Mutant(
        "encoding-null",
        "types",
        "the encoding is null when none was forced",
        on_sms(lambda sms: sms.update(encoding=(sms["options"] or {}).get("force_encoding"))),
    ),
    Mutant(
        "parts-from-zero",
        "parts",
        "parts are counted from zero",
        on_sms(lambda sms: sms.update(parts=sms["parts"] - 1)),
    ),
    Mutant(
        "parts-one-more",
        "parts",
        "an SMS of several parts has one more",
        on_parts(lambda sms: sms["parts"] + 1 if sms["parts"] > 1 else None),
    ),
    Mutant(
        "status-with-dash",
        "formats",
        "REMOTE_QUEUED is written REMOTE-QUEUED",
        _put("status", lambda v: v.replace("_", "-")),
    ),
    Mutant("list-redirected", "status", "a list is redirected to another path", tells(_redirected)),
    Mutant("login-page", "status", "wrong credentials are redirected to a page", tells(_to_login)),
    Mutant("busy-every-50th", "status", "every fiftieth request answers 503", lambda: _Every(50, 503)),
    Mutant("limited-every-80th", "status", "every eightieth request answers 429", lambda: _Every(80, 429)),
    Mutant("silent-every-70th", "status", "every seventieth request is not answered", lambda: _Every(70, 0)),
    Mutant(
        "same-message-409",
        "too strict",
        "the same message again answers 409",
        lambda: _Once(dump, 409),
    ),
    Mutant(
        "hash-with-space",
        "formats",
        "the hash that a send answers ends with a space",
        on_result(lambda data: f"{data} ", SEND, SEND_BY_QUERY),
    ),
    Mutant(
        "hash-always-same",
        "doubles",
        "every send answers one hash",
        on_result(lambda _: "AAAAAAAA", SEND, SEND_BY_QUERY),
    ),
    Mutant("list-with-phantom", "doubles", "a list has an SMS that cannot be read", on_list(_phantom)),
    Mutant("one-second-empty", "boundaries", "a window of one second is empty", tells(_one_second_empty)),
    Mutant("query-sends-unlisted", "loss", "what is sent by query is in no list", _WithoutQuerySends),
    Mutant(
        "list-without-flash",
        "filters",
        "a list leaves out flash messages",
        on_list(lambda listed: [s for s in listed if not (s["options"] or {}).get("flash_message")]),
    ),
    Mutant(
        "by-update",
        "order",
        "a list is sorted by update",
        on_list(lambda listed: sorted(listed, key=lambda sms: (str(sms["date_update"]), str(sms["hash"])))),
    ),
    Mutant(
        "query-hash-counts",
        "filters",
        "the hash in the query of a read counts, not the path",
        asks(_query_counts),
    ),
    Mutant("path-in-capitals", "too lax", "/SMS is taken for /sms", asks(_lower_path)),
    Mutant("path-with-slash", "too lax", "/sms/ is taken for /sms", asks(_without_slash)),
    Mutant(
        "refuses-escapes",
        "too strict",
        "a \\u escape in a body is refused",
        refuses_request(lambda a: a.operation == SEND and b"\\u" in a.body, "body"),
    ),
    Mutant(
        "user-data-ascii",
        "options",
        "user_data beyond ASCII becomes question marks",
        _user_data(lambda v: v.encode("ascii", "replace").decode()),
    ),
    Mutant("user-data-as-html", "options", "user_data is shown as HTML", _user_data(html.escape)),
    Mutant(
        "flash-false-is-true", "options", "flash_message is true whenever it is given", remembering(_truthy)
    ),
    Mutant(
        "null-options-as-empty",
        "options",
        "null options come back as an empty object",
        _put("options", lambda v: v or {}),
    ),
    Mutant(
        "webhook-with-default",
        "options",
        "a webhook comes back with an algorithm that was not sent",
        on_sms(_webhook_default),
    ),
    Mutant(
        "status-error-none",
        "history",
        "status_error says NONE when there is none",
        _put("status_error", lambda v: v or "NONE"),
    ),
    Mutant("status-ahead", "history", "a status is ahead of its history", on_sms(_ahead)),
    Mutant("history-from-new", "history", "a history begins with the status NEW", on_sms(_first_old)),
    Mutant("history-before-creation", "history", "the history is of 2001", on_sms(_history_year)),
    Mutant(
        "debit-rounded", "money", "the debit of several parts is rounded up to whole cents", on_sms(_rounded)
    ),
    Mutant(
        "sender-cut-at-10",
        "sender and recipient",
        "a sender is cut at 10 characters",
        _put("from", lambda v: v[:10]),
    ),
    Mutant(
        "sender-space-as-underscore",
        "sender and recipient",
        "a space in a sender becomes an underscore",
        _put("from", lambda v: v.replace(" ", "_")),
    ),
    Mutant(
        "stop-text-added",
        "texts",
        "a line with the STOP number is added to texts that have a sender",
        on_sms(lambda sms: sms.update(text=f"{sms['text']}\nSTOP 36111") if sms["from"] else None),
    ),
    Mutant("backslash-lost", "texts", "backslashes are lost", _text(lambda v: v.replace("\\", ""))),
    Mutant("quotes-doubled", "texts", "single quotes are doubled", _text(lambda v: v.replace("'", "''"))),
    Mutant(
        "ellipsis-spelled",
        "texts",
        "an ellipsis becomes three dots, a curly quote a straight one",
        _text(lambda v: v.replace("\u2026", "...").replace("\u2019", "'")),
    ),
    Mutant(
        "hard-space-as-space",
        "texts",
        "a no-break space becomes a space",
        _text(lambda v: v.replace("\u00a0", " ")),
    ),
    Mutant(
        "carriage-return-lost", "texts", "carriage returns are lost", _text(lambda v: v.replace("\r", ""))
    ),
    Mutant(
        "selectors-dropped",
        "texts",
        "variation selectors are dropped",
        _text(lambda v: v.replace("\ufe0f", "")),
    ),
    Mutant("text-cut-at-10000", "texts", "a text is cut at 10,000 characters", _text(lambda v: v[:10000])),
    Mutant(
        "grave-as-gsm",
        "encodings",
        "a text is GSM although it has a grave accent",
        on_sms(
            lambda sms: (
                sms.update(encoding="GSM")
                if "`" in sms["text"]
                and sms["text"].isascii()
                and sms["parts"] == 1
                and not (sms["options"] or {}).get("force_encoding")
                and not re.search(r"[\[\]{}^~\\|\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", sms["text"])
                else None
            )
        ),
    ),
    Mutant("takes-any-scheme", "auth", "the credentials are taken after any scheme", asks(_any_scheme)),
    Mutant(
        "message-empty",
        "envelope",
        "the message of an error is empty",
        on_error_data(lambda d: d.update(message="")),
    ),
    Mutant(
        "error-in-array",
        "envelope",
        "the data of an error is an array",
        on_error(lambda told: told.with_json({"status": "error", "data": [told.json()["data"]]})),
    ),
    Mutant("wrong-method-400", "status", "a wrong method answers 400", tells(_bad_method)),
    Mutant(
        "allow-lower-case",
        "headers",
        "the methods in Allow are in lower case",
        tells(lambda t, _: t.with_header("Allow", t.header("allow").lower()) if t.status == 405 else t),
    ),
    Mutant(
        "unauthorized-html",
        "headers",
        "a 401 is sent as text/html",
        on_error(lambda t: t.with_header("Content-Type", "text/html"), 401),
    ),
    Mutant("unknown-path-page", "status", "an unknown path answers 200 and a page", tells(_page)),
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
)
